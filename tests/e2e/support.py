"""What the end-to-end tests share: the snnc command, data, recordings.

The command is $SNNC (ctest sets it to the build's own). The test data stands
beside the repository in ../shared/data, or where $SNNC_SHARED_DATA says. A
test that needs it is skipped where it is missing, and says so; where
$SNNC_SHARED_DATA names a folder that is not there, it fails.
"""

import hashlib
import json
import os
import resource
import signal
import subprocess
import tempfile
import unittest
import zipfile

import numpy as np

# A shell's background job has SIGINT ignored, its children too, and snnc leaves
# it so: tests that interrupt would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SNNC = os.environ.get("SNNC") or os.path.join(
    ROOT, "build", "release", "bin", "snnc")
DATA = os.environ.get("SNNC_SHARED_DATA") or os.path.join(
    ROOT, os.pardir, "shared", "data")
NIR = os.path.join(DATA, "nir")
TIMEOUT = 3000  # ends what hangs; no machine is too slow for it

BRAILLE = os.path.join(NIR, "braille", "braille_noDelay_bias_zero.nir")
LETTER = os.path.join(NIR, "braille", "input_letter_A_256x12.npy")
BRAILLE_TIME = ["--dt", "1e-4", "--reset", "zero", "--integrator", "forward"]


def data(*parts):
    need_data()
    path = os.path.join(NIR, *parts)
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"no test data at {path}: it stands beside the repository in "
            "shared/data; set SNNC_SHARED_DATA to the folder that holds it")
    return path


def need_data():
    """Skips the test, or the whole class, on a machine without the data."""
    if os.path.isdir(NIR):
        return
    if os.environ.get("SNNC_SHARED_DATA"):
        raise FileNotFoundError(f"no test data at {NIR}, where "
                                "SNNC_SHARED_DATA says")
    raise unittest.SkipTest("no test data: set SNNC_SHARED_DATA")


# A chip that has its SRAM alone, for networks that are too large for it.
SRAM_ONLY = """schema: 1
base: spinnaker2
name: sram-only
dramBytes: null
"""


class SnncTest(unittest.TestCase):
    """A test with a folder of its own and the snnc command."""

    maxDiff = 4000
    needs_data = False

    @classmethod
    def setUpClass(cls):
        if not os.access(SNNC, os.X_OK):
            raise FileNotFoundError(f"no snnc at {SNNC}; build it or set SNNC")
        if cls.needs_data:
            need_data()
        cls._folder = tempfile.TemporaryDirectory(prefix="snnc-e2e-")
        cls.folder = cls._folder.name

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    @classmethod
    def run_snnc(cls, *arguments, cwd=None, env=None, limit=None):
        """`limit`: (resource.RLIMIT_.., most) of the command."""
        bound = limit and (lambda: resource.setrlimit(limit[0], (limit[1],) * 2))
        return subprocess.run(
            [SNNC, *map(str, arguments)], cwd=cwd or cls.folder, env=env,
            capture_output=True, text=True, errors="replace",
            timeout=TIMEOUT, preexec_fn=bound)

    def snnc(self, *arguments, code=0, cwd=None):
        """Runs snnc; fails the test unless it ends with `code`; None: with what
        may be said of a run, also that it overran."""
        done = self.run_snnc(*arguments, cwd=cwd)
        if code is None:
            code = done.returncode if done.returncode == 6 else 0
        self.assertEqual(
            done.returncode, code,
            f"snnc {' '.join(map(str, arguments))}\n{done.stdout[-2000:]}"
            f"\n{done.stderr[-4000:]}")
        return done

    def record(self, file, arguments, name="out.npz", code=0):
        """Runs `file` with `arguments`, returns the recorded arrays."""
        out = self.path(name)
        self.snnc("run", file, *arguments, "-o", out, code=code)
        with np.load(out) as arrays:
            return {key: arrays[key] for key in arrays.files if key != "meta"}

    def assert_every_backend(self, file, ticks, expected, *more):
        """Chip, programs and CPU engine, serial and parallel, record what is
        `expected`; so they do with the options of `more`."""
        for options in (["--backend", "cpu"], ["--backend", "native"],
                        ["--backend", "emulator"],
                        ["--backend", "emulator", "--paradigm", "parallel"],
                        ["--backend", "native", "--paradigm", "parallel"],
                        *more):
            with self.subTest(options=options):
                self.assert_equal_runs(expected, self.record(
                    file, ["--ticks", ticks, *options]))

    def assert_equal_runs(self, a, b):
        self.assertEqual(sorted(a), sorted(b))
        for key in a:
            self.assertEqual(a[key].shape, b[key].shape, key)
            self.assertEqual(a[key].dtype, b[key].dtype, key)
            wrong = np.argwhere(a[key] != b[key])
            self.assertEqual(len(wrong), 0,
                             f"{key}: {len(wrong)} differ, first {wrong[:1]}")


