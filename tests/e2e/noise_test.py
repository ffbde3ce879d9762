"""Normal numbers that neurons draw in each tick (docs/semantics.md S3.7): drives
of kind noise and normal() in equations, the same bits everywhere."""

import json
import os
import subprocess
import time
import unittest

import numpy as np

from support import SNNC, SnncTest, read_bundle

NETWORK = """
network: {name: noisy, dt: 0.1 ms, seed: 4}
models:
  walk:
    states: {v: 0.0, w: 0.0}
    params: {a: 0.9, sigma: 0.3}
    equations:
      - w = w + 0.1 * (normal() - w)
      - v = v * a + input + sigma * normal()
    spike: v > 1
    reset: ['v = 0']
inputs: {x: {size: 40, kind: poisson, rate: 300 Hz}}
populations:
  p: {size: 150, model: iaf_psc_exp}
  q: {size: 91, model: walk, params: {sigma: {dist: uniform, low: 0.1, high: 0.6}}}
  r: {size: 7, model: lif, params: {alpha: 0.8, threshold: 1}}
  s: {size: 5, model: izhikevich, params: {a: 0.02, b: 0.2, c: -65, d: 8, h: 0.1},
      initial: {v: -65, u: -13}}
drives:
  both: {to: p, rate: 5000 Hz, sources: 7, weight: 60 pA, delay: 0.7 ms}
  one: {to: p, kind: noise, mean: 100 pA, std: 0.4 nA}
  two: {to: p, kind: noise, std: 120, receptor: in, seed: 9}
  three: {to: p, kind: noise, std: 30 pA, mean: -20 pA}
  each: {to: r, kind: noise, mean: [0, 0.1, 0.2, 0.3, 0, 0, -1], std: 0.5}
  odd: {to: s, kind: noise, mean: 9, std: 4}
projections:
  - {from: x, to: p, connector: {fixed_probability: 0.1}, weight: 30 pA}
  - {from: p, to: q, connector: {fixed_probability: 0.1}, weight: 0.3,
     delay: {dist: uniform_int, low: 1, high: 4}}
  - {from: q, to: r, connector: all_to_all, weight: {dist: normal, mean: 0.01, std: 0.1}}
  - {from: r, to: s, connector: all_to_all, weight: 3.7}
"""

# What each neuron gets is its state.
ALONE = """
network: {dt: 1 ms, seed: 3}
models:
  last: {states: [v], params: [], equations: ['v = input']}
populations:
  a: {size: 1001, model: last}
  b: {size: 1001, model: last}
drives:
  to_a: {to: a, kind: noise, mean: 2, std: 0.5}
  to_b: {to: b, kind: noise, std: 1}
"""


