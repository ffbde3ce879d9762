"""Explicit lists, matrices and spikes from files beside a YAML network: every
format gives the network that the same numbers written inline give, and that
network does what numpy says."""

import json
import os
import re
import struct
import subprocess
import sys
import unittest

import h5py
import numpy as np

from support import SNNC, SnncTest, fix_digest, read_bundle, write_bundle

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


TYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U32": "<u4", "U16": "<u2",
         "U8": "u1", "I16": "<i2", "I8": "i1"}


def read_tensors(data):
    size, = struct.unpack("<Q", data[:8])
    return {name: np.frombuffer(
        data[8 + size:][slice(*entry["data_offsets"])],
        TYPES[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in json.loads(data[8:8 + size]).items()}


def write_tensors(tensors):
    header, body = {}, b""
    for name, array in sorted(tensors.items()):
        kind = next(k for k, t in TYPES.items() if np.dtype(t) == array.dtype)
        header[name] = {"dtype": kind, "shape": list(array.shape),
                        "data_offsets": [len(body), len(body) + array.nbytes]}
        body += array.tobytes()
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


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
        with h5py.File(self.path("list.h5"), "a") as file:
            file["net/text"] = ["0", "1"]
            file.create_dataset("net/outside", (4, 4), np.float32,
                                external=[("secret", 0, 64)])
        for text, code, words in (
                ("file: none.npy", "SNN1013", "none.npy"),
                ("file: beyond.npy", "SNN1006", "row 3 of the list: target 9"),
                ("file: flat.npy", "SNN1014", "rows of source, target"),
                ("file: cut.npy", "SNN1013", "list"),
                ("file: words.csv", "SNN1013", "line 2"),
                ("file: ragged.csv", "SNN1013", "line 2 has 3 numbers"),
                ("file: list.h5", "SNN1013", "'key'"),
                ("file: list.h5, key: net/lost", "SNN1013", "net/lost"),
                ("file: list.h5, key: net/text", "SNN1013", "no numbers"),
                ("file: list.h5, key: net/outside", "SNN1013", "outside"),
                ("file: two.npz", "SNN1013", "'key'"),
                ("file: list.doc", "SNN1013", ".doc")):
            with self.subTest(text):
                path = self.network("bad", f"{{list: {{{text}}}}}")
                done = self.snnc("check", path, code=1)
                self.assertRegex(
                    done.stderr,
                    rf"{os.path.basename(path)}:5:\d+: error: .*\[{code}\]")
                self.assertIn(words, done.stderr)

    def test_layouts(self):
        """Fortran order, narrow integers, columns of their own types."""
        rows = synapses()
        expected = simulate(rows, spikes())
        np.save(self.path("f.npy"), np.asfortranarray(rows))
        np.save(self.path("i2.npy"), rows.astype(np.int16))
        np.save(self.path("fi4.npy"), np.asfortranarray(rows.astype(np.int32)))
        np.savez(self.path("columns.npz"),
                 target=rows[:, 1].astype(np.uint8),
                 source=rows[:, 0].astype(np.int64), weight=rows[:, 2],
                 delay=rows[:, 3].astype(np.uint16))
        for name in ("f.npy", "i2.npy", "fi4.npy", "columns.npz"):
            with self.subTest(name):
                path = self.network("layout", f"{{list: {{file: {name}}}}}")
                np.testing.assert_array_equal(self.raster(path), expected)

    def test_matrix_of_bytes(self):
        weights = np.random.default_rng(7).integers(
            -128, 127, (TARGETS, SOURCES)).astype(np.int8)
        weights[:, 0] = 127
        weights[weights == -128] = 0
        np.save(self.path("bytes.npy"), weights)
        rows = [[s, t, weights[t, s], 1] for s in range(SOURCES)
                for t in range(TARGETS)]
        path = self.network("bytes", "all_to_all",
                            ", weight: {file: bytes.npy}, delay: 1")
        np.testing.assert_array_equal(self.raster(path),
                                      simulate(rows, spikes()))

    def test_bundles_of_older_versions(self):
        """They hold lists in float64 and in any order."""
        rows = synapses()
        np.save(self.path("list.npy"), rows)
        path = self.network("old", "{list: {file: list.npy}}")
        self.snnc("compile", path, "-o", self.path("new.s2x"))
        entries = read_bundle(self.path("new.s2x"))
        tensors = read_tensors(entries["parameters.safetensors"])
        tensors = {name: array for name, array in tensors.items()
                   if not name.startswith("in_out.")}
        for c, name in enumerate(("s", "t", "w", "d")):
            tensors[name] = rows[:, c].astype("<f4" if name == "w" else "<f8")
        tensors["d"] -= tensors["d"].min()
        n = len(rows)
        text, count = re.subn(
            r"#snn\.csr<.*?> delay\(",
            f'#snn.list<sources = <"s", tensor<{n}xf64>>, targets = <"t", '
            f'tensor<{n}xf64>>, weights = #snn.param<"w", tensor<{n}xf32>>, '
            f'delays = #snn.param<"d", tensor<{n}xf64>>> delay(',
            entries["network.mlir"].decode())
        self.assertEqual(count, 1)
        entries["network.mlir"] = text.encode()
        entries["parameters.safetensors"] = write_tensors(tensors)
        for name in ("network.mlir", "parameters.safetensors"):
            manifest = json.loads(entries["manifest.json"])
            manifest["files"][name]["bytes"] = len(entries[name])
            entries["manifest.json"] = json.dumps(manifest).encode()
            fix_digest(entries, name)
        write_bundle(self.path("old.s2x"), entries)
        np.testing.assert_array_equal(self.raster(self.path("old.s2x")),
                                      simulate(rows, spikes()))

    def peak(self, path):
        """Bytes. From a small process: what forks counts in its child."""
        small = ("import resource, subprocess, sys\n"
                 "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, "
                 "check=True)\n"
                 "print(resource.getrusage(resource.RUSAGE_CHILDREN)"
                 ".ru_maxrss)")
        done = subprocess.run([sys.executable, "-c", small, SNNC, "compile",
                               path, "--emit", "imported"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(done.stdout) * 1024

    def test_memory(self):
        with open(SNNC, "rb") as file:
            if b"ERROR: AddressSanitizer" in file.read():
                self.skipTest("what a sanitizer adds is not the command's")
        count = 1_000_000
        random = np.random.default_rng(3)
        rows = np.empty((count, 4), np.float32)
        rows[:, 0] = random.integers(0, SOURCES, count)
        rows[:, 1] = random.integers(0, TARGETS, count)
        rows[:, 2] = random.normal(0, 1, count)
        rows[:, 3] = random.integers(1, 9, count)
        np.save(self.path("many.npy"), rows)
        empty = self.peak(self.network("empty", "{list: []}"))
        full = self.peak(self.network("full", "{list: {file: many.npy}}"))
        self.assertLess((full - empty) / count, 10)


if __name__ == "__main__":
    unittest.main()
