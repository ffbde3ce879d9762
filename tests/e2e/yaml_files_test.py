"""Explicit lists, matrices and spikes from files beside a YAML network: every
format gives the network that the same numbers written inline give, and that
network does what numpy says."""

import os
import unittest

import h5py
import numpy as np

from support import SnncTest

SOURCES, TARGETS, TICKS = 12, 9, 40
THRESHOLD = 150.0


def synapses():
    """Rows of source, target, weight, delay. Whole weights of up to 127, one
    of 127 per target: int8 holds them as they are."""
    draw = np.random.default_rng(5)
    rows = [[s, t, draw.integers(-60, 120), draw.integers(1, 6)]
            for s in range(SOURCES) for t in range(TARGETS)
            if draw.random() < 0.4]
    rows += [[draw.integers(SOURCES), t, 127, 2] for t in range(TARGETS)]
    rows.append(rows[0][:])  # a pair with two synapses
    return np.array(rows, float)


def spikes():
    return (np.random.default_rng(6).random((TICKS, SOURCES)) < 0.2)


def simulate(rows, raster):
    """Integrate and fire with reset to 0, arrivals `delay` ticks later."""
    v, out = np.zeros(TARGETS), np.zeros((TICKS, TARGETS), np.uint8)
    for tick in range(TICKS):
        for source, target, weight, delay in rows:
            sent = tick - int(delay)
            if sent >= 0 and raster[sent, int(source)]:
                v[int(target)] += weight
        out[tick] = v > THRESHOLD
        v[out[tick] == 1] = 0
    return out


class YamlFiles(SnncTest):

    def network(self, name, connector, extra="", kind=""):
        path = self.path(name + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(
                "network: {name: lists}\n"
                f"inputs: {{in: {{size: {SOURCES}{kind}}}}}\n"
                f"populations: {{out: {{size: {TARGETS}, model: if, "
                f"params: {{threshold: {THRESHOLD}}}}}}}\n"
                "projections:\n"
                f"  - {{from: in, to: out, connector: {connector}{extra}}}\n")
        return path

    def raster(self, path, backend="reference", paradigm="serial", given=True):
        out = self.path("out.npz")
        np.save(self.path("in.npy"), spikes().astype(np.uint8))
        stimulus = ["--input", self.path("in.npy")] if given else [
            "--ticks", TICKS]
        self.snnc("run", path, *stimulus, "--backend", backend, "--paradigm",
                  paradigm, "-o", out)
        return np.load(out)["out:spikes"]

    def write_lists(self, rows):
        """The list in every format, as connector texts."""
        np.save(self.path("list.npy"), rows)
        np.save(self.path("single.npy"), rows.astype(np.float32))
        np.savez(self.path("two.npz"), other=np.zeros(3), list=rows)
        with open(self.path("list.csv"), "w", encoding="utf-8") as file:
            file.write("source,target,weight,delay\n# a comment\n")
            for row in rows:
                file.write(",".join(f"{value:g}" for value in row) + "\r\n")
        np.savetxt(self.path("list.txt"), rows, fmt="%g")
        with h5py.File(self.path("list.h5"), "w") as file:
            file["net/list"] = rows
            file.create_dataset("net/packed", data=rows.astype(np.int32),
                                compression="gzip", chunks=(7, 2))
        inline = [[int(value) for value in row] for row in rows]
        return {"inline": f"{{list: {inline}}}"} | {
            name: f"{{list: {{file: {name}}}}}" for name in
            ("list.npy", "single.npy", "list.csv", "list.txt")} | {
            f"{name} {key}": f"{{list: {{file: {name}, key: {key}}}}}"
            for name, key in (("two.npz", "list"), ("list.h5", "net/list"),
                              ("list.h5", "net/packed"))}

    def test_lists(self):
        rows = synapses()
        expected = simulate(rows, spikes())
        self.assertGreater(expected.sum(), 20)
        for number, (name, connector) in enumerate(
                self.write_lists(rows).items()):
            with self.subTest(name):
                path = self.network(f"list{number}", connector)
                np.testing.assert_array_equal(self.raster(path), expected)

    def test_list_on_the_chip(self):
        rows = synapses()
        np.save(self.path("list.npy"), rows)
        path = self.network("chip", "{list: {file: list.npy}}")
        for backend, paradigm in (("emulator", "serial"),
                                  ("emulator", "parallel"),
                                  ("native", "serial")):
            np.testing.assert_array_equal(
                self.raster(path, backend, paradigm), simulate(rows, spikes()))

    def test_three_columns_and_a_delay(self):
        rows = synapses()
        rows[:, 3] = 4
        np.save(self.path("three.npy"), rows[:, :3])
        path = self.network("three", "{list: {file: three.npy}}", ", delay: 4")
        np.testing.assert_array_equal(self.raster(path),
                                      simulate(rows, spikes()))

    def test_matrix_and_spike_list(self):
        weights = np.random.default_rng(7).integers(-50, 100,
                                                    (TARGETS, SOURCES))
        weights[:, 0] = 127
        rows = [[s, t, weights[t, s], 1] for s in range(SOURCES)
                for t in range(TARGETS)]
        np.savetxt(self.path("matrix.csv"), weights, fmt="%d", delimiter=";")
        with h5py.File(self.path("spikes.h5"), "w") as file:
            file["when"] = np.argwhere(spikes())
        path = self.network(
            "matrix", "all_to_all",
            ", weight: {file: matrix.csv}, delay: 1",
            ", kind: spike_list, spikes: {file: spikes.h5, key: when}")
        np.testing.assert_array_equal(self.raster(path, given=False),
                                      simulate(rows, spikes()))

    def test_mistakes(self):
        rows = synapses()
        self.write_lists(rows)
        beyond = rows.copy()
        beyond[3, 1] = TARGETS
        np.save(self.path("beyond.npy"), beyond)
        np.save(self.path("flat.npy"), rows.ravel())
        with open(self.path("list.npy"), "rb") as file:
            whole = file.read()
        with open(self.path("cut.npy"), "wb") as file:
            file.write(whole[:200])
        with open(self.path("words.csv"), "w", encoding="utf-8") as file:
            file.write("0,1,2,1\n0,one,2,1\n")
        with open(self.path("ragged.csv"), "w", encoding="utf-8") as file:
            file.write("0,1,2,1\n0,1,2\n")
        for text, code, words in (
                ("file: none.npy", "SNN1013", "none.npy"),
                ("file: beyond.npy", "SNN1006", "row 3 of the list: target 9"),
                ("file: flat.npy", "SNN1014", "rows of source, target"),
                ("file: cut.npy", "SNN1013", "list"),
                ("file: words.csv", "SNN1013", "line 2"),
                ("file: ragged.csv", "SNN1013", "line 2 has 3 numbers"),
                ("file: list.h5", "SNN1013", "'key'"),
                ("file: list.h5, key: net/lost", "SNN1013", "net/lost"),
                ("file: two.npz", "SNN1013", "'key'"),
                ("file: list.doc", "SNN1013", ".doc")):
            with self.subTest(text):
                path = self.network("bad", f"{{list: {{{text}}}}}")
                done = self.snnc("check", path, code=1)
                self.assertRegex(
                    done.stderr,
                    rf"{os.path.basename(path)}:5:\d+: error: .*\[{code}\]")
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