def read_bundle(path):
    with zipfile.ZipFile(path) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def write_bundle(path, entries):
    """A stored zip with fixed dates, as snnc writes it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        for name, content in entries.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)


def fix_digest(entries, name):
    """Enters size and digest of `name` into the manifest."""
    manifest = json.loads(entries["manifest.json"])
    manifest["files"][name] = {
        "bytes": len(entries[name]),
        "sha256": "sha256:" + hashlib.sha256(entries[name]).hexdigest()}
    entries["manifest.json"] = json.dumps(manifest, indent=2).encode()


def nmnist_frames(path, tick_us=1000):
    """N-MNIST's 5-byte events (x, y, bit 7 of byte 2 is the polarity, 23 bits
    of microseconds) as spike counts, ticks x 2 x 34 x 34."""
    raw = np.fromfile(path, dtype=np.uint8).reshape(-1, 5).astype(np.uint32)
    x, y, polarity = raw[:, 0], raw[:, 1], raw[:, 2] >> 7
    when = ((raw[:, 2] & 0x7F) << 16) | (raw[:, 3] << 8) | raw[:, 4]
    frames = np.zeros((int(when.max()) // tick_us + 1, 2, 34, 34), np.uint8)
    np.add.at(frames, (when // tick_us, polarity, y, x), 1)
    return frames


def write_network(path, nodes, edges, metadata=None):
    """A minimal NIR file: {name: (type, {field: value})}, [(from, to)]."""
    import h5py

    with h5py.File(path, "w") as file:
        file["version"] = "1.0"
        graph = file.create_group("node")
        graph["type"] = "NIRGraph"
        graph.create_dataset("edges", data=[[a.encode(), b.encode()]
                                            for a, b in edges])
        for name, value in (metadata or {}).items():
            graph.require_group("metadata")[name] = value
        parts = graph.create_group("nodes")
        for name, (kind, fields) in nodes.items():
            node = parts.create_group(name)
            node["type"] = kind
            for field, value in fields.items():
                node[field] = value


def lif_network(path, inputs, neurons, dt=1e-3):
    """One dense layer of LIF neurons."""
    ones = np.ones(neurons, np.float32)
    weight = np.random.default_rng(1).normal(
        size=(neurons, inputs)).astype(np.float32)
    write_network(
        path,
        {"input": ("Input", {"shape": np.array([inputs])}),
         "fc": ("Linear", {"weight": weight}),
         "lif": ("LIF", {"tau": 20 * dt * ones, "r": ones, "v_leak": 0 * ones,
                         "v_threshold": ones}),
         "output": ("Output", {"shape": np.array([neurons])})},
        [("input", "fc"), ("fc", "lif"), ("lif", "output")])


class YamlTest(SnncTest):
    """Networks of one input and one population around the text of a test."""

    def network(self, text, **parts):
        """A network of one input `in` and one population `pop` around `text`."""
        parts = {"network": "{name: n, dt: 1.0, seed: 3}", "inputs": "{in: {size: 2}}",
                 "populations": "{pop: {size: 2, model: i}}"} | parts
        head = "".join(f"{key}: {value}\n" for key, value in parts.items())
        return self.write("net.yaml", head + text)

    def values(self, path, *arguments, key="pop:v", code=0):
        arrays = self.record(path, ["--backend", "reference", "--precision",
                                    "float", *arguments], code=code)
        return arrays[key]

    def refused(self, path, code, words, verb=("check",)):
        done = self.snnc(verb[0], path, *verb[1:], code=1)
        self.assertRegex(done.stderr, rf"net.yaml:\d+:\d+: error: .*\[{code}\]")
        self.assertIn(words, done.stderr)
