"""Networks that frameworks exported, against the spikes that the frameworks
themselves computed: none differs before quantisation."""

import unittest

import numpy as np

from support import SnncTest, data

SNNTORCH = ["--framework", "snntorch"]
NORSE = ["--framework", "norse", "--dt", "1e-6"]  # its export writes dt * tau
VECTORS = {  # network: input, options that say how it was trained, spikes
    "ff": ("x20", SNNTORCH, 76),
    "ffzero": ("x20", [*SNNTORCH, "--reset", "zero"], 49),
    "syn": ("x20", SNNTORCH, 127),
    "rleaky": ("x20", SNNTORCH, 34),
    "nlif": ("x20", NORSE, 39),
    "nlifbox": ("x20", NORSE, 35),
}


class Frameworks(SnncTest):

    def spikes(self, name, *options):
        """ticks x neurons of the network's last layer."""
        source, profile, _ = VECTORS[name]
        ticks = np.load(data("frameworks", source + ".npy"))
        np.save(self.path("in.npy"), ticks)
        last = "3" if name.startswith("n") else "net.3"
        self.snnc("run", data("frameworks", name + ".nir"), *profile,
                  "-i", self.path("in.npy"), "-r", last + ":spikes",
                  *options, "-o", self.path("out.npz"))
        return np.load(self.path("out.npz"))[last + ":spikes"]

    def test_float_is_what_the_framework_computed(self):
        for name, (_, _, count) in VECTORS.items():
            want = np.load(data("frameworks", name + "_raster.npy"))
            found = self.spikes(name, "--backend", "reference", "--precision",
                                "float").reshape(want.shape)
            with self.subTest(name):
                self.assertEqual(int(want.sum()), count)
                self.assertEqual(int((want != found).sum()), 0)
            for bits in ("int8", "int16"):
                got = self.spikes(name, "--backend", "reference", "--weights",
                                  bits).reshape(want.shape)
                print(f"{name} {bits}: {int((want != got).sum())} of "
                      f"{want.size} places differ, {int(want.sum())} spikes")

    def test_backends_agree_on_late_resets(self):
        for name in ("ff", "ffzero", "syn", "rleaky"):
            reference = self.spikes(name, "--backend", "reference")
            for backend in ("host", "emulator"):
                with self.subTest(name=name, backend=backend):
                    np.testing.assert_array_equal(
                        self.spikes(name, "--backend", backend), reference)

    def test_who_wrote_it_is_seen_and_said(self):
        path = data("frameworks", "ff.nir")
        assumed = self.snnc("check", path)
        self.assertIn("SNN0388", assumed.stderr)
        self.assertIn("SNN0389", assumed.stderr)
        self.assertEqual(assumed.stderr.count("SNN0389"), 1)
        self.assertIn("--reset subtract --reset-late", assumed.stderr)
        for said in (["--framework", "snntorch"], ["--reset", "zero"]):
            self.assertNotIn("SNN0389",
                             self.snnc("check", path, *said).stderr)
        norse = self.snnc("check", data("frameworks", "nlif.nir"),
                          "--dt", "1e-6")
        self.assertIn("--framework norse", norse.stderr)
        self.assertNotIn("SNN0389", norse.stderr)


if __name__ == "__main__":
    unittest.main()
