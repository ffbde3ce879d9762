"""Row split: sources of a parallel layer over several PEs, sums gathered.

Reference, native and emulator must agree bit for bit; the layers here fit no PE
by columns.
"""

import json
import os
import unittest
import zipfile

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

    def test_loop(self):
        manifest, _ = self.compile("loop", LOOP.replace("DELAY", "2"))
        self.assertIn("subordinates", manifest["populations"][0])
        self.agree("loop", 40)

    def test_loop_of_one_tick(self):
        with open(self.path("short.yaml"), "w", encoding="utf-8") as file:
            file.write(LOOP.replace("DELAY", "1").replace("3000", "9000"))
        done = self.snnc("compile", "short.yaml", "--paradigm", "parallel",
                         code=3)
        self.assertIn("SNN1100", done.stderr)
        self.assertIn("feedback loop", done.stderr)
        self.assertIn("delay of 1 tick(s), at least 2 are needed", done.stderr)


if __name__ == "__main__":
    unittest.main()
