"""'-' for standard input and output, the commented network of `snnc init`, and
colours, which only terminals get."""

import io
import os
import pty
import re
import shutil
import subprocess
import unittest
import zipfile

import numpy as np

from support import ROOT, SNNC, SnncTest

NETWORK = os.path.join(ROOT, "models/yaml/delays.yaml")
DIGITS = os.path.join(ROOT, "models/digits/digits.nir")


def contents(path):
    with open(path, "rb") as file:
        return file.read()


class Streams(SnncTest):

    def piped(self, data, *arguments, code=0, cwd=None):
        """Standard output of snnc with `data` led into it by a pipe."""
        done = subprocess.run([SNNC, *arguments], input=data, cwd=cwd,
                              capture_output=True)
        self.assertEqual(done.returncode, code, done.stderr)
        self.errors = done.stderr.decode()
        return done.stdout

    def test_starter(self):
        path = self.path("net.yaml")
        said = self.snnc("init", path).stdout.split()
        self.assertEqual(said[:3], ["snnc", "run", path])
        self.snnc(*said[1:])
        self.assertIn(path, contents(path).decode())
        check = self.snnc("check", path, "--plan")
        self.assertNotIn("warning", check.stderr)
        spikes = self.record(path, ["--ticks", "300", "-q"])["exc:spikes"]
        self.assertGreater(spikes.sum(), 100)
        self.snnc("verify", path, "--backend", "emulator", "--ticks", "100")
        again = self.snnc("init", path, code=1)
        self.assertIn("[SNN0003]", again.stderr)
        self.assertIn("THIS", contents(os.path.join(
            ROOT, "models/yaml/starter.yaml")).decode())
        self.assertNotIn("THIS", self.piped(b"", "init", "-").decode())

    def test_convert(self):
        """NIR to YAML and back, all numbers in the text: the same spikes."""
        shapes = os.path.join(ROOT, "models/shapes/shapes.nir")
        x = self.path("shapes.npy")
        np.save(x, np.random.default_rng(2).random((20, 100)) < 0.3)
        for file, given in ((shapes, x), (DIGITS, os.path.join(
                ROOT, "models/digits/test_inputs.npy"))):
            run = ["-i", given, "--backend", "cpu", "-q"]
            text = self.piped(contents(file), "convert", "-", "-o", "-", "-q")
            self.assertNotIn(b".npz", text)
            wanted = self.record(file, run)
            again = self.piped(text, "convert", "-", "-o", "-", "-q")
            self.assertTrue(again.startswith(b"\x89HDF"))
            for name, content in (("c.yaml", text), ("c.nir", again)):
                with open(self.path(name), "wb") as out:
                    out.write(content)
                self.assert_equal_runs(wanted, self.record(self.path(name), run))
            # Without -o it gets the name of the stream, and arrays beside it.
            self.piped(contents(file), "convert", "-", "-q", cwd=self.folder)
            self.assert_equal_runs(wanted, self.record(self.path("stdin.yaml"),
                                                       run))
        script = self.piped(b"import pyNN.nest as sim\nsim.setup(0)\n", "convert",
                            "-", "-o", "-", code=1)
        self.assertEqual(script, b"")
        self.assertIn("[SNN0448]", self.errors)

    def test_no_room_for_standard_input(self):
        """What a pipe says is kept in TMPDIR, as the help says."""
        for folder, code in ((self.path("none"), 1), (self.folder, 0)):
            done = subprocess.run(
                [SNNC, "check", "-"], input=contents(NETWORK),
                env=os.environ | {"TMPDIR": folder}, capture_output=True)
            said = done.stderr.decode()
            self.assertEqual(done.returncode, code, said)
            self.assertEqual("[SNN0940]" in said, bool(code), said)
            self.assertEqual("give one with room in TMPDIR" in said, bool(code))

    @staticmethod
    def members(bundle):
        with zipfile.ZipFile(bundle) as file:
            return {name: file.read(name) for name in file.namelist()}

    def test_networks_and_bundles(self):
        for file in (NETWORK, DIGITS):
            bundle = self.piped(contents(file), "compile", "-", "-o", "-")
            # A network is named after its file, one of a stream "stdin".
            named = self.path("stdin" + os.path.splitext(file)[1])
            shutil.copy(file, named)
            path = self.path("whole.s2x")
            self.snnc("compile", named, "-o", path)
            self.assertEqual(self.members(io.BytesIO(bundle)),
                             self.members(path))
            self.assertIn("population", self.piped(bundle, "inspect", "-")
                          .decode())
        with open(NETWORK, "rb") as file:
            redirected = subprocess.run([SNNC, "check", "-"], stdin=file,
                                        capture_output=True, check=True)
        self.assertEqual(redirected.stdout,
                         self.piped(contents(NETWORK), "check", "-"))

    def test_arrays(self):
        inputs = np.load(os.path.join(ROOT, "models/digits/test_inputs.npy"))
        inputs = inputs[:3]
        path = self.path("x.npy")
        np.save(path, inputs)
        expected = self.record(DIGITS, ["-i", path, "-q"])
        for array, name in ((contents(path), "-"), (contents(path), "input=-")):
            out = self.piped(array, "run", DIGITS, "-i", name, "-o", "-")
            with np.load(io.BytesIO(out)) as arrays:
                self.assert_equal_runs(
                    {k: arrays[k] for k in arrays.files if k != "meta"},
                    expected)
        archive = io.BytesIO()
        np.savez(archive, input=inputs)
        self.piped(archive.getvalue(), "run", DIGITS, "-i", "-", "-o", "-")

    def test_files_beside_a_stream(self):
        """Names in a network from a stream are looked for where one stands."""
        np.save(self.path("w.npy"), np.full((2, 3), 0.5))
        network = (b"network: {}\ninputs: {a: {size: 3}}\npopulations: {p: "
                   b"{size: 2, model: lif, params: {alpha: 0.9, threshold: 1}}}"
                   b"\nprojections: [{from: a, to: p, connector: all_to_all, "
                   b"weight: {file: w.npy}}]\n")
        self.piped(network, "check", "-", cwd=self.folder)

    def test_refused(self):
        for arguments, words in (
                (["run", "-", "-i", "x=-"], "more than one file"),
                (["compile", "-", "-o", "-", "--report", "json"],
                 "share standard output")):
            self.piped(contents(NETWORK), *arguments, code=2)
            self.assertIn(words, self.errors)
            self.assertIn("[SNN0094]", self.errors)
        self.piped(b"", "check", "-", code=1)
        self.piped(b"\x00" * 1000, "check", "-", code=1)
        self.piped(contents(NETWORK), "run", "-", "--ticks", "9", "--events",
                   "-o", "-", code=2)
        left = [n for n in os.listdir(os.environ.get("TMPDIR", "/tmp"))
                if n.startswith("snnc-stdin-")]
        self.assertEqual(left, [])


class Terminal(SnncTest):

    def shown(self, *arguments, **environment):
        """What a terminal gets of standard error."""
        leader, follower = pty.openpty()
        child = subprocess.Popen(
            [SNNC, *arguments], stdin=follower, stdout=follower,
            stderr=follower,
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "", **environment})
        os.close(follower)
        text = b""
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError: # the other end is closed
                break
            if not part:
                break
            text += part
        os.close(leader)
        self.code = child.wait()
        return text.decode()

    def test_colours(self):
        missing = self.path("missing.yaml")
        coloured = self.shown("check", missing)
        self.assertIn("\x1b[31merror:", coloured)
        self.assertIn("\x1b[32mhelp:", coloured)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertEqual(self.shown("check", missing, **environment), plain)
        self.assertNotIn("\x1b", self.shown("--diagnostics", "json", "check",
                                            missing))
        self.assertNotIn("\x1b", self.snnc("check", missing, code=1).stderr)

    def test_terminals_are_no_files(self):
        for arguments in (["check", "-"], ["compile", NETWORK, "-o", "-"]):
            self.assertIn("[SNN0094]", self.shown(*arguments))
            self.assertEqual(self.code, 2)


if __name__ == "__main__":
    unittest.main()
