"""How commands end: every exit code, and what stderr says with it."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

import numpy as np

from support import (BRAILLE, BRAILLE_TIME, LETTER, SNNC, SRAM_ONLY, SnncTest,
                     TIMEOUT, lif_network)


class ExitCodes(SnncTest):
    needs_data = True

    def test_ok(self):
        self.assertIn("Examples:", self.snnc("compile", "--help").stdout)
        for verb in ("run", "check", "verify", "inspect", "explain"):
            self.assertIn("Example", self.snnc(verb, "--help").stdout)
        self.assertIn("Exit codes", self.snnc("--help").stdout)
        for verb in ("run", "selector train"):
            self.assertEqual(self.snnc("help", *verb.split()).stdout,
                             self.snnc(*verb.split(), "--help").stdout)
        self.assertEqual(self.snnc("help").stdout, self.snnc("--help").stdout)
        self.assertIn("did you mean 'compile'",
                      self.snnc("help", "comile", code=2).stderr)
        self.assertRegex(self.snnc("--version").stdout, r"^snnc \d+\.\d+\.\d+")
        self.assertIn("(default)", self.snnc("targets").stdout)

    def test_usage(self):
        for arguments in ([], ["frobnicate"], ["compile"],
                          ["compile", BRAILLE, "--weights", "int4"],
                          ["run", BRAILLE, "--backend", "gpu"],
                          ["compile", BRAILLE, "--dt", "-1"],
                          ["compile", BRAILLE, "--no-such-option"]):
            with self.subTest(arguments):
                done = self.snnc(*arguments, code=2)
                self.assertTrue(done.stderr)
                self.assertEqual(done.stdout, "")

    def test_did_you_mean(self):
        for arguments, code, says in (
                (["complie", BRAILLE], "SNN0090", "did you mean 'compile'?"),
                (["slector"], "SNN0090", "did you mean 'selector'?"),
                (["selector", "prdict"], "SNN0090", "did you mean 'predict'?"),
                ([BRAILLE], "SNN0090", f"snnc run {BRAILLE}"),
                (["--quite", "targets"], "SNN0091", "did you mean '--quiet'?"),
                (["run", "x", "--wieghts=int8"], "SNN0091",
                 "did you mean '--weights'?"),
                (["run", "x", "--rec", "lif"], "SNN0091",
                 "did you mean '--record'?"),
                (["compile", "x", "--record", "lif:v"], "SNN0091",
                 "'--record' is an option of run, verify"),
                (["run", "x", "y"], "SNN0091", "no argument 'y'"),
                (["run", "x", "--encode", "raet"], "SNN0092",
                 "did you mean 'rate'?"),
                (["compile", "x", "--weights", "int32"], "SNN0092",
                 "did you mean 'int16'?"),
                (["run", "x", "--dt", "0"], "SNN0092", "a number above 0"),
                (["run", "x", "--dt", "nan"], "SNN0092", "not finite"),
                (["run", "x", "--tick", "1e-9"], "SNN0092",
                 "from 1e-06 to 10"),
                (["run", "x", "--seed", "-1"], "SNN0092", "whole number"),
                (["run", "x", "--seed", "1" * 30], "SNN0092", "whole number"),
                (["run", "x", "--seed", "many"], "SNN0092", "'many'"),
                (["run", "x", "--ticks", "1.5"], "SNN0092",
                 "'1.5' is not a whole number from 1 to 1,099,511,627,776"),
                (["run", "x", "--threads", "x"], "SNN0092",
                 "'x' is not a whole number"),
                (["run"], "SNN0093", "snnc run --help"),
                (["run", "x", "--ticks"], "SNN0093", "--ticks needs a value")):
            with self.subTest(arguments):
                done = self.snnc(*arguments, code=2)
                self.assertIn(f"[{code}]", done.stderr)
                self.assertIn(says, done.stderr)
                self.assertEqual(done.stdout, "")
                line = self.snnc("--diagnostics", "json", *arguments, code=2)
                self.assertEqual(json.loads(line.stderr)["code"], code)

    def test_input_errors(self):
        for arguments in (["compile", "missing.nir"], ["run", "missing.s2x"],
                          ["verify", "missing.s2x"], ["check", "missing.nir"],
                          ["inspect", "missing.s2x"], ["compile", "/"],
                          ["inspect", BRAILLE], ["compile", LETTER],
                          ["compile", BRAILLE, "--machine", "spinaker2"]):
            with self.subTest(arguments):
                done = self.snnc(*arguments, code=1)
                self.assertRegex(done.stderr, r"\[SNN\d{4}\]")

    def test_json_diagnostics(self):
        done = self.snnc("--diagnostics", "json", "compile", "missing.nir",
                         code=1)
        for line in done.stderr.splitlines():
            finding = json.loads(line)
            self.assertRegex(finding["code"], r"^SNN\d{4}$")

    def test_unknown_record(self):
        self.snnc("compile", BRAILLE, *BRAILLE_TIME, "-o", "b.s2x")
        done = self.snnc("run", "b.s2x", "--input", LETTER, "--record",
                         "lif1.lfi:spikes", "-o", "o.npz", code=1)
        self.assertIn("lif1.lif", done.stderr)
        np.save(self.path("wide.npy"), np.zeros((4, 13), np.uint8))
        done = self.snnc("run", "b.s2x", "--input", "wide.npy", "-o", "o.npz",
                         code=1)
        self.assertIn("[SNN0411]", done.stderr)
        np.save(self.path("analog.npy"), np.full((4, 12), 0.5))
        done = self.snnc("run", "b.s2x", "--input", "analog.npy", "-o",
                         "o.npz", code=1)
        self.assertIn("[SNN0412]", done.stderr)
        self.assertIn("encoder", done.stderr)

    def test_does_not_fit(self):
        lif_network(self.path("big.nir"), inputs=6000, neurons=6000)
        with open(self.path("sram.yaml"), "w", encoding="utf-8") as file:
            file.write(SRAM_ONLY)
        done = self.snnc("compile", "big.nir", "--dt", "1e-3", "-o", "big.s2x",
                         "--machine", "sram.yaml", code=3)
        # 36 MB of weights into about 19 MB of SRAM.
        self.assertRegex(done.stderr, r"\[SNN035[34]\]")
        self.assertIn("lif", done.stderr)
        self.assertIn("148", done.stderr)
        self.assertIn("help:", done.stderr)
        self.assertFalse(os.path.exists(self.path("big.s2x")))

        lif_network(self.path("deep.nir"), inputs=200_000, neurons=1)
        # In parallel its sources are split over PEs.
        done = self.snnc("compile", "deep.nir", "--dt", "1e-3", "--paradigm",
                         "serial", "--machine", "sram.yaml", code=3)
        self.assertRegex(done.stderr, r"\[SNN0353\]")

    def test_overrun(self):
        self.snnc("compile", BRAILLE, *BRAILLE_TIME, "--tick", "1e-6", "-o",
                  "fast.s2x")
        done = self.snnc("run", "fast.s2x", "--input", LETTER, "--record",
                         "lif2:spikes", "-o", "fast.npz", code=6)
        self.assertRegex(done.stderr, r"longer than a tick \(worst: population "
                         r"'lif\S+', PE \d\.\d\.\d, .*\[SNN0680\]")
        self.assertIn("--tick", done.stderr)
        # A line for every PE, the longest tick first.
        lines = [int(cycles) for cycles in re.findall(
            r"PE \d\.\d\.\d, 'lif\S+' \[\d+, \d+\): \d+ tick\(s\), worst "
            r"tick \d+, (\d+) cycles of 300", done.stderr)]
        self.assertGreater(len(lines), 1)
        self.assertEqual(lines, sorted(lines, reverse=True))
        report = json.loads(self.snnc(
            "run", "fast.s2x", "--input", LETTER, "--record", "lif2:spikes",
            "--report", "json", code=6).stdout)
        self.assertEqual([pe["worst_cycles"] for pe in report["overrun_pes"]]
                         [:len(lines)], lines)
        self.assertEqual(sum(pe["overruns"] for pe in report["overrun_pes"]),
                         report["overruns"])
        self.assertTrue(all(0 <= pe["worst_tick"] < 300 and
                            pe["worst_cycles"] > pe["tick_cycles"] == 300
                            for pe in report["overrun_pes"]))
        table = self.snnc("run", "fast.s2x", "--input", LETTER, "--report",
                          "table", code=6).stdout
        self.assertIn("overrun PE", table)
        # What was computed is handed over all the same.
        self.assertEqual(np.load(self.path("fast.npz"))["lif2:spikes"].shape,
                         (256, 7))

    def test_report_of_what_is_not_known(self):
        """The reference has no chip, and only the emulator counts cycles."""
        for backend, timed, chip in (("reference", False, False),
                                     ("native", False, True),
                                     ("emulator", True, True)):
            with self.subTest(backend):
                run = ["run", BRAILLE, *BRAILLE_TIME, "--input", LETTER,
                       "--backend", backend, "--report"]
                report = json.loads(self.snnc(*run, "json").stdout)
                for key in ("tick_cycles", "overruns"):
                    self.assertEqual(report[key] is not None, timed, key)
                for key in ("packets", "lost_packets"):
                    self.assertEqual(report[key] is not None, chip, key)
                for layer in report["layers"]:
                    self.assertEqual(layer["cycles_per_tick"] is not None,
                                     timed)
                    self.assertEqual("pes" in layer, chip)
                table = self.snnc(*run, "table").stdout
                self.assertNotIn(" 0 of 0", table)
                self.assertEqual(re.search(r" 0 +0 +-$", table, re.M), None)

    def test_real_time(self):
        """A stated tick that stated rates do not meet is refused."""
        with open(self.path("busy.yaml"), "w", encoding="utf-8") as file:
            file.write("""
