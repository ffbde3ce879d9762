"""Poisson inputs that cores draw for their own neurons (docs/semantics.md S7.4,
S7.5): the same bits as everywhere else, and no packets."""

import json
import unittest

import numpy as np

from support import SnncTest, read_bundle

RATES = [0.0, 0.2, 1.7, 30.0]
NETWORK = """
network: {name: drawn, dt: 0.1 ms, seed: 4}
inputs: {x: {size: 40, kind: poisson, rate: 300 Hz}}
populations:
  p: {size: 150, model: iaf_psc_exp}
  q: {size: 90, model: iaf_psc_delta}
  r: {size: 7, model: iaf_psc_delta}
drives:
  one: {to: p, rate: 5000 Hz, sources: 7, weight: 90 pA, delay: 0.7 ms}
  two: {to: q, rate: {per_tick: RATES}, weight: 0.9 mV}
  far: {to: q, rate: 900 Hz, weight: -0.7 mV, delay: 5 ms}
  three: {to: r, rate: 90 kHz, weight: 0.3 mV, delay: 0.1 ms}
projections:
  - {from: x, to: p, connector: {fixed_probability: 0.1}, weight: 30 pA}
  - {from: p, to: q, connector: {fixed_probability: 0.1}, weight: 0.3 mV,
     delay: {dist: uniform_int, low: 1, high: 4}}
  - {from: q, to: r, connector: all_to_all, weight: 0.3 mV}
""".replace("RATES", str((RATES * 23)[:90]))


class Drives(SnncTest):

    def inputs(self, bundle):
        manifest = json.loads(read_bundle(bundle)["manifest.json"])
        return {entry["name"]: entry for entry in manifest["inputs"]}

    def test_every_backend(self):
        """Serial and parallel, several drives of a population, delays, a mean
        for each neuron."""
        file = self.write("net.yaml", NETWORK)
        expected = self.record(file, ["--ticks", 200, "--backend",
                                      "reference"])
        for name in "pqr":
            self.assertGreater(expected[f"{name}:spikes"].sum(), 30)
        self.assert_every_backend(file, 200, expected)
        bundle = self.path("net.s2x")
        self.snnc("compile", file, "-o", bundle)
        drawn = self.inputs(bundle)
        for name in ("one", "two", "far", "three"):
            self.assertTrue(drawn[name].get("drawn"), name)
        self.assertNotIn("drawn", drawn["x"])
        self.snnc("verify", bundle, "--ticks", 100)

    def test_samples_and_seeds(self):
        """Every sample has draws of its own and begins anew; --seed stands in
        place of the image's."""
        file = self.write("net.yaml", NETWORK)
        bundle = self.path("net.s2x")
        self.snnc("compile", file, "-o", bundle)
        plain = None
        for options in (["--repeat", 3], ["--repeat", 3, "--seed", 77]):
            options += ["--ticks", 60]
            expected = self.record(bundle, ["--backend", "cpu", *options])
            self.assert_equal_runs(expected, self.record(
                bundle, ["--backend", "emulator", *options]))
            spikes = expected["p:spikes"]
            self.assertTrue((spikes[0] != spikes[1]).any())
            if plain is not None:
                self.assertTrue((spikes != plain).any())
            plain = spikes

    def test_arrays_instead(self):
        """A network's file is compiled for the array that is given; a bundle
        cannot take it, and what it says helps."""
        file = self.write("net.yaml", NETWORK)
        counts = np.random.default_rng(3).poisson(2, (80, 150))
        np.savez(self.path("in.npz"), one=counts.astype(np.uint16))
        given = ["--input", self.path("in.npz")]
        runs = [self.record(file, [*given, "--backend", backend])
                for backend in ("cpu", "emulator", "reference")]
        self.assertGreater(runs[0]["p:spikes"].sum(), 30)
        for run in runs[1:]:
            self.assert_equal_runs(runs[0], run)
        bundle = self.path("net.s2x")
        self.snnc("compile", file, "-o", bundle)
        done = self.snnc("run", bundle, *given, "-o", self.path("o.npz"),
                         "--backend", "emulator", code=1)
        self.assertIn("SNN0415", done.stderr)
        self.assertIn("--backend cpu", done.stderr)
        self.assert_equal_runs(runs[0], self.record(
            bundle, [*given, "--backend", "cpu"]))

    def test_left_to_the_host(self):
        """Rates of a table over time, more means than a core keeps, an input
        that others read: packets as before, the same bits."""
        np.save(self.path("rates.npy"), np.linspace(0, 2, 50 * 20).reshape(50, 20))
        file = self.write("net.yaml", """
network: {dt: 1, seed: 1}
inputs:
  both: {size: 20, kind: poisson, rate: 0.5}
populations:
  a: {size: 20, model: lif, params: {tau: 20, threshold: 1.5}}
  b: {size: 20, model: lif, params: {tau: 20, threshold: 1.5}}
drives:
  table: {to: a, rate: {file: rates.npy}, weight: 0.5}
  many: {to: b, rate: %s, weight: 0.5}
projections:
  - {from: both, to: a, connector: one_to_one, weight: 0.4}
  - {from: both, to: b, connector: one_to_one, weight: 0.4}
""" % [0.01 * i for i in range(20)])
        expected = self.record(file, ["--ticks", 50, "--backend", "cpu"])
        self.assertGreater(expected["a:spikes"].sum(), 10)
        self.assertGreater(expected["b:spikes"].sum(), 10)
        self.assert_equal_runs(expected, self.record(
            file, ["--ticks", 50, "--backend", "emulator"]))
        bundle = self.path("net.s2x")
        self.snnc("compile", file, "-o", bundle)
        for name, entry in self.inputs(bundle).items():
            self.assertNotIn("drawn", entry, name)


if __name__ == "__main__":
    unittest.main()
