"""Networks whose rows do not fit SRAM: in the chip's DRAM, the same spikes."""

import json
import unittest

from support import SRAM_ONLY, SnncTest, read_bundle, write_bundle

# Eight PEs with 16 kB beside their programs.
LITTLE = """schema: 1
base: spinnaker2
name: little
pes: {list: [[1, 1, 0], [1, 1, 1], [1, 1, 2], [1, 1, 3],
             [2, 1, 0], [2, 1, 1], [2, 1, 2], [2, 1, 3]]}
sram: {bytes: 0x7000, program: [0x0, 0x2000], stack: [0x6000, 0x7000]}
"""
NET = """network: {name: n, dt: 1.0e-3, seed: 5}
inputs:
  bg: {size: 100, kind: poisson, rate: 100}
populations:
  exc: {size: 400, model: lif, params: {tau: 20.0e-3, threshold: 10.0, reset: 0.0}}
  inh: {size: 100, model: lif, params: {tau: 20.0e-3, threshold: 10.0, reset: 0.0}}
projections:
  - {from: bg, to: exc, connector: {fixed_indegree: 30}, weight: 1.0}
  - {from: exc, to: exc, connector: {fixed_indegree: 200},
     weight: {dist: normal, mean: 0.1, std: 0.02}, delay: {dist: uniform_int, low: 1, high: 6}}
  - {from: exc, to: inh, connector: all_to_all, weight: 0.1}
  - {from: inh, to: exc, connector: {fixed_indegree: 60}, weight: -0.3}
"""
TICK = ["--tick", "0.01"]