network: {name: busy}
inputs:
  noise: {size: 2000, kind: poisson, rate: {per_tick: 1.0}}
populations:
  out: {size: 8, model: if, params: {threshold: 100.0}}
projections:
  - {from: noise, to: out, connector: all_to_all, weight: 0.5}
""")
        # In parallel its sources would be split over PEs until it does.
        serial = ["--paradigm", "serial"]
        done = self.snnc("compile", "busy.yaml", "--tick", "1e-4", *serial,
                         "-o", "busy.s2x", code=3)
        self.assertIn("[SNN0362]", done.stderr)
        self.assertIn("'out'", done.stderr)
        self.assertIn("30,000 cycles fit a tick of 100 us", done.stderr)
        self.assertFalse(os.path.exists(self.path("busy.s2x")))
        enough = re.search(r"--tick (\S+)\)", done.stderr).group(1)
        self.snnc("compile", "busy.yaml", "--tick", enough, *serial,
                  "-o", "busy.s2x")
        self.snnc("compile", "busy.yaml", "--tick", "2e-3", *serial, "-o",
                  "busy.s2x")
        self.snnc("run", "busy.s2x", "--ticks", "20", "-o", "o.npz")

    @staticmethod
    def catches(pid, number):
        """Has the process a handler of its own for this signal?"""
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            caught = re.search(r"SigCgt:\s*([0-9a-f]+)", file.read())
        return bool(caught and int(caught[1], 16) >> (number - 1) & 1)

    def test_interrupt(self):
        self.snnc("compile", BRAILLE, *BRAILLE_TIME, "-o", "b.s2x")
        run = subprocess.Popen(
            [SNNC, "run", "b.s2x", "--input", LETTER, "--ticks", "50000000",
             "--record", "lif2:spikes", "--report", "json"], cwd=self.folder, stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, text=True)
        try:
            # Its own handler is there, however busy the machine.
            while not self.catches(run.pid, signal.SIGINT):
                self.assertIsNone(run.poll())
                time.sleep(0.05)
            run.send_signal(signal.SIGINT)
            _, errors = run.communicate(timeout=TIMEOUT)
        finally:
            run.kill()
        self.assertEqual(run.returncode, 130, errors)
        self.assertIn("[SNN0427]", errors)


if __name__ == "__main__":
    unittest.main()
