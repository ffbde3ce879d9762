"""Row split: sources of a parallel layer over several PEs, sums gathered.

Reference, native and emulator must agree bit for bit; the layers here fit no PE
by columns.
"""

import json
import unittest
import zipfile

import numpy as np

from support import SnncTest

# 20,000 sources: a tile of 16 neurons alone would take 320 kB of weights.
WIDE = """
network: {name: wide, dt: 1.0e-3, seed: 3}
inputs:
  in: {size: 20000, kind: poisson, rate: 5}
populations:
  out: {size: 100, model: lif, params: {tau: 20.0e-3, threshold: 20.0}}
projections:
  - {from: in, to: out, connector: all_to_all, weight: {dist: normal, mean: 0.02, std: 0.1}}
probes: ["out:spikes", "out:v"]
"""

# Recurrent, two receptors' worth of signs, delays from DELAY ticks.
LOOP = """
network: {name: loop, dt: 1.0e-3, seed: 5}
inputs:
  in: {size: 3000, kind: poisson, rate: 20}
populations:
  a: {size: 400, model: lif, params: {tau: 20.0e-3, threshold: 10.0}}
  b: {size: 60, model: lif, params: {tau: 20.0e-3, threshold: 10.0}}
projections:
  - {from: in, to: a, connector: {fixed_probability: 0.7}, weight: {dist: normal, mean: 0.2, std: 0.3}, delay: {dist: uniform_int, low: 1, high: 8}}
  - {from: a, to: a, connector: {fixed_probability: 0.4}, weight: {dist: normal, mean: -0.1, std: 0.2}, delay: {dist: uniform_int, low: DELAY, high: 16}}
  - {from: a, to: b, connector: all_to_all, weight: {dist: normal, mean: 0.2, std: 0.2}}
  - {from: b, to: a, connector: all_to_all, weight: -0.1, delay: 3}
probes: ["a:spikes", "a:v", "b:spikes"]
"""

# Every neuron of `relay` spikes at tick 3, and nowhere else.
LIMITS = """
network: {name: limits, dt: 1.0e-3, seed: 9}
inputs:
  go: {size: 1, kind: spike_list, spikes: [[1, 0]]}
populations:
  relay: {size: SOURCES, model: lif, paradigm: serial, params: {tau: 20.0e-3, threshold: 1.0}}
  out: {size: 16, model: lif, paradigm: parallel, params: {tau: 20.0e-3, threshold: 1.0e9}}
projections:
  - {from: go, to: relay, connector: all_to_all, weight: 100.0}
  - {from: relay, to: out, connector: all_to_all, weight: {file: weights.npy}, delay: 2}
probes: ["relay:spikes", "out:v"]
"""

# Spikes that come at run time, any number of them: sums as wide as the array's.
GIVEN = """
network: {name: given, dt: 1.0e-3, seed: 11}
inputs:
  in: {size: 20000}
populations:
  plus: {size: 300, model: lif, params: {tau: 20.0e-3, threshold: 2000.0}}
  minus: {size: 300, model: lif, params: {tau: 20.0e-3, threshold: 2000.0}}
projections:
  - {from: in, to: plus, connector: all_to_all, weight: {dist: uniform, low: 0.5, high: 1.0}}
  - {from: in, to: minus, connector: all_to_all, weight: {dist: uniform, low: -1.0, high: -0.5}}
probes: ["plus:spikes", "plus:v", "minus:v"]
"""


ALL_NEAR = """
network: {dt: 1 ms, seed: 1}
populations:
  cells: {size: 8000, model: lif, params: {tau: 20 ms, threshold: 1.0}}
projections:
  - {from: cells, to: cells, connector: {fixed_indegree: 500}, weight: 0.01}
"""


