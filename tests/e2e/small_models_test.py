"""models/motion (recurrent CubaLIF) and models/shapes (convolution): the float
network gives the spikes and potentials that models/ stores, the integers keep
the accuracy, every backend agrees."""

import os
import shutil
import subprocess
import sys
import unittest

import numpy as np

from support import ROOT, SnncTest

RECORD = ["--record", "hidden:spikes", "--record", "readout:v"]


class SmallModels(SnncTest):

    def model(self, name):
        folder = os.path.join(ROOT, "models", name)
        with np.load(os.path.join(folder, "test_expected.npz")) as stored:
            expected = dict(stored)
        return (folder, os.path.join(folder, f"{name}.nir"),
                np.load(os.path.join(folder, "test_inputs.npy")),
                np.load(os.path.join(folder, "test_labels.npy")), expected)

    def accuracy(self, run, labels):
        return (run["readout:v"][:, -1].argmax(1) == labels).mean()

    def test_as_stored(self):
        for name, least in (("motion", 0.95), ("shapes", 0.9)):
            with self.subTest(name):
                folder, network, _, labels, expected = self.model(name)
                arguments = ["--input", os.path.join(folder, "test_inputs.npy"),
                             *RECORD, "--backend", "reference"]
                exact = self.record(network, [*arguments, "--precision",
                                              "float"])
                for key, stored in expected.items():
                    ours = exact[key.replace("_", ":")].reshape(stored.shape)
                    np.testing.assert_array_equal(ours, stored, key)
                self.assertGreaterEqual(self.accuracy(exact, labels), least)
                integers = self.record(network, arguments)
                self.assertGreaterEqual(self.accuracy(integers, labels), least)

    def test_backends_agree(self):
        for name in ("motion", "shapes"):
            with self.subTest(name):
                _, network, inputs, _, _ = self.model(name)
                np.save(self.path("few.npy"), inputs[:4])
                self.snnc("compile", network, "-o", "m.s2x")
                runs = [self.record("m.s2x", ["--input", "few.npy", *RECORD,
                                              "--backend", backend])
                        for backend in ("reference", "native", "emulator",
                                        "cpu")]
                self.assertGreater(runs[0]["hidden:spikes"].sum(), 50)
                for run in runs[1:]:
                    self.assert_equal_runs(runs[0], run)

    def check(self, name, folder):
        script = os.path.join(ROOT, "models", name, "check.py")
        return subprocess.run([sys.executable, "-B", script, folder],
                              capture_output=True, text=True)

    def test_files_agree_and_a_changed_one_is_found(self):
        for name in ("motion", "shapes"):
            with self.subTest(name):
                copy = self.path(name)
                shutil.copytree(os.path.join(ROOT, "models", name), copy)
                done = self.check(name, copy)
                self.assertEqual(done.returncode, 0, done.stderr)
                path = os.path.join(copy, "test_expected.npz")
                with np.load(path) as stored:
                    arrays = dict(stored)
                arrays["hidden_spikes"].flat[123] ^= 1
                np.savez_compressed(path, **arrays)
                done = self.check(name, copy)
                self.assertEqual(done.returncode, 1)
                self.assertIn("hidden_spikes differs", done.stderr)


if __name__ == "__main__":
    unittest.main()
