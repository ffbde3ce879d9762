"""Tests of models/digits (files, encoder, simulation) and of
scripts/accuracy.py: that they accept what is right and reject what is not."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir,
                    os.pardir)
DIGITS = os.path.join(ROOT, "models", "digits")
sys.path.insert(0, DIGITS)

import simulate
from encode import encode


def script(*arguments):
    return subprocess.run([sys.executable, "-B", *arguments],
                          capture_output=True, text=True)


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def path(self, name):
        return os.path.join(self.folder, name)


class Encode(unittest.TestCase):
    def test_every_grey_value_sends_as_many_evenly_spaced_spikes(self):
        grey = np.tile(np.arange(17), 4)[:64]
        raster = encode(grey[None])[0]
        self.assertEqual(raster.shape, (32, 64))
        self.assertTrue(np.array_equal(raster.sum(0), grey))
        for pixel in np.flatnonzero(grey > 1):
            gaps = np.diff(np.flatnonzero(raster[:, pixel]))
            self.assertLessEqual(gaps.max() - gaps.min(), 1)

    def test_rejects_what_is_no_image(self):
        for images in (np.zeros((1, 63)), np.full((1, 64), 17),
                       np.full((1, 64), -1), np.full((1, 64), 0.5)):
            with self.assertRaises(ValueError):
                encode(images)


class Simulate(unittest.TestCase):
    def test_one_neuron_by_hand(self):
        one = np.ones(1, np.float32)
        layer = simulate.Layer("n", np.float32([[0.5]]), one * 0, one * 0.5,
                               one * 0.75)
        spikes = np.ones((1, 6, 1), np.uint8)
        # v: 0.5, 0.75 (not above), 0.875 fires, 0.5, 0.75, 0.875 fires
        raster = simulate.run([layer], spikes)[0]
        self.assertEqual(raster[0, :, 0].tolist(), [0, 0, 1, 0, 0, 1])

    def test_quantise_rounds_to_even_and_scales_per_row(self):
        layer = simulate.Layer("n", np.float32([[254, 1, 3, -5], [0, 0, 0, 0]]),
                               np.float32([4, 4]), np.float32([1, 1]),
                               np.float32([10, 10]))
        got = simulate.quantise(layer)
        self.assertEqual(got.weight[0].tolist(), [127, 0, 2, -2])
        self.assertEqual(got.threshold.tolist(), [5, 10])
        self.assertEqual(got.bias.tolist(), [2, 4])


class Check(Folder):
    def setUp(self):
        super().setUp()
        for name in os.listdir(DIGITS):
            if name.endswith((".nir", ".npy", ".npz", ".json")):
                shutil.copy(os.path.join(DIGITS, name), self.folder)

    def check(self):
        return script(os.path.join(DIGITS, "check.py"), self.folder)

    def test_stored_files_agree(self):
        result = self.check()
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_notices_one_changed_weight(self):
        with h5py.File(self.path("digits.nir"), "r+") as file:
            weight = file["node/nodes/fc2/weight"]
            values = weight[()]
            values[3, 5] += 0.25
            weight[...] = values
        result = self.check()
        self.assertEqual(result.returncode, 1)
        self.assertIn("float_spikes", result.stderr)

    def test_notices_one_flipped_input(self):
        spikes = np.load(self.path("test_inputs.npy"))
        spikes[7, 16, 20:40] ^= 1
        np.save(self.path("test_inputs.npy"), spikes)
        self.assertEqual(self.check().returncode, 1)

    def test_notices_a_wrong_label(self):
        labels = np.load(self.path("test_labels.npy"))
        labels[0] = (labels[0] + 1) % 10
        np.save(self.path("test_labels.npy"), labels)
        result = self.check()
        self.assertEqual(result.returncode, 1)
        self.assertIn("accuracy", result.stderr)

    def test_names_a_missing_file(self):
        os.remove(self.path("digits.nir"))
        result = self.check()
        self.assertEqual(result.returncode, 1)
        self.assertIn("digits.nir", result.stderr)


class Accuracy(Folder):
    def setUp(self):
        super().setUp()
        path = os.path.join(DIGITS, "test_expected_spikes.npz")
        with np.load(path) as stored:
            self.float = stored["float_spikes"]
            self.quantised = stored["quantised_spikes"]

    def accuracy(self, float_=None, reference=None, emulator=None,
                 name="readout:spikes"):
        rasters = {"float": (float_, self.float),
                   "reference": (reference, self.quantised),
                   "emulator": (emulator, self.quantised)}
        arguments = []
        for key, (given, default) in rasters.items():
            file = self.path(key + ".npz")
            np.savez(file, **{name: default if given is None else given})
            arguments += [f"--{key}", file]
        return script(os.path.join(ROOT, "scripts", "accuracy.py"), *arguments)

    def test_accepts_equal_runs(self):
        result = self.accuracy()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("spike for spike: yes", result.stdout)
        self.assertEqual(result.stdout.count("357/360"), 3, result.stdout)

    def test_one_spike_too_many_on_the_chip(self):
        raster = self.quantised.copy()
        raster[12, 3, 4] ^= 1
        result = self.accuracy(emulator=raster)
        self.assertEqual(result.returncode, 1)
        self.assertIn("sample 12, tick 3, neuron 4", result.stderr)

    def test_too_far_from_float(self):
        raster = self.quantised.copy()
        raster[:20] = 0
        result = self.accuracy(reference=raster, emulator=raster)
        self.assertEqual(result.returncode, 1)
        self.assertIn("points apart", result.stderr)

    def test_float_unlike_snntorch(self):
        raster = self.float.copy()
        raster[0, 0, 0] ^= 1
        result = self.accuracy(float_=raster)
        self.assertEqual(result.returncode, 1)
        self.assertIn("float network: 1 spikes differ", result.stderr)

    def test_wrong_files(self):
        for result, message in (
                (self.accuracy(name="other"), "no array"),
                (self.accuracy(emulator=self.quantised[:, :-1]), "expected"),
                (self.accuracy(emulator=self.quantised * 2), "other than")):
            self.assertEqual(result.returncode, 1)
            self.assertIn(message, result.stderr)
            self.assertNotIn("Traceback", result.stderr)


if __name__ == "__main__":
    unittest.main()
