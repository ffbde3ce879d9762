"""Programs larger than the range that the machine file keeps for them, rows in
DRAM behind the last packet, and what help says where ticks are too short."""

import json
import os
import unittest
import zipfile

import numpy as np

from support import SnncTest

CELLS = ("model: iaf_psc_exp, paradigm: serial, params: {C_m: 250 pF, "
         "tau_m: 10 ms, tau_syn_ex: 0.5 ms, tau_syn_in: 0.5 ms, t_ref: 2 ms, "
         "E_L: -65 mV, V_reset: -65 mV, V_th: -50 mV}")
KEPT = 0x2000  # for programs, by the built-in machine files


def many_formats(delays, drives):
    """One population that each of many inputs reaches by a row format of its
    own: three rules for each range of delays."""
    inputs, projections = [], []
    for low in delays:
        for rule in ("{fixed_outdegree: 4}", "{fixed_indegree: 8}",
                     "{fixed_probability: 0.005}"):
            name = f"i{len(inputs)}"
            inputs.append(f"  {name}: {{size: 200, kind: poisson, rate: 5 Hz}}")
            projections.append(
                f"  - {{from: {name}, to: cells, connector: {rule}, weight: "
                "{dist: uniform, low: 1000, high: 3000}, delay: "
                f"{{dist: uniform_int, low: 1, high: {low}}}}}")
    return "\n".join(
        ["network: {name: big, dt: 1 ms, seed: 3}", "inputs:", *inputs,
         "populations:", f"  cells: {{size: 64, rate: 20 Hz, {CELLS}}}",
         "drives:", *(f"  d{i}: {{to: cells, rate: {50 * (i + 1)} Hz, "
                      "weight: 50.0}" for i in range(drives)),
         "projections:", *projections, 'probes: ["cells:spikes"]', ""])


# A chip with little SRAM: rows go to DRAM.
LITTLE = """schema: 1
base: spinnaker2
pes: {list: [[1, 1, 0]]}
sram: {bytes: BYTES, program: [0x0, 0x2000], stack: [STACK, BYTES]}
"""


def little(size):
    return LITTLE.replace("BYTES", hex(size)).replace("STACK",
                                                      hex(size - 0x400))


