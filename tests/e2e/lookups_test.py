"""Keys to rows: by arithmetic, by a bitmap, by an index; the same spikes."""

import json
import unittest

import numpy as np

from support import ROOT, SnncTest

# Ten PEs with 16 kB beside their programs, so that rows go to DRAM.
LITTLE = """schema: 1
base: spinnaker2
name: little
pes: {list: [[1, 1, 0], [1, 1, 1], [1, 1, 2], [1, 1, 3], [2, 1, 0], [2, 1, 1],
             [2, 1, 2], [2, 1, 3], [3, 1, 0], [3, 1, 1]]}
sram: {bytes: 0x7000, program: [0x0, 0x2000], stack: [0x6000, 0x7000]}
"""
# Many sources, so that an index of theirs has no room, and a few neurons that
# most synapses of a list come from: rows much longer than the mean.
HUBS = """network: {name: n, dt: 1.0e-3, seed: 5}
inputs:
  bg: {size: 100, kind: poisson, rate: 100}
  many: {size: 6000, kind: poisson, rate: 2}
populations:
  cells: {size: 400, model: lif, rate: 10,
          params: {tau: 20.0e-3, threshold: 10.0, reset: 0.0}}
projections:
  - {from: bg, to: cells, connector: {fixed_indegree: 30}, weight: 1.0}
  - {from: many, to: cells, connector: {fixed_indegree: 300},
     weight: {dist: normal, mean: 0.1, std: 0.02}, delay: {dist: uniform_int, low: 1, high: 6}}
  - {from: cells, to: cells, connector: {list: {file: hubs.csv}}}
"""
TICK = ["--tick", "0.01"]


class Lookups(SnncTest):

    def encodings(self, bundle):
        layers = json.loads(self.snnc("inspect", bundle, "--json").stdout)
        return {text.split("<")[0] + (" dram" if "dram" in text else "")
                for layer in layers["layers"] for text in layer["encodings"]}

    def assert_same_spikes(self, net, bundle, ticks, backends):
        options = ["--ticks", str(ticks), "--backend"]
        cpu = self.record(net, [*options, "cpu"])
        self.assertGreater(sum(a.sum() for a in cpu.values()), 1000)
        for backend in backends:
            self.assert_equal_runs(cpu, self.record(bundle, [*options, backend]))

    def test_18000_neurons_with_10_synapses_each(self):
        net = f"{ROOT}/models/yaml/sprinkled.yaml"
        self.snnc("compile", net, "--paradigm", "serial", "-o", "net.s2x")
        self.assertIn("bitmap", self.encodings("net.s2x"))
        self.assert_same_spikes(net, "net.s2x", 30, ("emulator",))

    def test_rows_at_equal_distances_in_dram_go_on_behind_them(self):
        rng = np.random.default_rng(4)
        pairs = {(int(s), int(t)) for s, t in rng.integers(0, 400, (3000, 2))}
        pairs |= {(s, t) for s in (3, 77, 240) for t in range(400)}
        self.write("hubs.csv", "".join(
            f"{s},{t},{rng.integers(1, 9) / 100},{rng.integers(1, 5)}\n"
            for s, t in sorted(pairs)))
        net = self.write("net.yaml", HUBS)
        self.snnc("compile", net, "--paradigm", "serial", *TICK, "--machine",
                  self.write("little.yaml", LITTLE), "-o", "net.s2x")
        self.assertIn("strided dram", self.encodings("net.s2x"))
        self.assert_same_spikes(net, "net.s2x", 100, ("emulator", "native"))


if __name__ == "__main__":
    unittest.main()
