"""What arrays may be given to a YAML network: spikes from files, the order of
axes, counts."""

import unittest

import numpy as np

from support import YamlTest


class YamlArrays(YamlTest):

    def write_events(self, name, node, indices, times, end):
        """NIRData: spikes of two neurons in one sample, times in single precision."""
        import h5py
        with h5py.File(self.path(name), "w") as file:
            file.attrs["__type__"] = "NIRGraphData"
            data = file.create_group(f"nodes/{node}")
            data.attrs["__type__"] = "NIRNodeData"
            spikes = data.create_group("observables/spikes")
            spikes.attrs.update({"__type__": "EventData", "n_neurons": 2, "t_max": end})
            spikes["idx"] = np.array([indices])
            spikes["time"] = np.array([times], np.float32)

    def test_spikes_from_files(self):
        project = "projections: [{from: in, to: pop, connector: one_to_one, delay: 0}]\n"

        def run(where):
            return self.values(self.network(project, inputs="{in: {size: 2, kind: spike_list, "
                                            f"spikes: {where}}}}}"), "--ticks", 9)
        plain = run("[[3, 0], [5, 1]]")
        self.write("s.csv", "channel,tick\n0,3\n1,5\n")
        np.savez(self.path("s.npz"), times=[3, 5], ids=[0, 1])
        self.write_events("s.h5", "retina", [0, 1, -1], [3, 5, np.inf], 9.0)
        for name in ("s.csv", "s.npz", "s.h5"):
            np.testing.assert_array_equal(run(f"{{file: {name}}}"), plain, name)
        # Times that are whole numbers could be ticks; the header says not.
        for word in ("tick", "time_step", "time_ms", "t", "Time"):
            self.write("t.csv", f"channel,{word}\n0,3\n1,5\n")
            path = self.network(project, inputs="{in: {size: 2, kind: spike_list, "
                                                "spikes: {file: t.csv}}}")
            self.assertEqual("SNN1017" in self.snnc("-q", "check", path).stderr,
                             word not in ("tick", "time_step"), word)

    def test_single_precision_times_are_on_the_grid(self):
        ticks = np.arange(1, 2000)
        self.write_events("f.h5", "in", np.zeros(ticks.size, int), ticks * 1e-4, 0.2)
        path = self.network("projections: [{from: in, to: pop, connector: one_to_one, delay: 0}]\n",
                            network="{dt: 1.0e-4}")
        v = self.values(path, "--input", self.path("f.h5"))[:, 0]
        np.testing.assert_array_equal(v, np.arange(2000))

    def test_layout(self):
        path = self.network("projections: [{from: in, to: pop, connector: one_to_one, delay: 0}]\n")
        given = (np.random.default_rng(1).random((5, 3, 2)) < 0.5).astype(np.uint8)
        np.save(self.path("first.npy"), given)
        np.save(self.path("ticks.npy"), given.swapaxes(0, 1))
        plain = self.values(path, "--input", self.path("first.npy"))
        self.assertEqual(plain.shape, (5, 3, 2))
        np.testing.assert_array_equal(plain, self.values(
            path, "--input", self.path("ticks.npy"), "--layout", "ticks-first"))
        note = self.snnc("run", path, "--backend", "reference", "--input", self.path("first.npy"),
                         "-o", self.path("o.npz")).stderr
        self.assertIn("5 samples of 3 ticks and 2 channels [SNN0660]", note)
        # What is said elsewhere needs no note.
        for more in (["--ticks", "3"], ["--layout", "samples-first"]):
            self.assertNotIn("SNN0660", self.snnc(
                "run", path, "--backend", "reference", "--input",
                self.path("first.npy"), "-o", self.path("o.npz"), *more).stderr)
        np.save(self.path("empty.npy"), given[:, :0]) # 5 samples of nothing
        self.assertNotIn("SNN0660", self.run_snnc(
            "run", path, "--backend", "reference", "--input",
            self.path("empty.npy"), "-o", self.path("o.npz")).stderr)

    def test_channels_first(self):
        path = self.network("projections: [{from: in, to: pop, connector: one_to_one, delay: 0}]\n")
        given = (np.random.default_rng(1).random((5, 3, 2)) < 0.5).astype(np.uint8)
        for array in (given, given[0], given[:, :2], given[0, :2]):
            np.save(self.path("plain.npy"), array)
            np.save(self.path("turned.npy"), array.swapaxes(-1, -2))
            np.testing.assert_array_equal(
                self.values(path, "--input", self.path("plain.npy")),
                self.values(path, "--input", self.path("turned.npy"),
                            "--layout", "channels-first"))
        run = ["run", path, "--backend", "reference", "-o", self.path("o.npz"),
               "--input", self.path("turned.npy")]
        note = self.snnc(*run).stderr
        self.assertIn("the array is 2 x 2: read as ticks x channels [SNN0660]",
                      note)
        for layout in ("samples-first", "ticks-first", "channels-first"):
            self.assertNotIn("SNN0660", self.snnc(*run, "--layout", layout).stderr)
        # Not that way round: refused, not read as something else.
        np.save(self.path("turned.npy"), given[0])
        done = self.snnc(*run, "--layout", "channels-first", code=1)
        self.assertIn("[SNN0411]", done.stderr)

    def test_values_are_counts_or_refused(self):
        path = self.network("projections: [{from: in, to: pop, connector: one_to_one, delay: 0}]\n")
        np.save(self.path("x.npy"), np.array([[0, 2], [3, 1]], np.float64))
        self.assertEqual(self.values(path, "--input", self.path("x.npy"),
                                     "--layout", "samples-first").tolist(),
                         [[0, 2], [3, 3]])
        for wrong in (0.7, -1.0, np.nan, np.inf, 70000.0):
            np.save(self.path("x.npy"), np.array([[0, wrong], [1, 1], [0, 0]]))
            done = self.snnc("run", path, "--backend", "reference", "--input",
                             self.path("x.npy"), "-o", self.path("o.npz"), code=1)
            self.assertIn("[SNN0412]", done.stderr)


if __name__ == "__main__":
    unittest.main()
