"""Outputs, signals, text: nothing is replaced that should not be, nothing lost
in silence, nothing half-written, no control character on a terminal."""

import json
import os
import signal
import stat
import subprocess
import tempfile
import time
import unittest

import numpy as np

from support import SNNC

NETWORK = """
network: {name: n, dt: 1.0e-3}
inputs: {x: {size: 4}}
populations: {p: {size: 5, model: lif, params: {alpha: 0.9, threshold: 1.0}}}
projections: [{from: x, to: p, connector: all_to_all, weight: 0.5}]
"""
DOCUMENTED = (0, 1, 2, 3, 4, 5, 6, 130)


class Output(unittest.TestCase):

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="snnc-output-")
        self.addCleanup(self._folder.cleanup)
        self.folder = self._folder.name
        self.write("a.yaml", NETWORK)
        np.save(self.path("x.npy"), np.ones((10, 4), np.uint8))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def snnc(self, *arguments, code=0, **options):
        options = {"capture_output": True, "timeout": 3000, **options}
        done = subprocess.run([SNNC, *arguments], cwd=self.folder, **options)
        self.assertEqual(done.returncode, code, (arguments, done.stderr))
        return done

    def start(self, *arguments):
        child = subprocess.Popen([SNNC, *arguments], cwd=self.folder,
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        return child

    @staticmethod
    def wait_for_handlers(pid):
        """Before that, the dynamic loader is at work."""
        caught = 0
        while not caught >> (signal.SIGTERM - 1) & 1:
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                caught = int(dict(line.split(":", 1)
                                  for line in file)["SigCgt"], 16)

    def listed(self):
        return sorted(os.listdir(self.folder))

    def test_short_option_with_equals(self):
        net = os.path.join(self.folder, "equals.yaml")
        with open(net, "w", encoding="utf-8") as file:
            file.write("populations: {p: {size: 1, model: li, "
                       "params: {alpha: 0.5}}}\n")
        self.snnc("compile", net, "-o=equals.s2x")
        names = [n for n in os.listdir(self.folder) if "equals" in n]
        self.assertEqual(sorted(names), ["equals.s2x", "equals.yaml"])

    def test_fifo_is_written_through(self):
        self.snnc("compile", "a.yaml", "-o", "b.s2x")
        os.mkfifo(self.path("f"))
        child = self.start("compile", "a.yaml", "-o", "f")
        with open(self.path("f"), "rb") as fifo:
            got = fifo.read()
        self.assertEqual(child.wait(), 0)
        self.assertEqual(got, self.read("b.s2x"))
        self.assertTrue(stat.S_ISFIFO(os.stat(self.path("f")).st_mode))
        done = self.snnc("compile", "a.yaml", "-o", "/dev/stdout")
        self.assertEqual(done.stdout, got)
        with open(self.path("log"), "wb") as log:
            log.write(b"before")
        with open(self.path("log"), "ab") as log:
            self.snnc("compile", "a.yaml", "-o", "/dev/fd/1", stdout=log,
                      stderr=subprocess.PIPE, capture_output=False)
        self.assertEqual(self.read("log"), b"before" + got)

    def test_links_and_modes_are_kept(self):
        os.mkdir(self.path("d"))
        os.symlink("../real.s2x", self.path("d/link.s2x"))
        self.snnc("compile", "a.yaml", "-o", "d/link.s2x", umask=0o027)
        self.assertTrue(os.path.islink(self.path("d/link.s2x")))
        mode = stat.S_IMODE(os.stat(self.path("real.s2x")).st_mode)
        self.assertEqual(mode, 0o640)
        os.chmod(self.path("real.s2x"), 0o604)
        self.snnc("compile", "a.yaml", "-o", "d/link.s2x")
        mode = stat.S_IMODE(os.stat(self.path("real.s2x")).st_mode)
        self.assertEqual(mode, 0o604)

    def test_inputs_are_not_overwritten(self):
        self.snnc("compile", "a.yaml", "-o", "b.s2x")
        os.link(self.path("a.yaml"), self.path("hard.s2x"))
        os.link(self.path("x.npy"), self.path("x.npz"))
        os.link(self.path("b.s2x"), self.path("b.npz"))
        for arguments in (["compile", "a.yaml", "-o", "a.yaml"],
                          ["compile", "a.yaml", "-o", "hard.s2x"],
                          ["run", "b.s2x", "-i", "x.npy", "-o", "x.npz"],
                          ["run", "b.s2x", "-i", "x=x.npy", "-o", "b.npz"]):
            with self.subTest(arguments):
                before = self.read("a.yaml"), self.read("b.s2x")
                self.assertIn(b"SNN0851",
                              self.snnc(*arguments, code=1).stderr)
                self.assertEqual((self.read("a.yaml"), self.read("b.s2x")),
                                 before)

    def test_standard_output_that_fails(self):
        self.snnc("compile", "a.yaml", "-o", "b.s2x")
        for arguments in (["check", "a.yaml"], ["check", "a.yaml", "--json"],
                          ["inspect", "b.s2x"], ["targets"], ["--help"],
                          ["--version"], ["compile", "a.yaml", "--emit", "asm"],
                          ["run", "b.s2x", "-i", "x.npy", "--report", "json"],
                          ["verify", "b.s2x", "-i", "x.npy"]):
            with self.subTest(arguments):
                with open("/dev/full", "wb") as full:
                    done = self.snnc(*arguments, code=1, stdout=full,
                                     stderr=subprocess.PIPE,
                                     capture_output=False)
                self.assertIn(b"SNN0003", done.stderr)
        closed = subprocess.run(
            ["sh", "-c", '"$0" check a.yaml >&-', SNNC], cwd=self.folder,
            stderr=subprocess.PIPE, check=False)
        self.assertEqual(closed.returncode, 1)
        self.assertIn(b"SNN0003", closed.stderr)

    def test_a_reader_that_ends(self):
        """As `yes | head`: no word, and the status of SIGPIPE in a shell; a
        file that was asked for is written all the same (SNN0004)."""
        self.snnc("compile", "a.yaml", "-o", "b.s2x")
        self.snnc("run", "b.s2x", "-i", "x.npy", "-o", "r.npz")
        for arguments in (["help", "run"], ["help"], ["man", "run"], ["man"],
                          ["explain"], ["explain", "SNN0354"], ["targets"],
                          ["inspect", "b.s2x"], ["inspect", "b.s2x", "--json"],
                          ["check", "a.yaml"], ["check", "a.yaml", "--json"],
                          ["completion", "zsh"], ["--version"], ["init", "-"],
                          ["compile", "a.yaml", "--emit", "asm"],
                          ["compile", "a.yaml", "-o", "-"],
                          ["compile", "a.yaml", "-o", "c.s2x", "--report",
                           "table"],
                          ["run", "b.s2x", "-i", "x.npy", "--report", "json",
                           "-o", "d.npz"],
                          ["run", "b.s2x", "-i", "x.npy", "-o", "-"],
                          ["report", "b.s2x", "r.npz", "-o", "/dev/stdout"],
                          ["verify", "b.s2x", "-i", "x.npy"],
                          ["doctor", "--json"],
                          ["selector", "predict", "--source", "9",
                           "--target", "9"]):
            with self.subTest(arguments):
                reader, writer = os.pipe()
                os.close(reader)
                try:
                    done = self.snnc("-q", *arguments, code=141, stdout=writer,
                                     stderr=subprocess.PIPE,
                                     capture_output=False)
                finally:
                    os.close(writer)
                self.assertNotIn(b"SNN000", done.stderr)
                self.assertNotIn(b"error", done.stderr)
        self.assertIn("c.s2x", self.listed())
        self.assertIn("d.npz", self.listed())

    def test_a_data_set_has_one_writer(self):
        command = ("selector", "dataset", "--set", "grid", "-o", "d.csv",
                   "--jobs", "1")
        first = self.start(*command)
        part = self.path("d.csv.part")
        while not (os.path.exists(part) and os.path.getsize(part)):
            self.assertIsNone(first.poll())
            time.sleep(0.01)
        self.assertIn(b"SNN0850", self.snnc(*command, code=1).stderr)
        first.send_signal(signal.SIGTERM)
        self.assertEqual(first.wait(), 130)
        self.assertIn(b"[SNN0427]", first.stderr.read())
        self.assertTrue(os.path.exists(self.path("d.csv.part")))

    def test_a_wait_for_a_reader_ends(self):
        os.mkfifo(self.path("f"))
        for number in (signal.SIGINT, signal.SIGTERM):
            child = self.start("--diagnostics", "json", "compile", "a.yaml",
                               "-o", "f")
            self.wait_for_handlers(child.pid)
            time.sleep(0.2)  # in whatever phase: each ends the same way
            child.send_signal(number)
            self.assertEqual(child.wait(), 130)
            self.assertEqual(json.loads(child.stderr.read())["code"],
                             "SNN0427")
        self.assertEqual(self.listed(), ["a.yaml", "f", "x.npy"])

    def test_fifos_are_no_inputs(self):
        self.snnc("compile", "a.yaml", "-o", "b.s2x")
        os.mkfifo(self.path("f.yaml"))
        os.mkfifo(self.path("f.npy"))
        self.snnc("compile", "f.yaml", code=1)
        self.snnc("check", "f.yaml", code=1)
        self.snnc("inspect", "f.yaml", code=1)
        self.snnc("run", "b.s2x", "-i", "f.npy", code=1)
        self.snnc("run", "f.yaml", "-i", "x.npy", code=1)

    def test_text(self):
        bad = b"\xff\x1b[31m\xc2\x9b2J.yaml"
        for name, text in (
                (b"g.yaml", NETWORK.replace("alpha", "τ")),
                (b"c.yaml", NETWORK.replace("p:", '"p\\e[2J\\x9b":')),
                (bad, NETWORK)):
            with open(os.path.join(self.folder.encode(), name), "wb") as file:
                file.write(text.encode())
            for arguments in (["check", name], ["check", name, "--json"],
                              ["compile", name, "--report", "table"],
                              ["--diagnostics", "json", "check", name],
                              ["inspect", name], [name]):
                with self.subTest(arguments):
                    done = subprocess.run(
                        [SNNC, *arguments], cwd=self.folder,
                        capture_output=True, check=False)
                    self.assertIn(done.returncode, DOCUMENTED)
                    for stream in (done.stdout, done.stderr):
                        for character in stream.decode():  # UTF-8
                            if character not in "\n\t":
                                self.assertTrue(
                                    " " <= character < "\x7f"
                                    or character > "\x9f", stream)
                    if "--json" in arguments:
                        json.loads(done.stdout)
                    if "json" in arguments:
                        for line in done.stderr.splitlines():
                            json.loads(line)

    def test_little_memory(self):
        limited = 'ulimit -v "$1"; shift; exec "$0" "$@"'
        ended = set()
        for kilobytes in (150000, 250000, 300000, 400000):
            done = subprocess.run(
                ["sh", "-c", limited, SNNC, str(kilobytes), "run", "a.yaml",
                 "-i", "x.npy", "--threads", "64", "-o", "o.npz"],
                cwd=self.folder, capture_output=True, timeout=3000, check=False)
            if done.returncode != 127:  # not even its libraries
                self.assertIn(done.returncode, DOCUMENTED, done.stderr)
                ended.add(done.returncode)
        self.assertTrue(ended)


if __name__ == "__main__":
    unittest.main()