class RowSplit(SnncTest):

    def compile(self, name, text, *options):
        with open(self.path(name + ".yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        self.snnc("compile", name + ".yaml", "--paradigm", "parallel", "-o",
                  name + ".s2x", *options)
        with zipfile.ZipFile(self.path(name + ".s2x")) as bundle:
            return (json.loads(bundle.read("manifest.json")),
                    json.loads(bundle.read("report.json")))

    def agree(self, name, ticks):
        for against in ("reference", "native", "cpu"):
            done = self.snnc("verify", name + ".s2x", "--ticks", str(ticks),
                             "--against", against)
            self.assertIn("no divergence", done.stdout)
        done = self.snnc("run", name + ".s2x", "--ticks", str(ticks),
                         "--report", "json")
        report = json.loads(done.stdout)
        spikes = sum(layer["spikes"] for layer in report["layers"])
        self.assertGreater(spikes, 100)

    def test_wide(self):
        manifest, report = self.compile("wide", WIDE)
        population = manifest["populations"][0]
        parts = population["subordinates"]
        self.assertEqual(len(population["slices"]), 1)
        self.assertGreater(len(parts), 10)
        roles = [core.get("role") for core in report["cores"]]
        self.assertEqual(roles.count("dominant"), 1)
        self.assertEqual(roles.count("subordinate"), len(parts))
        self.assertEqual(report["layers"][0]["pes"], len(parts) + 1)
        self.agree("wide", 40)

    def test_inspect(self):
        self.compile("seen", WIDE)
        layer = json.loads(self.snnc("inspect", "seen.s2x", "--layer", "out",
                                     "--json").stdout)
        sources = [part["sources"] for part in layer["subordinates"]]
        self.assertEqual(sum(sources), 20000)
        text = self.snnc("inspect", "seen.s2x", "--layer", "out").stdout
        self.assertIn("subordinate PE", text)
        self.assertIn("dominant PE", text)
        text = self.snnc("inspect", "seen.s2x", "--pe", "0").stdout
        self.assertIn("sums of", text)

    def parts_of(self, report):
        """Of each subordinate: digits of a sum, bits of each."""
        found = []
        for core in report["cores"]:
            if core.get("role") != "subordinate":
                continue
            digits = core["sums"] // (core["end"] - core["begin"])
            self.assertEqual(core["keys"] % core["sums"], 0)
            bits = (core["keys"] // core["sums"]).bit_length() - 1
            found.append((digits, bits))
        return found

    def test_sums_at_the_limits(self):
        """The largest and the smallest sum that a digit holds, from every
        subordinate at once; one more takes a bit more."""
        sources = 12000
        text = LIMITS.replace("SOURCES", str(sources))

        def compiled(weights):
            np.save(self.path("weights.npy"), weights)
            self.snnc("compile", self.write("limits.yaml", text), "-o",
                      "limits.s2x")
            with zipfile.ZipFile(self.path("limits.s2x")) as bundle:
                report = json.loads(bundle.read("report.json"))
            layer = json.loads(self.snnc("inspect", "limits.s2x", "--layer",
                                         "out", "--json").stdout)
            return ([part["sources"] for part in layer["subordinates"]],
                    self.parts_of(report))

        # As many bytes whatever the weights: the same sources on each PE.
        weights = np.ones((16, sources))
        counts, _ = compiled(weights)
        self.assertGreater(len(counts), 1)
        self.assertEqual(sum(counts), sources)
        limit = 2 ** 13
        for more, bits in ((0, 14), (1, 15)):
            begin = 0
            for count in counts:
                self.assertLess(count, limit - 1)
                here = slice(begin, begin + count)
                weights[:, here] = 0
                for column, total in ((0, limit - 1 + more), (1, limit),
                                      (2, limit - 1), (3, limit + more)):
                    each = np.full(count, total // count)
                    each[:total % count] += 1
                    weights[column, here] = -each if column % 2 else each
                weights[4, begin] = 127  # the scale of weights is 1
                begin += count
            again, digits = compiled(weights)
            self.assertEqual(again, counts)
            self.assertEqual(set(digits), {(1, bits)})
            for against in ("reference", "native", "cpu"):
                done = self.snnc("verify", "limits.s2x", "--ticks", 12,
                                 "--against", against, code=None)
                self.assertIn("no divergence", done.stdout)
            v = self.record("limits.s2x", ["--ticks", 12], code=None)["out:v"]
            v = v.reshape(12, 16)
            arrived = np.flatnonzero(v[:, 0])[0]
            parts = len(counts)
            np.testing.assert_array_equal(
                v[arrived, :4],
                [parts * (limit - 1 + more), -parts * limit,
                 parts * (limit - 1), -parts * (limit + more)])

    def test_two_digits(self):
        """An input of any number of spikes into so many neurons that the keys do
        not suffice for one digit: sums beyond the first, of either sign."""
        rng = np.random.default_rng(3)
        given = rng.poisson(0.8, (6, 20000)).astype(np.uint8)
        np.save(self.path("many.npy"), given)
        _, report = self.compile("given", GIVEN)
        digits = set(self.parts_of(report))
        self.assertEqual({count for count, _ in digits}, {2})
        # Some 750 spikes on each PE, of a weight of 95 on average.
        self.assertLess(max(bits for _, bits in digits), 17)
        for against in ("reference", "native", "cpu"):
            done = self.snnc("verify", "given.s2x", "--input", "many.npy",
                             "--against", against, code=None)
            self.assertIn("no divergence", done.stdout)

    def test_counts_beyond_the_digits(self):
        """Digits are sized by the spikes that were given; many more of one
        channel are refused before they would be added up wrongly."""
        few = WIDE.replace(
            "kind: poisson, rate: 5",
            "kind: spike_list, spikes: [[1, 7], [1, 19000], [2, 7]]")
        self.compile("sized", few)
        given = np.zeros((4, 20000), np.uint8)
        given[2, 7] = 4
        np.save(self.path("given.npy"), given)
        done = self.snnc("verify", "sized.s2x", "--input", "given.npy")
        self.assertIn("no divergence", done.stdout)
        given[2, 7] = 100
        np.save(self.path("given.npy"), given)
        done = self.snnc("run", "sized.s2x", "--input", "given.npy", "-o",
                         "out.npz", code=1)
        self.assertIn("SNN0414", done.stderr)
        self.assertIn("100 spikes on channel 7 in tick 2", done.stderr)

    def test_loop(self):
        manifest, _ = self.compile("loop", LOOP.replace("DELAY", "2"))
        self.assertIn("subordinates", manifest["populations"][0])
        self.agree("loop", 40)

    def test_loop_of_one_tick(self):
        """Synapses of a delay of 1 tick in the loop stand in rows of the
        dominant PE, all others on subordinates."""
        text = LOOP.replace("DELAY", "1")
        manifest, report = self.compile("short", text)
        self.assertIn("subordinates", manifest["populations"][0])
        dominant = [core for core in report["cores"]
                    if core.get("role") == "dominant"]
        self.assertTrue(dominant)
        for core in dominant:
            if core["population"] == "a":
                self.assertGreater(len(core["encodings"]), 1)
        self.agree("short", 40)

    def test_loop_of_nothing_else(self):
        """Without a synapse for subordinates there is nothing to multiply: the
        layer is serial, whether it is asked for or not."""
        self.write("all.yaml", ALL_NEAR)
        for paradigm in ("auto", "oracle"):
            done = self.snnc("check", "all.yaml", "--paradigm", paradigm,
                             "--explain-paradigm")
            self.assertIn("'cells' is serial", done.stderr)
        done = self.snnc("check", "all.yaml", "--paradigm", "parallel", code=3)
        self.assertIn("SNN1100", done.stderr)


if __name__ == "__main__":
    unittest.main()
