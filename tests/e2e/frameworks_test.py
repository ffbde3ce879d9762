"""Networks that frameworks exported, against the spikes that the frameworks
themselves computed: none differs before quantisation."""

import io
import json
import os
import shutil
import unittest
import zipfile

import h5py
import numpy as np

from support import ROOT, SnncTest, data

FOLDER = os.path.join(ROOT, "models", "frameworks")
SNNTORCH = ["--framework", "snntorch"]
NORSE = ["--framework", "norse"]
VECTORS = {  # network: input, options that say how it was trained, spikes
    "ff": ("x20", SNNTORCH, 76),
    "ffzero": ("x20", [*SNNTORCH, "--reset", "zero"], 49),
    "syn": ("x20", SNNTORCH, 127),
    "rleaky": ("x20", SNNTORCH, 34),
    "convn": ("xc", [*SNNTORCH, "--no-reset-late"], 321),
    "nlif": ("x20", NORSE, 39),
    "nlifbox": ("x20", NORSE, 35),
}


class Stored:
    """The vectors of one framework, unpacked: see models/frameworks/common.py."""

    def __init__(self, framework, folder):
        self.folder = os.path.join(folder, framework)
        with zipfile.ZipFile(os.path.join(FOLDER, framework + ".zip")) as file:
            file.extractall(self.folder)
            self.about = json.loads(file.read("vectors.json"))
            self.rasters = np.load(io.BytesIO(file.read("rasters.npz")))
        for source in ("dense", "image"):
            np.save(self.path(source + ".npy"), self.rasters[source])

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, name):
        """Network, what to record, options."""
        about = self.about[name]
        return (self.path(name + ".nir"), about["layer"] + ":spikes",
                [*about["options"], "-i", self.path(about["input"] + ".npy")])


class Frameworks(SnncTest):

    def spikes(self, name, *options):
        """ticks x neurons of the network's last layer."""
        source, profile, _ = VECTORS[name]
        ticks = np.load(data("frameworks", source + ".npy"))
        np.save(self.path("in.npy"), ticks)
        last = {"nlif": "3", "nlifbox": "3", "convn": "net.7"}.get(name, "net.3")
        self.snnc("run", data("frameworks", name + ".nir"), *profile,
                  "-i", self.path("in.npy"), "-r", last + ":spikes",
                  *options, "-o", self.path("out.npz"))
        return np.load(self.path("out.npz"))[last + ":spikes"]

    def test_float_is_what_the_framework_computed(self):
        for name, (_, _, count) in VECTORS.items():
            want = np.load(data("frameworks", name + "_raster.npy"))
            for backend in ("reference", "cpu"):
                found = self.spikes(name, "--backend", backend, "--precision",
                                    "float").reshape(want.shape)
                with self.subTest(name=name, backend=backend):
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
            for backend in ("native", "cpu", "emulator"):
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


