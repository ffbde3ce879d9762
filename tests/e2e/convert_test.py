"""NIR networks as YAML: the same spikes and states, in floats and integers."""

import os
import re
import unittest

import numpy as np

from support import ROOT, SnncTest, data

OURS = ["models/digits/digits.nir", "models/motion/motion.nir",
        "models/shapes/shapes.nir"]
# What has no time step of its own gets one.
THEIRS = [("frameworks/convn.nir", []), ("frameworks/syn.nir", []),
          ("frameworks/rleaky.nir", []), ("nmnist/cnn_sinabs.nir", []),
          ("braille/braille_noDelay_bias_zero.nir", []),
          ("primitives/conv2d_sumpool_flatten.nir", ["--dt", "1e-4"]),
          ("primitives/fanin_multi_io.nir", ["--dt", "1e-4"]),
          ("primitives/nested_subgraph_metadata_unicode.nir", []),
          ("primitives/prim_delay.nir", ["--dt", "1e-4"])]


def yaml_name(recording):
    """YAML takes fewer names than NIR."""
    name, _, variable = recording.rpartition(":")
    name = re.sub("[^A-Za-z0-9-]", "_", name.encode().decode("latin-1"))
    return ("" if name[0].isalpha() else "n") + name + ":" + variable


class Convert(SnncTest):

    def inputs_of(self, file, options):
        return re.findall(r"(?m)^input (.*): (\d+) channels$",
                          self.snnc("check", file, *options, "-q").stdout)

    def runs(self, file, inputs, options, precision):
        arguments = [word for (name, _), path in inputs
                     for word in ("-i", f"{name}={path}")]
        arrays = self.record(file, [*arguments, *options, "--precision",
                                    precision, "--backend", "reference", "-q"])
        return {yaml_name(name): values for name, values in arrays.items()}

    def check_same(self, file, options=()):
        path = self.path(os.path.basename(file)[:-4] + ".yaml")
        self.snnc("convert", file, *options, "-o", path)
        random = np.random.default_rng(3)
        spikes = []
        for _, channels in self.inputs_of(file, options):
            spikes.append(self.path(f"x{len(spikes)}.npy"))
            np.save(spikes[-1], random.random((40, int(channels))) < 0.3)
        # In the files' own order, which is kept.
        nir = list(zip(self.inputs_of(file, options), spikes))
        yaml = list(zip(self.inputs_of(path, []), spikes))
        for precision in ("float", "quantized"):
            before = self.runs(file, nir, options, precision)
            after = self.runs(path, yaml, [], precision)
            self.assertGreater(len(before), 0)
            self.assert_equal_runs(before, after)
        return path

    def test_our_models(self):
        for model in OURS:
            with self.subTest(model):
                path = self.check_same(os.path.join(ROOT, model))
                self.snnc("compile", path, "-o", self.path("net.s2x"), "-q")

    def test_others_models(self):
        for model, options in THEIRS:
            with self.subTest(model):
                self.check_same(data(*model.split("/")), options)

    def test_refused(self):
        path = self.check_same(os.path.join(ROOT, OURS[0]))
        again = self.snnc("convert", path, "-o", self.path("x.yaml"), code=2)
        self.assertIn("[SNN0384]", again.stderr)
        self.assertFalse(os.path.exists(self.path("x.yaml")))
        self.snnc("convert", os.path.join(ROOT, OURS[0]), "-o",
                  self.path("no/x.yaml"), code=1)


class Keys(SnncTest):
    """What convert needs of YAML networks."""

    NETWORK = """
network: {{dt: 1e-3}}
inputs: {{x: {{shape: [1, 4, 4]}}}}
populations:
  p: {{size: 4, model: li, params: {{alpha: 0.5}}, scales: {scales}}}
projections:
  - {{from: x, to: p, connector: {connector}, pool: {pool}{more}}}
"""
    GOOD = {"scales": "{v: 2}", "connector": "one_to_one", "pool": "{sum: 2}",
            "more": ", weight: [1, 2, 3, 4], delay: 0"}

    def write(self, **parts):
        path = self.path("net.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.NETWORK.format(**{**self.GOOD, **parts}))
        return path

    def test_pools_and_scales(self):
        x = self.path("x.npy")
        np.save(x, np.ones((1, 16), np.uint8))
        for pool, sum in (("{sum: 2}", 4), ("{average: [2, 2]}", 1),
                          ("{sum: 2, stride: [2, 2], padding: 0}", 4)):
            v = self.record(self.write(pool=pool), ["-i", x, "-q"])["p:v"]
            np.testing.assert_array_equal(
                v, [np.array([1, 2, 3, 4]) * sum / 2])

    def test_wrong(self):
        for parts, words in (
                ({"pool": "{max: 2}"}, "SNN1003"),
                ({"pool": "{stride: 2}"}, "'sum' or 'average'"),
                ({"pool": "{sum: 9}"}, "larger than the padded input"),
                ({"pool": "{sum: [1, 2, 3]}"}, "one number or two"),
                ({"pool": "{sum: []}"}, "SNN1005"),
                ({"connector": "{fixed_indegree: 2}", "more": ", weight: 1"},
                 "data"),
                ({"scales": "{v: 0}"}, "above 0"),
                ({"scales": "{u: 1}"}, "no state"),
                ({"scales": "3"}, "map from states")):
            done = self.snnc("check", self.write(**parts), code=1)
            self.assertIn(words, done.stderr, parts)


if __name__ == "__main__":
    unittest.main()
