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


TO_NIR = """network: {name: net, dt: 1 ms, seed: 5}
inputs: {x: {size: 30}, y: {shape: [2, 6, 6]}}
populations:
  hidden:
    size: 40
    model: lif_subtract
    params: {tau: 20 ms, threshold: 1.0, drop: 1.0, bias: 0.01}
  pause: {size: 25, model: lif_refractory,
          params: {alpha: 0.9, threshold: 1.0, refractory: 3}}
  image: {shape: [3, 4, 4], model: if, params: {threshold: 2.0, reset: 0.1}}
  late: {size: 10, model: lif_value_late, params: {tau: 10 ms, threshold: 0.7}}
  current: {size: 12, model: cuba_lif, params: {tau: 15 ms, tau_syn: 5 ms,
                                                threshold: 1.0}}
  readout: {size: 5, model: li, params: {tau: 30 ms, offset: 0.02}}
projections:
  - {from: x, to: hidden, connector: {fixed_probability: 0.4}, weight: {dist: normal, mean: 0.12, std: 0.1}, delay: 2}
  - {from: hidden, to: hidden, connector: {fixed_indegree: 5}, weight: -0.1, delay: 3}
  - {from: hidden, to: pause, connector: all_to_all, weight: {dist: uniform, low: 0.0, high: 0.2}}
  - {from: x, to: pause, connector: {list: LIST}, delay: 4}
  - {from: y, to: image, connector: {conv2d: {kernel: KERNEL}}, delay: 0}
  - {from: image, to: late, connector: all_to_all, weight: 0.08}
  - {from: late, to: current, connector: {fixed_total_number: 60}, weight: 0.05}
  - {from: pause, to: readout, connector: all_to_all, weight: 0.2}
  - {from: current, to: readout, connector: all_to_all, weight: 0.1, delay: 2}
"""


class ToNir(SnncTest):
    """YAML networks as NIR, and as YAML again: the same spikes. Integers too,
    but for drawn weights, whose scale comes from the rule that draws them."""

    def recordings(self, file, inputs, precision):
        return {yaml_name(name): values for name, values in self.record(file, [
            *inputs, "--backend", "cpu", "--precision", precision,
            "-q"]).items()}

    def inputs_for(self, file):
        """Random spikes, by the inputs' names."""
        said = re.findall(r"(?m)^input (.*): (\d+) channels$",
                          self.snnc("check", file, "-q").stdout)
        random, words = np.random.default_rng(7), []
        for name, channels in sorted(said):
            path = self.path(f"in_{name}.npy")
            np.save(path, random.random((60, int(channels))) < 0.3)
            words += ["-i", f"{name}={path}"]
        return words

    def check_same(self, path, precisions=("float", "quantized")):
        inputs = self.inputs_for(path)
        nir, again = self.path("made.nir"), self.path("again.yaml")
        self.snnc("convert", path, "-o", nir)
        # Nothing is guessed; that refractory periods hold is said of each.
        warned = re.findall(r"warning: .*\[(SNN\d+)\]",
                            self.snnc("check", nir).stderr)
        self.assertLessEqual(set(warned), {"SNN0260"})
        self.snnc("convert", nir, "-o", again)
        for precision in precisions:
            before = self.recordings(path, inputs, precision)
            self.assertGreater(sum(v.sum() for n, v in before.items()
                                   if n.endswith(":spikes")), 100)
            for file in (nir, again):
                after = self.recordings(file, inputs, precision)
                self.assertEqual(sorted(after), sorted(before))
                for name, values in before.items():
                    if name.endswith(":spikes"):
                        np.testing.assert_array_equal(after[name], values, name)
                    else:
                        np.testing.assert_allclose(
                            after[name], values, rtol=1e-5, atol=1e-5,
                            err_msg=name)

    def network(self, drawn=True):
        """Every kind of neuron; with weights that are drawn, or that files
        hold."""
        random = np.random.default_rng(3)
        text = TO_NIR.replace("KERNEL", str(random.random((3, 2, 3, 3)).tolist())
                              ).replace("LIST", str([[i, (7 * i) % 25, 0.3]
                                                     for i in range(30)]))
        for name, shape, rule in (
                ("a", (40, 30), "{fixed_probability: 0.4}, weight: {dist: normal, "
                 "mean: 0.12, std: 0.1}"),
                ("b", (40, 40), "{fixed_indegree: 5}, weight: -0.1"),
                ("c", (25, 40), "all_to_all, weight: {dist: uniform, low: 0.0, "
                 "high: 0.2}"),
                ("d", (12, 10), "{fixed_total_number: 60}, weight: 0.05")):
            self.assertIn(rule, text)
            if not drawn:
                np.save(self.path(name + ".npy"), random.normal(0.05, 0.1, shape))
                text = text.replace(rule, f"all_to_all, weight: {{file: {name}.npy}}")
        return self.write("net.yaml", text)

    def test_every_kind(self):
        self.check_same(self.network(drawn=False))

    def test_drawn_weights(self):
        path = self.network()
        self.check_same(path, ["float"])
        self.snnc("convert", path, "-o", self.path("one.nir"))
        self.snnc("convert", path, "-o", self.path("two.nir"))
        with open(self.path("one.nir"), "rb") as one, open(
                self.path("two.nir"), "rb") as two:
            self.assertEqual(one.read(), two.read())

    def test_our_models(self):
        for model in OURS:
            with self.subTest(model):
                path = self.path("net.yaml")
                self.snnc("convert", os.path.join(ROOT, model), "-o", path)
                self.check_same(path)

    def test_refused(self):
        """By a code and a help line that says what to change."""
        good = TO_NIR.replace("KERNEL", "[[[[0.5]]]]").replace("LIST", "[[0, 0, 1]]")
        for change, words in (
                (("model: if, params: {threshold: 2.0, reset: 0.1}",
                  "model: iaf_psc_delta"), "the model 'iaf_psc_delta"),
                (("projections:", "drives: {n: {to: hidden, kind: noise, "
                  "std: 1}}\nprojections:"), "neurons draw in each tick"),
                (("x: {size: 30}", "x: {size: 30, kind: poisson, rate: 5 Hz}"),
                 "draws or lists"),
                (("delay: 3}", "delay: {dist: uniform_int, low: 1, high: 3}}"),
                 "differ by synapse"),
                (("offset: 0.02}}", "offset: 0.02}, initial: {v: 0.5}}"),
                 "where states start"),
                (("drop: 1.0,", "drop: 0.5,"), "a `drop` other")):
            path = self.write("net.yaml", good.replace("y: {shape: [2, 6, 6]}",
                                                       "y: {shape: [1, 4, 4]}")
                              .replace("[3, 4, 4]", "[1, 4, 4]").replace(*change))
            done = self.snnc("convert", path, "-o", self.path("no.nir"), code=1)
            self.assertIn("[SNN0452]", done.stderr)
            self.assertIn(words, done.stderr)
            self.assertIn("help: ", done.stderr)
            self.assertFalse(os.path.exists(self.path("no.nir")))

    def test_a_script_without_the_package(self):
        script = self.write("net.py", "import snnc.pynn as sim\n")
        env = os.environ | {"PATH": "/usr/bin:/bin", "PYTHONPATH": ""}
        done = self.run_snnc("convert", script, "-o", self.path("x.yaml"),
                             env=env)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[SNN0448]", done.stderr)
        self.assertIn("pip install", done.stderr)


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