class Vectors(SnncTest):
    """The stored networks of models/frameworks: what snnTorch, Norse, Sinabs,
    Spyx, Rockpool and SpikingJelly exported, lava-dl's as NIR, and the spikes
    that they computed. docs/frameworks.md has a row for each."""

    def compare(self, framework, least, differ=None):
        """`differ`: places by network, where the framework is not in float."""
        vectors = Stored(framework, self.folder)
        self.assertGreaterEqual(len(vectors.about), least)
        with open(os.path.join(ROOT, "docs", "frameworks.md"),
                  encoding="utf-8") as file:
            page = file.read()
        for name in vectors.about:
            want = vectors.rasters[name]
            found = self.record(*vectors.run(name), "--backend", "reference",
                                "--precision", "float")
            with self.subTest(f"{framework}/{name}"):
                self.assertGreaterEqual(int(want.sum()), 25)
                places = (differ or {}).get(name, 0)
                self.assertEqual(int((found != want).sum()), places)
                options = " ".join(vectors.about[name]["options"])
                self.assertIn(f"| `{framework}/{name}` | `{options}` | {int(want.sum())} "
                              f"| {want.size} | {places} |", page)

    def record(self, path, key, options, *more):
        """ticks x neurons of the layer."""
        found = super().record(path, [*options, "-r", key, *more])[key]
        return found.reshape(len(found), -1)

    def test_snntorch(self):
        self.compare("snntorch", 33)

    def test_norse(self):
        self.compare("norse", 9)

    def test_lava(self):
        # Decays of products that are cut towards 0 at 2^-12.
        self.compare("lava", 9, {"rcuba": 18, "conv_cuba": 9})

    def test_several_spikes_a_tick_are_warned_of(self):
        for framework, name in (("sinabs", "lif_zero"), ("rockpool", "lif"),
                                ("spikingjelly", "lif"), ("snntorch", "leaky_none")):
            path, _, options = Stored(framework, self.folder).run(name)
            options = options[:options.index("-i")]
            warned = self.snnc("-q", "check", path, *options).stderr
            self.assertEqual(warned.count("SNN0971"),
                             framework in ("sinabs", "rockpool"), warned)
            with h5py.File(path, "r+") as file:
                file.create_group("node/metadata")["single_spike"] = True
            self.assertNotIn("SNN0971", self.snnc("check", path, *options).stderr)

    def test_sinabs(self):
        self.compare("sinabs", 6)

    def test_spyx(self):
        self.compare("spyx", 9)

    def test_rockpool(self):
        self.compare("rockpool", 2)

    def test_spikingjelly(self):
        self.compare("spikingjelly", 13)

    def test_backends_agree(self):
        """Of what only these networks have: lowered comparisons, the skipped
        tick, neurons that run a tick late, thresholds that are reached."""
        for framework, name in (("snntorch", "synaptic_subtract_now"),
                                ("snntorch", "rleaky_zero_late"),
                                ("snntorch", "readout_without_reset"),
                                ("spyx", "rcuba"), ("spyx", "conv_lif"),
                                ("spikingjelly", "if_below"),
                                ("rockpool", "lif")):
            vectors = Stored(framework, self.folder)
            reference = self.record(*vectors.run(name), "--backend",
                                    "reference")
            for backend in ("native", "cpu", "emulator"):
                with self.subTest(name=name, backend=backend):
                    np.testing.assert_array_equal(
                        self.record(*vectors.run(name), "--backend", backend),
                        reference)


