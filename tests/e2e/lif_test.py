"""One LIF neuron against the voltage trace of Norse."""

import unittest

import numpy as np

from support import SnncTest, data

TIME = ["--dt", "1e-4", "--integrator", "forward", "--reset", "zero"]
RECORD = ["--record", "1:v", "--record", "1:spikes"]


class Lif(SnncTest):
    needs_data = True

    def setUp(self):
        table = np.loadtxt(data("lif", "lif_norse.csv"), delimiter=",")
        self.input, self.voltage, self.spikes = table.T
        self.assertEqual(len(self.input), 1000)

    def check(self, stimulus):
        np.save(self.path("in.npy"), stimulus)
        arrays = self.record(
            data("lif", "lif_norse.nir"),
            ["--backend", "reference", "--precision", "float", *TIME,
             "--input", self.path("in.npy"), *RECORD])
        voltage = arrays["1:v"]
        self.assertEqual(voltage.shape, (1000, 1))
        error = np.abs(voltage[:, 0].astype(np.float64) - self.voltage).max()
        print(f"largest voltage error: {error:.3g}")
        self.assertLessEqual(error, 1e-7)
        ticks = np.flatnonzero(self.spikes)
        self.assertGreater(len(ticks), 0)
        self.assertEqual(np.flatnonzero(arrays["1:spikes"]).tolist(),
                         ticks.tolist())

    def test_the_first_column_as_it_is(self):
        self.check(self.input)

    def test_with_a_channel_axis(self):
        self.check(self.input.reshape(-1, 1).astype(np.uint8))

    def test_backends_agree(self):
        np.save(self.path("in.npy"), self.input)
        bundle = self.path("lif.s2x")
        self.snnc("compile", data("lif", "lif_norse.nir"), *TIME, "-o", bundle)
        for backend in ("emulator", "native", "cpu"):
            done = self.snnc("verify", bundle, "--input", self.path("in.npy"),
                             "--backend", backend)
            self.assertIn("no divergence", done.stdout)


if __name__ == "__main__":
    unittest.main()
