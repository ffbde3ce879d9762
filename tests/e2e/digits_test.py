"""models/digits: float, quantised reference and emulated chip through
scripts/accuracy.py, as scripts/quickstart does."""

import os
import subprocess
import sys
import unittest

from support import ROOT, SnncTest

MODEL = os.path.join(ROOT, "models", "digits")
NETWORK = os.path.join(MODEL, "digits.nir")
RUN = ["--input", os.path.join(MODEL, "test_inputs.npy"), "--record",
       "readout:spikes"]


class Digits(SnncTest):

    def test_accuracy(self):
        done = self.snnc("compile", NETWORK, "--reset", "zero", "-o",
                         self.path("digits.s2x"), "--report", "table")
        for column in ("neurons", "synapses", "PEs", "bytes of limit"):
            self.assertIn(column, done.stdout)
        self.snnc("run", NETWORK, "--reset", "zero", "--backend", "reference",
                  "--precision", "float", *RUN, "-o", self.path("float.npz"))
        for backend in ("reference", "emulator", "native", "cpu"):
            done = self.snnc("run", self.path("digits.s2x"), "--backend",
                             backend, *RUN, "-o",
                             self.path(f"{backend}.npz"), "--report", "table")
            if backend == "emulator":
                self.assertIn("cycles/tick", done.stdout)
        for chip in ("emulator", "native", "cpu"):
            done = subprocess.run(
                [sys.executable, os.path.join(ROOT, "scripts", "accuracy.py"),
                 "--float", self.path("float.npz"), "--reference",
                 self.path("reference.npz"), "--emulator",
                 self.path(f"{chip}.npz")], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("spike for spike: yes", done.stdout)
        print(done.stdout)


if __name__ == "__main__":
    unittest.main()