class Stated(SnncTest):
    """The metadata of a file say what was trained; options go before them."""

    def network(self, name, whole=(), layer=(), of="snntorch/leaky_subtract_late",
                node="3"):
        """A stored network with metadata of the graph and a node."""
        framework, of = of.split("/")
        vectors = Stored(framework, self.folder)
        path = self.path(name)
        shutil.copy(vectors.path(of + ".nir"), path)
        shutil.copy(vectors.path("dense.npy"), self.path("in.npy"))
        with h5py.File(path, "r+") as file:
            for place, entries in (("node", whole), ("node/nodes/" + node, layer)):
                group = file.require_group(place + "/metadata")
                for key, value in dict(entries).items():
                    group[key] = value
        return path

    def meta(self, path, *options, layer="3"):
        """The stderr of check, the spikes and potentials of the last layer,
        and what the results say of the neurons."""
        found = self.snnc("check", path, *options).stderr
        self.snnc("run", path, *options, "-i", self.path("in.npy"),
                  "--backend", "reference", "-r", layer + ":v",
                  "-o", self.path("out.npz"))
        with np.load(self.path("out.npz")) as out:
            return found, out[layer + ":v"], json.loads(out["meta"].tobytes())

    def test_metadata_are_obeyed(self):
        keys = {"framework": "snntorch", "reset": "zero", "reset_late": False}
        found, v, meta = self.meta(self.network("a.nir", keys))
        for code in ("SNN0383", "SNN0388", "SNN0389"):
            self.assertNotIn(code, found)
        self.assertEqual((meta["framework"],
                          meta["reset"],
                          meta["reset_late"]),
                         ("snntorch", "zero", False))
        same, plain = ["--framework", "snntorch", "--reset", "zero",
                       "--no-reset-late"], self.network("b.nir")
        np.testing.assert_array_equal(v, self.meta(plain, *same)[1])
        late = self.meta(self.path("a.nir"), "--reset-late")
        self.assertTrue(late[2]["reset_late"])
        self.assertTrue((late[1] != v).any())

    def test_a_layer_may_have_its_own(self):
        keys = {"framework": "snntorch"}
        path = self.network("layer.nir", keys, {"reset": "none"})
        found, v, meta = self.meta(path)
        self.assertNotIn("SNN0389", found)
        self.assertEqual(meta["layers"],
                         {"3": {"reset": "none", "reset_late": True}})
        _, every, _ = self.meta(path, "--reset", "none")
        _, reset, _ = self.meta(path, "--reset", "subtract")
        self.assertGreater(v.max(), reset.max())  # it is never taken down
        self.assertTrue((v != every).any())  # the hidden layer still is

    def test_a_nested_graph_has_its_own(self):
        path = self.network("nested.nir", {"framework": "spyx"},
                            {"reset": "zero", "reset_late": 0}, "spyx/rlif",
                            "layer_1")
        _, _, meta = self.meta(path, layer="layer_3")
        self.assertEqual(meta["layers"], {"layer_1.layer_1.lif": {
            "reset": "zero", "reset_late": False}})
        found, _, meta = self.meta(path, "--reset", "subtract", "--reset-late",
                                   layer="layer_3")
        self.assertEqual((meta["layers"], meta["reset"]), ({}, "subtract"))
        for code in ("SNN0386", "SNN0387"):  # dt = 1; past the feedback
            self.assertEqual(found.count(code), 1, found)

    def test_wrong_values_are_named(self):
        path = self.network("wrong.nir", {"framework": "pytorch",
                                          "reset_late": "perhaps"},
                            {"reset": "hard"})
        found = self.snnc("check", path).stderr
        self.assertEqual(found.count("SNN0383"), 3)
        for text in ("'framework' is 'pytorch'", "'/node/nodes/3'",
                     "value, zero, subtract, none"):
            self.assertIn(text, found)
        self.assertIn("SNN0389", found)

    def test_our_own_models_state_theirs(self):
        for name in ("digits", "motion", "shapes"):
            found = self.snnc("check", os.path.join(ROOT, "models", name,
                                                    name + ".nir")).stderr
            self.assertNotIn("warning", found)
            self.assertNotIn("SNN0388", found)


class WithoutEffect(SnncTest):
    """An option that an input has no place for is refused, exit 2."""

    def test_yaml_and_bundles(self):
        with open(self.path("net.yaml"), "w", encoding="utf-8") as file:
            file.write("network: {name: n, dt: 1.0e-3}\npopulations:\n"
                       "  p: {size: 2, model: lif, params: {tau: 0.01, "
                       "threshold: 1.0}}\n")
        for option in (["--framework", "norse"], ["--reset", "zero"],
                       ["--integrator", "forward"], ["--no-reset-late"]):
            for verb in ("check", "compile"):
                done = self.snnc(verb, "net.yaml", *option, code=2)
                self.assertIn(f"{option[0]} has no effect on a YAML network",
                              done.stderr)
        self.assertFalse(os.path.exists(self.path("net.s2x")))
        self.snnc("compile", "net.yaml", "--weights", "int16")
        done = self.snnc("run", "net.s2x", "--weights", "int16", "--reset",
                         "zero", "--ticks", "3", code=2)
        self.assertEqual(done.stderr.count("SNN0384"), 2)
        self.snnc("run", "net.s2x", "--seed", "1", "--ticks", "3",
                  "-o", "out.npz")


if __name__ == "__main__":
    unittest.main()
