"""A tenth of models/yaml/cortex.yaml on damaged machines of several chips, with
cores pinned and rows in DRAM or SRAM: benchmarks/cortex_chips.py on a small scale."""

import json
import os
import subprocess
import sys
import unittest

from support import ROOT, SNNC, SnncTest

NETWORK = os.path.join(ROOT, "models", "yaml", "cortex.yaml")
SCRIPT = os.path.join(ROOT, "benchmarks", "cortex_chips.py")


class CortexChips(SnncTest):

    def rows(self, *options, code=0):
        done = subprocess.run(
            [sys.executable, "-B", SCRIPT, "--part", "0.1", "--ticks", "100", "--json",
             self.path("rows.json"), *options], capture_output=True, text=True,
            env=os.environ | {"SNNC": SNNC})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        with open(self.path("rows.json"), encoding="utf-8") as file:
            return json.load(file)

    def test_rows_in_dram_on_four_chips(self):
        sound, *damaged = self.rows("--chips", "4", "--live", "4", "--draws", "2",
                                    "--paradigm", "serial")
        self.assertEqual((sound["used"], sound["DRAM MB"]), (1, 0))
        for row in damaged:
            self.assertGreater(row["used"], 1)
            self.assertGreater(row["links"], 0)
            self.assertGreater(row["DRAM MB"], 0)
        for row in sound, *damaged:
            self.assertEqual(row["checker"], "clean")
            self.assertEqual(row["spikes"], sound["spikes"])
            self.assertLessEqual(row["longest"], row["worst"])
        self.assertGreater(sound["spikes"], 500)

    def test_both_paradigms_on_a_board(self):
        for row in self.rows("--chips", "48", "--live", "60", "--draws", "1",
                             "--paradigm", "parallel", "mixed"):
            self.assertEqual((row["checker"], row["differ"]), ("clean", 0))
            self.assertEqual(row["links"] > 0, row["machine"] != "sound")

    def test_full_size_on_a_sound_board_takes_one_chip(self):
        # Thousands of PEs would have room for the rows.
        board = self.path("board.yaml")
        with open(board, "w", encoding="utf-8") as file:
            file.write("{schema: 1, base: spinnaker2-48, name: sound}")
        plan = self.snnc("check", NETWORK, "--machine", board, "--tick", "1e-3",
                         "--paradigm", "serial", "--plan", "--json")
        layers = json.loads(plan.stdout)["plan"]["layers"]
        self.assertLess(sum(layer["serial"]["pes"] for layer in layers), 148)
        for layer in layers:
            self.assertGreater(layer["serial"]["dram_bytes"], 0)

    def test_parallel_at_full_size_does_not_fit_a_chip(self):
        done = self.snnc("check", NETWORK, "--paradigm", "parallel", "--tick", "1e-3",
                         code=3)
        self.assertIn("SNN1100", done.stderr)
        self.assertIn("use --paradigm serial", done.stderr)

    def test_what_is_refused_is_a_fault(self):
        *_, row = self.rows("--chips", "1", "--live", "2", "--draws", "1",
                            "--paradigm", "parallel", code=1)
        self.assertRegex(row["checker"], "refused SNN")


if __name__ == "__main__":
    unittest.main()
