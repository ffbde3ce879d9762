"""States that are no numbers end a run, on every backend with the same words;
layers that never fire, or in every tick, are warned of."""

import os
import re
import unittest

import numpy as np

from support import ROOT, SnncTest, write_network

NETWORK = """
network: {{name: finite, dt: 1.0e-3, seed: 7}}
models:
  grow:
    states: [u, v]
    equations:
      - u = u * 0.5
      - v = v * v * 3.0 + input
    spike: v > 1.0e38
    reset: [v = v]
  divide:
    states: {{v: 5.0, w: 0.0}}
    params: {{k: 1.0}}
    equations:
      - v = v - 1.0
      - w = k / v
    spike: w > 1000.0
    reset: [v = v]
  root:
    states: {{v: 4.0}}
    equations:
      - v = v - 1.0 + sqrt(v)
      - v = v - sqrt(v) - 1.0
    spike: v > 1000.0
    reset: [v = v]
  expo:
    states: {{v: 0.0}}
    equations:
      - v = exp(v * 10.0 + input)
    spike: v > 1.0e38
    reset: [v = v]
inputs:
  kick: {{size: 1, kind: spike_list, spikes: [[2, 0]]}}
populations:
  calm: {{size: 4, model: lif, params: {{alpha: 0.9, threshold: 1.0}}}}
  wild: {{size: {size}, model: {model}}}
projections:
  - {{from: kick, to: calm, connector: all_to_all, weight: 2.0}}
  - {{from: {source}, to: wild, connector: {connector}, weight: 2.0}}
"""
MODES = [["--backend", "reference", "--precision", "float"],
         ["--backend", "cpu", "--precision", "float"],
         ["--backend", "reference"], ["--backend", "cpu"],
         ["--backend", "native"],
         ["--backend", "emulator"],
         ["--backend", "emulator", "--paradigm", "parallel"]]


