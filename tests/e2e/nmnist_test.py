"""A spiking CNN on a real N-MNIST recording: one chip, every layer and tick
as the reference says, class 4 wins."""

import json
import unittest

import numpy as np

from support import SnncTest, data, nmnist_frames

MODEL_CLASS = 4  # what four independent simulations vote


class Nmnist(SnncTest):
    needs_data = True

    def test_chip_equals_reference(self):
        frames = nmnist_frames(data("nmnist", "sample_nmnist.bin"))
        self.assertEqual(int(frames.sum()), 4325)
        self.assertEqual(frames.shape[1:], (2, 34, 34))
        np.save(self.path("in.npy"), frames)
        bundle = self.path("nmnist.s2x")
        done = self.snnc("compile", data("nmnist", "cnn_sinabs.nir"), "--dt",
                         "1", "--reset", "subtract", "--report", "json", "-o",
                         bundle)
        layers = json.loads(done.stdout)["layers"]
        self.assertEqual([layer["neurons"] for layer in layers],
                         [4096, 4096, 512, 256, 10])
        for layer in layers:
            self.assertLessEqual(layer["bytes"], layer["limit"] *
                                 max(1, layer["pes"]), layer["name"])
        pes = sum(layer["pes"] for layer in layers)
        print(f"{len(layers)} layers on {pes} PEs")
        self.assertLessEqual(pes, 148)

        records = []
        for layer in layers:
            for variable in ("spikes", "v"):
                records += ["--record", f"{layer['name']}:{variable}"]
        arguments = ["--input", self.path("in.npy"), *records]
        runs = {backend: self.record(bundle,
                                     [*arguments, "--backend", backend])
                for backend in ("emulator", "reference", "native", "cpu")}
        self.assertEqual(len(runs["emulator"]), 2 * len(layers))
        for array in runs["emulator"].values():
            self.assertEqual(array.shape[0], frames.shape[0])
        self.assert_equal_runs(runs["emulator"], runs["reference"])
        self.assert_equal_runs(runs["native"], runs["reference"])
        self.assert_equal_runs(runs["cpu"], runs["reference"])

        votes = runs["emulator"][f"{layers[-1]['name']}:spikes"].sum(0)
        print("votes:", votes.tolist())
        self.assertEqual(len(votes), 10)
        self.assertEqual(int(votes.argmax()), MODEL_CLASS)
        self.assertEqual(int((votes == votes.max()).sum()), 1, "a tie")

    def test_parallel_equals_serial(self):
        """Every layer as matrix products, every spike and state as serial."""
        np.save(self.path("in.npy"),
                nmnist_frames(data("nmnist", "sample_nmnist.bin")))
        runs = {}
        for paradigm in ("serial", "parallel"):
            bundle = self.path(f"{paradigm}.s2x")
            done = self.snnc("compile", data("nmnist", "cnn_sinabs.nir"),
                             "--dt", "1", "--reset", "subtract", "--paradigm",
                             paradigm, "--report", "json", "-o", bundle)
            layers = json.loads(done.stdout)["layers"]
            pes = sum(layer["pes"] for layer in layers)
            print(f"{paradigm}: {pes} PEs")
            self.assertLessEqual(pes, 148)
            for layer in layers:
                self.assertEqual(layer["paradigm"], paradigm, layer["name"])
            records = []
            for layer in layers:
                for variable in ("spikes", "v"):
                    records += ["--record", f"{layer['name']}:{variable}"]
            arguments = ["--input", self.path("in.npy"), *records]
            for backend in ("emulator", "native"):
                runs[paradigm, backend] = self.record(
                    bundle, [*arguments, "--backend", backend])
        first = runs["serial", "emulator"]
        self.assertEqual(len(first), 10)
        for run in runs.values():
            self.assert_equal_runs(run, first)


if __name__ == "__main__":
    unittest.main()
