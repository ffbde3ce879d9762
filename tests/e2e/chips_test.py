"""The same network on one chip and over several, with dead PEs, links and chips:
every spike as on this computer."""

import json
import os
import random
import re
import unittest

from support import SnncTest, read_bundle, write_bundle

NETWORK = """network: {name: multi, dt: 1 ms, seed: 3}
populations:
  a: &cells
    size: 600
    model: iaf_psc_exp
    params: {C_m: 20 pF, tau_m: 20 ms, tau_syn_ex: 5 ms, tau_syn_in: 10 ms, t_ref: 5 ms, E_L: -49 mV, V_reset: -60 mV, V_th: -50 mV}
    initial: {v: {dist: uniform, low: -60 mV, high: -50 mV}}
    rate: 6 Hz
  b: {<<: *cells, size: 500}
  d: {<<: *cells, size: 400}
projections:
  - &from_a {from: a, to: b, connector: {fixed_probability: 0.02}, weight: 1.62 pA}
  - {<<: *from_a, to: d}
  - {<<: *from_a, to: a}
  - {<<: *from_a, from: b, to: a, weight: -9 pA}
  - {<<: *from_a, from: d, to: b}
probes: ["a:spikes", "b:spikes", "d:spikes"]
"""
TICKS = ["--ticks", "120"]


def machine(own, boards=1, torus=False, **dead):
    """`own`: the PEs of each chip."""
    return json.dumps({"schema": 1, "base": "spinnaker2-48", "name": "few",
                       "pes": {"list": own}, "boards": boards, "torus": torus,
                       "dead": dead})


class Chips(SnncTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write("net.yaml", NETWORK)

    @classmethod
    def write(cls, name, text):
        with open(os.path.join(cls.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def compile(self, text):
        self.write("machine.json", text)
        self.snnc("compile", "net.yaml", "--paradigm", "serial", "--machine",
                  "machine.json", "-o", "net.s2x")
        return json.loads(read_bundle(self.path("net.s2x"))["manifest.json"])

    def chips(self, manifest):
        return {tuple(core.get("chip", (0, 0))) for core in manifest["cores"]}

    def test_spikes_are_those_of_this_computer(self):
        cpu = self.record("net.yaml", TICKS)
        self.assertGreater(cpu["b:spikes"].sum(), 100)
        one = self.compile(machine([[7, 6, p] for p in range(3)]))
        self.assertEqual(len(self.chips(one)), 1)
        self.assert_equal_runs(cpu, self.record("net.s2x", TICKS))
        draw = random.Random(5)
        for boards, torus in (1, False), (3, True):
            manifest = self.compile(machine(
                [[7, 6, 0]], boards, torus,
                chips=[[0, 0], [draw.randrange(1, 4), 1]],
                links=[[2, 2, draw.randrange(6)], [1, 2, draw.randrange(6)]],
                pes=[[0, 2, 7, 6, 0]]))
            self.assertEqual(len(self.chips(manifest)), 3)
            for backend in "emulator", "native":
                self.assert_equal_runs(cpu, self.record(
                    "net.s2x", TICKS + ["--backend", backend]))

    def test_a_wrong_table_loses_packets(self):
        manifest = self.compile(machine([[7, 6, 0]]))
        self.assertTrue(any(len(r) == 5 for r in manifest["routes"]))
        entries = read_bundle(self.path("net.s2x"))
        text = entries["manifest.json"].decode()
        at = [i for i, r in enumerate(manifest["routes"])
              if len(r) == 4 and r[2]][-1]  # the last chip's
        route = json.dumps(manifest["routes"][at], separators=(",", ":"))
        wrong = [0xFFFF0000, 0xFFFFFFFF] + manifest["routes"][at][2:]
        self.assertIn(route, text)
        entries["manifest.json"] = text.replace(
            route, json.dumps(wrong, separators=(",", ":"))).encode()
        write_bundle(self.path("wrong.s2x"), entries)
        done = self.snnc("run", "wrong.s2x", *TICKS, "--backend", "emulator", code=6)
        self.assertIn("SNN0682", done.stderr)

    def test_bundles_that_do_not_fit_their_links(self):
        manifest = self.compile(machine([[7, 6, 0]]))
        entries = read_bundle(self.path("net.s2x"))
        text = entries["manifest.json"].decode()
        for links, code in (63, "SNN0511"), (64, "SNN0508"), (-1, "SNN0508"):
            at = next(r for r in manifest["routes"] if len(r) == 5)
            route = json.dumps(at, separators=(",", ":"))
            entries["manifest.json"] = text.replace(
                route, re.sub(r",\d+\]$", f",{links}]", route)).encode()
            write_bundle(self.path("bad.s2x"), entries)
            done = self.snnc("run", "bad.s2x", *TICKS, code=1)
            self.assertIn(code, done.stderr)

    def test_too_big_names_what_would_do(self):
        self.write("one.json", json.dumps(
            {"schema": 1, "base": "spinnaker2", "name": "one",
             "pes": {"list": [[7, 6, 0]]}}))
        done = self.snnc("compile", "net.yaml", "--machine", "one.json",
                         "--paradigm", "serial", "-o", "x.s2x", code=3)
        self.assertIn("SNN0354", done.stderr)
        # 160 populations: a core each at least.
        cells = "".join(f"  p{i}: {{size: 4, model: lif, params: {{alpha: 0.9, threshold: 9}}}}\n"
                        for i in range(160))
        wires = "".join(f"  - {{from: p{i}, to: p{(i + 1) % 160}, weight: 1.0, "
                        "connector: all_to_all}\n" for i in range(160))
        self.write("many.yaml", "network: {name: many}\npopulations:\n" + cells +
                   "projections:\n" + wires)
        compile = ["compile", "many.yaml", "--paradigm", "serial", "-o", "m.s2x"]
        done = self.snnc(*compile, code=3)
        self.assertIn("use --machine spinnaker2-48,", done.stderr)
        self.snnc(*compile, "--machine", "spinnaker2-48")
        self.assertGreater(len(self.chips(json.loads(read_bundle(
            self.path("m.s2x"))["manifest.json"]))), 1)


if __name__ == "__main__":
    unittest.main()