class NotFinite(SnncTest):

    def end(self, model, source="kick", connector="all_to_all", size=3,
            records=()):
        """What every mode says, which is the same."""
        net = self.path("n.yaml")
        with open(net, "w", encoding="utf-8") as file:
            file.write(NETWORK.format(model=model, source=source, size=size,
                                      connector=connector))
        said = set()
        for mode in MODES:
            done = self.snnc("run", net, "--ticks", 30, *mode, *records, "-o",
                             self.path("o.npz"), "-q", code=1)
            said.add("".join(line + "\n" for line in done.stderr.splitlines()
                             if "warning" not in line))
        self.assertEqual(len(said), 1, said)
        text, = said
        self.assertIn("SNN0910", text)
        return text

    def test_overflow(self):
        with np.errstate(over="ignore"):
            v, values = np.float32(0), []
            for tick in range(30):
                drive = np.float32(2 if tick == 3 else 0)
                values.append((v * v, v))
                v = v * v * np.float32(3) + drive
                if not np.isfinite(v):
                    break
        for records in ((), ("-r", "calm:spikes")):
            text = self.end("grow", records=records)
            self.assertIn(f"'wild': in tick {tick} the state 'v' of neuron 0 "
                          "becomes inf", text)
            square, last = values[-1]
            a, b = (last, last) if np.isinf(square) else (square, 3.0)
            self.assertIn(f"made by mul of {a:.6g} and {b:.6g} (", text)
            self.assertRegex(text, r"n\.yaml:8:")

    def test_division(self):
        text = self.end("divide")
        self.assertIn("in tick 4 the state 'w' of neuron 0 becomes inf", text)
        self.assertIn("made by div of 1 and 0 (", text)

    def test_nan(self):
        v, tick = np.float32(4), -1
        with np.errstate(invalid="ignore"):
            while not np.isnan(v):
                tick += 1
                root = v - np.float32(1) + np.sqrt(v)
                last, v = root, root - np.sqrt(root) - np.float32(1)
        text = self.end("root")
        self.assertIn(f"in tick {tick} the state 'v' of neuron 0 becomes nan",
                      text)
        self.assertIn("made by sqrt of -", text)

    def test_function(self):
        text = self.end("expo")
        self.assertIn("the state 'v' of neuron 0 becomes inf", text)
        self.assertIn("made by exp (", text)

    def test_one_neuron_of_many_cores_a_layer_deeper(self):
        """calm fires in tick 3, so that neuron 1500 gets its 2 in tick 3 or
        later; behind a layer, with latencies that the paradigms choose."""
        text = self.end("grow", source="calm", size=2000,
                        connector="{list: [[0, 1500], [1, 1500], [2, 1700]]}")
        self.assertIn("the state 'v' of neuron 1500 becomes inf", text)

    def test_in_a_sample(self):
        net = self.path("s.yaml")
        with open(net, "w", encoding="utf-8") as file:
            file.write(NETWORK.format(model="grow", source="kick", size=3,
                                      connector="all_to_all").replace(
                "{size: 1, kind: spike_list, spikes: [[2, 0]]}", "{size: 1}"))
        x = np.zeros((4, 20, 1), np.uint8)
        x[2, 1] = 1
        np.save(self.path("x.npy"), x)
        for backend in ("reference", "cpu", "emulator"):
            done = self.snnc("run", net, "--input", self.path("x.npy"),
                             "--backend", backend, "--layout", "samples-first",
                             "-o", self.path("o.npz"), code=1)
            self.assertIn("in sample 2, tick ", done.stderr)

    def test_current(self):
        """Two weights of 3e38 in a tick, in float; integers have none."""
        net = self.path("c.yaml")
        with open(net, "w", encoding="utf-8") as file:
            file.write("""
network: {name: current, dt: 1.0e-3}
inputs:
  kick: {size: 2, kind: spike_list, spikes: [[1, 0], [4, 0], [4, 1]]}
populations:
  out: {size: 3, model: lif, params: {alpha: 0.9, threshold: 1.0}}
projections:
  - {from: kick, to: out, connector: {list: [[0, 0, 1.0], [0, 2, 3.0e+38],
     [1, 2, 3.0e+38]]}}
""")
        for backend in ("reference", "cpu"):
            done = self.snnc("run", net, "--backend", backend, "--precision",
                             "float", "--ticks", 9, "-o", self.path("o.npz"),
                             code=1)
            self.assertRegex(done.stderr, r"'out': in tick [45] the weight sum "
                             r"of neuron 2 becomes 6e\+38, beyond float32")

    def test_literals_that_are_no_numbers(self):
        """Refused where they stand, before any run."""
        for text, what in (
                ("1.0/0.0", "it divides by 0"), ("v / 0.0", "it divides by 0"),
                ("v / (2.0 - 2)", "it divides by 0"),
                ("sqrt(-1.0)", "it is nan"), ("log(0.0)", "it is -inf"),
                ("log(1.0 - 2.0)", "it is nan"),
                ("exp(1000.0)", "it is inf"), ("exp(9*10)", "it is inf"),
                ("1e38 * 1e2", "it is inf"), ("-3e38 - 3e38", "it is -inf")):
            net = self.path("l.yaml")
            with open(net, "w", encoding="utf-8") as file:
                file.write(NETWORK.format(
                    model="grow", source="kick", size=3, connector="all_to_all"
                ).replace("v * v * 3.0", f"v + ( {text} )"))
            done = self.snnc("check", net, code=1)
            self.assertIn(f"'{text}' is no finite number: {what} [SNN1009]",
                          done.stderr)
            self.assertIn("l.yaml:8:", done.stderr)
        for text in ("v / 0.1", "sqrt(0.0)", "exp(-1000.0)", "exp(88.0)",
                     "min(v, 1e38) * 1e2"):
            with open(net, "w", encoding="utf-8") as file:
                file.write(NETWORK.format(
                    model="grow", source="kick", size=3, connector="all_to_all"
                ).replace("v * v * 3.0", f"v + ( {text} )"))
            self.snnc("check", net)

    def test_from_a_bundle(self):
        net, bundle = self.path("b.yaml"), self.path("b.s2x")
        with open(net, "w", encoding="utf-8") as file:
            file.write(NETWORK.format(model="divide", source="kick", size=3,
                                      connector="all_to_all"))
        self.snnc("compile", net, "-o", bundle)
        done = self.snnc("run", bundle, "--ticks", 9, "-o", self.path("o.npz"),
                         code=1)
        self.assertIn("in tick 4 the state 'w'", done.stderr)
        self.assertIn("made by div of 1 and 0", done.stderr)