class Dram(SnncTest):

    def compiled(self, machine=LITTLE):
        net = self.write("net.yaml", NET)
        self.snnc("compile", net, "--paradigm", "serial", *TICK, "--machine",
                  self.write("little.yaml", machine), "-o", "net.s2x")
        return net

    def test_same_spikes_as_the_reference(self):
        net = self.compiled()
        options = ["--ticks", "150", "--backend"]
        reference = self.record(net, [*options, "reference"])
        self.assertGreater(reference["exc:spikes"].sum(), 1000)
        for backend in ("emulator", "native"):
            self.assert_equal_runs(reference,
                                   self.record("net.s2x", [*options, backend]))

    def test_transfers_side_by_side(self):
        """As many rows are under way as the DMA unit takes: no spike depends on
        it, and latencies that are longer than the work on a row are shared."""
        cycles, runs = {}, []
        for queue in (1, 2, 4, 8):
            self.compiled(LITTLE + "dram: {latencySeconds: 5.0e-6, dma: "
                          f"{{queue: {queue}}}}}\n")
            runs.append(self.record("net.s2x", [
                "--ticks", "100", "--backend", "emulator"]))
            runs.append(self.record("net.s2x", [
                "--ticks", "100", "--backend", "native"]))
            report = json.loads(self.snnc(
                "run", "net.s2x", "--ticks", "100", "--report",
                "json").stdout)
            cycles[queue] = max(l["cycles_per_tick"] for l in report["layers"])
        for run in runs[1:]:
            self.assert_equal_runs(runs[0], run)
        self.assertGreater(runs[0]["exc:spikes"].sum(), 500)
        self.assertLess(cycles[2], 0.9 * cycles[1])
        # The core's work on a row is longer than half of a transfer.
        self.assertLess(cycles[8], 1.15 * cycles[2])

    def test_the_bundle_says_what_is_there(self):
        self.compiled()
        entries = read_bundle(self.path("net.s2x"))
        manifest = json.loads(entries["manifest.json"])
        cores = [core for core in manifest["cores"] if "dram" in core]
        self.assertTrue(cores)
        for core in cores:
            self.assertGreaterEqual(core["dramBase"], 0x20000400)
            self.assertTrue(any(entries[core["dram"]]))
        layers = json.loads(self.snnc("inspect", "net.s2x", "--json").stdout)["layers"]
        held = sum(layer.get("dram_bytes", 0) for layer in layers)
        self.assertEqual(held, sum(len(entries[core["dram"]]) for core in cores))

    def test_rows_outside_of_dram_are_refused(self):
        self.compiled()
        entries = read_bundle(self.path("net.s2x"))
        text = entries["manifest.json"].decode()
        core = next(core for core in json.loads(text)["cores"] if "dram" in core)
        for base in (core["dramBase"] - 16, 0x1000, 0xFFFFFFF0):
            changed = text.replace(f'"dramBase":{core["dramBase"]}',
                                   f'"dramBase":{base}')
            changed = changed.replace(f'"dramBase": {core["dramBase"]}',
                                      f'"dramBase": {base}')
            self.assertNotEqual(changed, text)
            write_bundle(self.path("bad.s2x"),
                         entries | {"manifest.json": changed.encode()})
            done = self.snnc("run", "bad.s2x", "--ticks", "5", code=1)
            self.assertIn("[SNN0511]", done.stderr)

    def test_the_plan_knows_dram(self):
        """Whatever decides, and whether or not anybody looks."""
        net = self.write("net.yaml", NET)
        machine = ["--machine", self.write("little.yaml", LITTLE), *TICK]
        done = self.snnc("check", net, "--plan", *machine)
        self.assertRegex(done.stdout, r"rows in DRAM\n")
        self.assertRegex(done.stdout, r"\d+ PE\(s\) of 8, .* B of \d+ B of DRAM")
        for paradigm in ("auto", "cost-model"):
            plan = json.loads(self.snnc(
                "check", net, "--plan", "--json", "--paradigm", paradigm,
                *machine).stdout)["plan"]
            chosen = [layer[layer["paradigm"]] for layer in plan["layers"]]
            self.assertLessEqual(plan["total"]["pes"], 8)
            self.assertEqual(plan["total"]["dram_bytes"], sum(
                layer.get("dram_bytes", 0) for layer in chosen))
            self.assertGreater(plan["total"]["dram_bytes"], 10000)
            for options in ([], ["--explain-paradigm"]):
                done = self.snnc("compile", net, "--paradigm", paradigm, "-o",
                                 "net.s2x", *options, *machine)
                layers = json.loads(self.snnc("inspect", "net.s2x",
                                              "--json").stdout)["layers"]
                self.assertEqual(
                    {l["name"]: l["paradigm"] for l in layers},
                    {l["population"]: l["paradigm"] for l in plan["layers"]})
            self.assertIn("B of rows in DRAM", done.stderr)

    def test_the_plan_and_the_bundle_take_as_long(self):
        """Both count the PEs that fetch, not all that a chip has: transfers are
        most of this tick."""
        net = self.write("net.yaml", NET)
        machine = ["--machine", self.write(
            "slow.yaml", LITTLE + "dram: {bytesPerSecond: 5.0e+7}\n"), *TICK]
        plan = json.loads(self.snnc(
            "check", net, "--plan", "--json", "--paradigm", "serial",
            *machine).stdout)["plan"]
        planned = {layer["population"]: layer["serial"]
                   for layer in plan["layers"]}
        self.snnc("compile", net, "--paradigm", "serial", "-o", "net.s2x",
                  *machine)
        layers = json.loads(self.snnc("inspect", "net.s2x",
                                      "--json").stdout)["layers"]
        fetching = [l for l in layers if l.get("dram_bytes")]
        self.assertTrue(fetching)
        self.assertLess(sum(l["pes"] for l in fetching), 8)
        for layer in fetching:
            cycles = planned[layer["name"]]["cycles"]
            self.assertAlmostEqual(layer["cycles_expected"] / cycles, 1,
                                   delta=0.05)

    def test_refusals_say_where_it_fits(self):
        net = self.write("net.yaml", NET)
        done = self.snnc("compile", net, "--paradigm", "parallel", *TICK,
                         "--machine", self.write("little.yaml", LITTLE),
                         code=3)
        self.assertIn("help: fits with rows in DRAM: use --paradigm serial",
                      done.stderr)
        self.compiled()
        chip = self.write("chip.yaml", SRAM_ONLY)
        large = self.write("large.yaml", NET.replace("400", "9000").replace(
            "size: 100,", "size: 9000,").replace("200", "2000"))
        done = self.snnc("compile", large, "--machine", chip, code=3)
        self.assertIn("with rows in DRAM, which machine", done.stderr)

    def test_without_dram_it_does_not_fit(self):
        net = self.write("net.yaml", NET)
        machine = LITTLE + SRAM_ONLY.splitlines()[-1] + "\n"
        done = self.snnc("compile", net, "--paradigm", "serial", "--machine",
                         self.write("sram.yaml", machine), code=3)
        self.assertIn("[SNN0354]", done.stderr)


if __name__ == "__main__":
    unittest.main()