class ProgramRange(SnncTest):

    def member(self, bundle, name):
        with zipfile.ZipFile(self.path(bundle)) as archive:
            return json.loads(archive.read(name))

    def agree(self, bundle, ticks):
        for against in ("native", "cpu", "reference"):
            done = self.snnc("verify", bundle, "--ticks", str(ticks),
                             "--against", against)
            self.assertIn("no divergence", done.stdout)

    def test_large_program(self):
        self.write("big.yaml", many_formats((1, 2, 4, 8, 16, 32), 4))
        done = self.snnc("compile", "big.yaml", "-o", "big.s2x", "--report",
                         "json")
        self.assertNotIn("SNN0390", done.stderr)
        core, = self.member("big.s2x", "manifest.json")["cores"]
        machine = self.member("big.s2x", "machine.json")
        end = machine["sram"]["program"][1]
        self.assertGreater(end, KEPT)
        self.assertEqual(core["headerAddress"], end)
        with zipfile.ZipFile(self.path("big.s2x")) as archive:
            self.assertGreater(len(archive.read("programs/p0.elf")), KEPT)
        self.agree("big.s2x", 100)
        spikes = self.snnc("run", "big.s2x", "--ticks", "100", "--report",
                           "json").stdout
        self.assertGreater(json.loads(spikes)["layers"][0]["spikes"], 20)
        # The assembly is that of the larger range, too.
        text = self.snnc("compile", "big.yaml", "--emit", "asm").stdout
        self.assertGreater(int(text.split(" B\n")[0].split()[-1]), KEPT)

    def test_small_program(self):
        self.write("small.yaml", many_formats((1,), 1))
        self.snnc("compile", "small.yaml", "-o", "small.s2x")
        core, = self.member("small.s2x", "manifest.json")["cores"]
        self.assertEqual(core["headerAddress"], KEPT)

    def test_no_room_at_all(self):
        self.write("none.yaml", many_formats((1, 2, 4, 8, 16, 32), 2).replace(
            "size: 200", "size: 4").replace("indegree: 8", "indegree: 1"
            ).replace("size: 64", "size: 2"))
        self.write("tiny.yaml", little(0x3C00))
        done = self.snnc("compile", "none.yaml", "--machine", "tiny.yaml", "-o",
                         "none.s2x", code=3)
        self.assertRegex(done.stderr, r"a core program needs [\d,]+ B of the "
                         r"14,336 B that a PE has beside its stack \[SNN0390\]")
        self.assertFalse(os.path.exists(self.path("none.s2x")))

    def test_rows_in_dram(self):
        """Sources with one projection and with two, keys with gaps, rows of
        both places on one core; the last row of a tick is worked on."""
        network = "\n".join(
            ["network: {name: mixed, dt: 1 ms, seed: 5}", "inputs:",
             "  in: {size: 300, kind: poisson, rate: 30 Hz}", "populations:",
             f"  a: {{size: 100, rate: 20 Hz, {CELLS}}}", "projections:",
             "  - {from: in, to: a, connector: {fixed_indegree: 60}, weight: "
             "{dist: uniform, low: 50, high: 90}, delay: 1}",
             "  - {from: in, to: a, connector: {fixed_indegree: 20}, weight: "
             "{dist: uniform, low: 50, high: 90}, delay: {dist: uniform_int, "
             "low: 1, high: 4}}",
             "  - {from: a, to: a, connector: {fixed_indegree: 10}, weight: "
             "-20, delay: 2}", 'probes: ["a:spikes", "a:v"]', ""])
        self.write("mixed.yaml", network)
        seen = set()
        for room in (0x2800, 0x4000, 0x18000):
            self.write("little.yaml", little(0x2000 + room))
            done = self.run_snnc("compile", "mixed.yaml", "--machine",
                                 "little.yaml", "-o", "mixed.s2x")
            if done.returncode:
                continue
            layer, = self.member("mixed.s2x", "report.json")["layers"]
            seen.add(sum("dram" in e for e in layer["encodings"]) > 0)
            self.agree("mixed.s2x", 60)
        self.assertEqual(seen, {True, False})

    def test_help_of_short_ticks(self):
        """Rates are advised where they are not stated or too low; a volley now
        and then is no matter of rates."""
        steady = np.zeros((20, 40), np.uint8)
        steady[:-1] = 1
        np.save(self.path("steady.npy"), steady)
        np.save(self.path("volleys.npy"), steady * (np.arange(20) % 10 == 3)[
            :, None].astype(np.uint8))
        stated = "rate: {per_tick: 0.1}, "
        measured = r"rate` of 'a' with \{per_tick: 0\.\d+\} \(the plan has "
        for rate, stimulus, record, advice in (
                ("", "steady", "a:spikes", measured + r"0\.05\)"),
                ("", "steady", "b:spikes", "rate` of 'a', so that"),
                (stated, "steady", "a:spikes", measured + r"0\.1\)"),
                (stated, "steady", "b:spikes", None),
                (stated, "volleys", "a:spikes", None)):
            self.write("fast.yaml", "\n".join(
                ["network: {name: fast, dt: 1 ms}", "inputs:",
                 "  in: {size: 40}", "populations:",
                 f"  a: {{size: 40, model: if_value, {rate}params: "
                 "{threshold: 0.5}}",
                 "  b: {size: 4, model: if_value, rate: {per_tick: 0}, params: "
                 "{threshold: 1.0e+6}}", "projections:",
                 "  - {from: in, to: a, connector: one_to_one, weight: 1.0}",
                 "  - {from: a, to: b, connector: all_to_all, weight: 1.0}",
                 ""]))
            done = self.snnc("run", "fast.yaml", "--input",
                             stimulus + ".npy", "--record", record, "--tick",
                             "5e-6", "--report", "json",
                             "--backend", "emulator", code=6)
            self.assertIn("SNN0680", done.stderr)
            self.assertIn("--tick", done.stderr)
            if advice:
                self.assertRegex(done.stderr, advice)
            else:
                self.assertNotIn("rate`", done.stderr)


if __name__ == "__main__":
    unittest.main()