class Firing(SnncTest):

    def layer(self, weights, thresholds, rows, *more):
        """Warnings of one layer without memory: a neuron fires where its sum
        of the tick is above its threshold."""
        weights = np.array(weights, np.float32)
        ones = np.ones(len(weights), np.float32)
        write_network(
            self.path("f.nir"),
            {"input": ("Input", {"shape": np.array([weights.shape[1]])}),
             "fc": ("Linear", {"weight": weights}),
             "lif": ("LIF", {"tau": 1e-3 * ones, "r": ones, "v_leak": 0 * ones,
                             "v_threshold": np.array(thresholds, np.float32)}),
             "output": ("Output", {"shape": np.array([len(weights)])})},
            [("input", "fc"), ("fc", "lif"), ("lif", "output")])
        np.save(self.path("f.npy"), np.array(rows, np.uint8))
        done = self.snnc("run", self.path("f.nir"), "--dt", "1e-3", "--input",
                         self.path("f.npy"), "-q", "-o", self.path("f.npz"),
                         *more)
        with np.load(self.path("f.npz")) as arrays:
            self.raster = arrays["lif:spikes"]
        return done.stderr

    def test_saturated(self):
        text = self.layer([[1, 1], [1, 0], [1, 1]], [0.5, 0.5, 1.5],
                          np.tile([1, 0], (20, 1)))
        self.assertEqual(int(self.raster.all(axis=0).sum()), 2)
        self.assertIn("'lif': 2 of 3 neurons fire in every tick (over 20 ticks; "
                      "neuron 0 from tick 0 on) [SNN0913]", text)

    def test_saturated_from_some_tick_on(self):
        rows = np.zeros((20, 2))
        rows[10:] = 1
        self.assertIn("neuron 0 from tick 10 on",
                      self.layer([[1, 1]], [0.5], rows))
        rows[10] = 0
        self.assertNotIn("SNN0913", self.layer([[1, 1]], [0.5], rows))
        rows[10:] = 1
        rows[15] = 0
        self.assertNotIn("SNN0913", self.layer([[1, 1]], [0.5], rows))
        both = np.ones((2, 20, 2))
        both[1, 3] = 0
        self.assertNotIn("SNN0913", self.layer([[1, 1]], [0.5], both,
                                               "--layout", "samples-first"))

    def test_silent(self):
        rows = np.tile([1, 2], (20, 1))
        text = self.layer([[1, 1], [1, 0]], [5, 5], rows)
        self.assertIn("'lif': none of the 2 neurons fires (over 20 ticks), "
                      "though 60 spikes of 'input' reach the layer [SNN0912]",
                      text)
        # What the help says can be done: it is so in float too.
        command = re.search(r"help: `snnc (verify .*?)`", text)[1].split()
        self.assertIn("--dt", text)
        done = self.snnc(*command, "--dt", "1e-3")
        self.assertIn("100.00 %", done.stdout)
        self.assertNotIn("SNN0912", self.layer([[1, 1], [5.5, 0]], [5, 5],
                                               rows))
        self.assertNotIn("SNN0912", self.layer([[1, 1]], [5], 0 * rows))
        self.assertNotIn("SNN0912", self.layer([[1, 1]], [5], rows[:5]))

    def test_models_of_the_repository_are_quiet(self):
        for model in ("motion", "shapes"):
            folder = os.path.join(ROOT, "models", model)
            done = self.snnc("run", os.path.join(folder, model + ".nir"),
                             "--input", os.path.join(folder, "test_inputs.npy"),
                             "--backend", "reference", "-o",
                             self.path("m.npz"), "-q")
            self.assertNotIn("warning", done.stderr)


if __name__ == "__main__":
    unittest.main()