class Noise(SnncTest):

    def noises(self, bundle):
        manifest = json.loads(read_bundle(bundle)["manifest.json"])
        return {entry["name"]: entry.get("noises", [])
                for entry in manifest["populations"]}

    def test_every_backend(self):
        """Serial and parallel, several draws of a population, weights of any
        width, models that are not linear in their sums."""
        file = self.write("net.yaml", NETWORK)
        expected = self.record(file, ["--ticks", 200, "--backend",
                                      "reference"])
        for name in "pqrs":
            self.assertGreater(expected[f"{name}:spikes"].sum(), 5, name)
        self.assert_every_backend(file, 200, expected,
                                  ["--backend", "cpu", "--threads", 1],
                                  ["--backend", "cpu", "--threads", 3])
        bundle = self.path("net.s2x")
        self.snnc("compile", file, "-o", bundle)
        noises = self.noises(bundle)
        self.assertEqual({n: len(e) for n, e in noises.items()},
                         {"p": 3, "q": 2, "r": 1, "s": 1})
        self.snnc("verify", bundle, "--ticks", 100)

    def test_slices(self):
        """Which PE holds a neuron is not seen."""
        file = self.write("net.yaml", NETWORK.replace("size: 150", "size: 4001"))
        expected = self.record(file, ["--ticks", 40, "--backend", "cpu"])
        bundle = self.path("net.s2x")
        for paradigm in ("serial", "parallel"):
            self.snnc("compile", file, "-o", bundle, "--paradigm", paradigm)
            records = self.noises(bundle)["p"][0][2]
            self.assertGreater(len(records), 2)
            self.assert_equal_runs(expected, self.record(
                bundle, ["--ticks", 40, "--backend", "native"]))
        self.assert_equal_runs(expected, self.record(
            bundle, ["--ticks", 40, "--backend", "emulator"]))

    def test_samples_and_seeds(self):
        """Every sample has draws of its own; --seed stands in place of the
        image's, also where no input is."""
        for text in (NETWORK, ALONE):
            file = self.write("net.yaml", text)
            bundle = self.path("net.s2x")
            self.snnc("compile", file, "-o", bundle)
            runs = []
            for options in (["--repeat", 3], ["--repeat", 3, "--seed", 77]):
                options += ["--ticks", 30]
                expected = self.record(bundle, ["--backend", "cpu", *options])
                for backend in ("emulator", "native", "reference"):
                    self.assert_equal_runs(expected, self.record(
                        bundle, ["--backend", backend, *options]))
                name = next(key for key in sorted(expected)
                            if key.endswith(":v"))
                self.assertEqual(expected[name].shape[0], 3)
                self.assertTrue((expected[name][0] != expected[name][1]).any())
                runs.append(expected[name])
            self.assertTrue((runs[0] != runs[1]).any())
        # Nothing else of this one is drawn.
        self.assert_equal_runs(
            self.record(file, ["--seed", 77, "--ticks", 30]),
            {key: value[0] for key, value in expected.items()})

    def test_resumed(self):
        """A run that goes on from a checkpoint draws what it would have."""
        file = self.write("net.yaml", NETWORK)
        ticks = 60_000
        command = ["run", file, "--ticks", ticks, "--events", "--checkpoint",
                   500, "-o", self.path("killed.npz")]
        expected = self.path("straight.npz")
        self.snnc("run", file, "--ticks", ticks, "--events", "-o", expected)
        child = subprocess.Popen([SNNC, *map(str, command)],
                                 stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        while child.poll() is None and not os.path.exists(
                self.path("killed.npz.parts/checkpoint")):
            time.sleep(0.01)
        child.kill()
        if child.wait() != 0:  # else it was done before
            self.snnc(*command, "--resume")
        with np.load(expected) as a, np.load(self.path("killed.npz")) as b:
            for key in a.files:
                if key != "meta":
                    np.testing.assert_array_equal(a[key], b[key], key)

    def test_distribution(self):
        """What arrives: mean and deviation as given, no neuron like another,
        populations apart."""
        file = self.write("net.yaml", ALONE)
        run = self.record(file, ["--ticks", 400, "--backend", "cpu"])
        a, b = ((run["a:v"] - 2) / 0.5), run["b:v"]
        count = a.size
        for z in (a, b):
            z = z.astype(np.float64)
            self.assertLess(abs(z.mean()), 5 / np.sqrt(count))
            self.assertLess(abs(z.var() - 1), 5 * np.sqrt(2 / count))
            self.assertLess(abs((z ** 3).mean()), 5 * np.sqrt(15 / count))
            self.assertLess(abs((z ** 4).mean() - 3), 5 * np.sqrt(96 / count))
            for shifted in (z[1:] * z[:-1], z[:, 1:] * z[:, :-1]):
                self.assertLess(abs(shifted.mean()), 5 / np.sqrt(shifted.size))
        self.assertLess(abs((a * b).mean()), 5 / np.sqrt(count))

    def test_nothing_changes_without(self):
        """A drive of deviation 0 and mean 0 adds nothing, and a network
        without noise has no records."""
        text = NETWORK[:NETWORK.index("  one:")] + \
            NETWORK[NETWORK.index("projections:"):]
        file = self.write("plain.yaml", text)
        plain = self.record(file, ["--ticks", 50])
        file = self.write("none.yaml", text.replace(
            "projections:", "  one: {to: r, kind: noise, std: 0}\nprojections:"))
        self.assert_equal_runs(plain, self.record(file, ["--ticks", 50]))

    def test_refused(self):
        for drive, code in (("{to: r, kind: noise}", "SNN1004"),
                            ("{to: r, kind: noise, std: -1}", "SNN1006"),
                            ("{to: r, kind: noise, std: 1, weight: 2}",
                             "SNN1003"),
                            ("{to: r, kind: noise, std: 1, receptor: ex}",
                             "SNN1008"),
                            ("{to: r, kind: nois, std: 1}", "SNN1008")):
            with self.subTest(drive=drive):
                file = self.write("bad.yaml", NETWORK.replace(
                    "projections:", f"  bad: {drive}\nprojections:", 1))
                done = self.snnc("check", file, code=1)
                self.assertIn(code, done.stderr)
        for term, hint in (("xi", "sqrt(dt) * normal()"),
                           ("randn()", "normal()"),
                           ("normal(0, 1)", "std * normal()")):
            with self.subTest(term=term):
                file = self.write("bad.yaml", NETWORK.replace(
                    "sigma * normal()", f"sigma * {term}"))
                done = self.snnc("check", file, code=1)
                self.assertIn(hint, done.stderr)


if __name__ == "__main__":
    unittest.main()
