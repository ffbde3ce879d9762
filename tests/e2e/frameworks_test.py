"""Networks that frameworks exported, against the spikes that the frameworks
themselves computed: none differs before quantisation."""

import io
import os
import unittest
import zipfile

import numpy as np

from support import ROOT, SnncTest, data

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


# What no combination of options computes yet (docs/frameworks.md).
DIFFER = {"snntorch_synaptic_subtract_now", "snntorch_rleaky_subtract_now",
          "snntorch_rleaky_zero_late"}


def options_of(name):
    """snntorch_KIND_RESET_late or _now; norse_KIND."""
    framework, *how = name.split("_")
    if framework == "norse":
        return NORSE
    _, reset, when = how
    late = [] if when == "late" else ["--no-reset-late"]
    return [*SNNTORCH, "--reset", reset, *late]


class Vectors(SnncTest):
    """The stored networks of models/frameworks."""

    def test_float_is_what_the_framework_computed(self):
        with zipfile.ZipFile(os.path.join(ROOT, "models", "frameworks",
                                          "vectors.zip")) as file:
            file.extractall(self.path("vectors"))
            rasters = np.load(io.BytesIO(file.read("rasters.npz")))
        np.save(self.path("in.npy"), rasters["input"])
        names = [name for name in rasters.files if name != "input"]
        self.assertEqual(len(names), 16)
        for name in names:
            network = os.path.join(self.path("vectors"), name + ".nir")
            distance = []
            for numbers in (["--precision", "float"], ["--weights", "int8"],
                            ["--weights", "int16"]):
                found = self.record(network, [
                    *options_of(name), "-i", self.path("in.npy"), "--backend",
                    "reference", "-r", "3:spikes", *numbers])["3:spikes"]
                want = rasters[name].reshape(found.shape)
                distance.append(int((found != want).sum()))
            print(name, *distance)
            with self.subTest(name):
                self.assertGreaterEqual(int(want.sum()), 25)
                if name in DIFFER:
                    self.assertGreater(distance[0], 0, "take it off the list")
                else:
                    self.assertEqual(distance[0], 0)


if __name__ == "__main__":
    unittest.main()
