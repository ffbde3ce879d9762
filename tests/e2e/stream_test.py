"""Long runs: spikes as lists that stream to disk, a state of some neurons and
ticks, checkpoints; killed and interrupted runs go on to the same bits."""

import glob
import os
import random
import signal
import subprocess
import unittest

import h5py
import numpy as np

from long_run import network
from support import SNNC, SnncTest

NETWORK = network(x=60, p=160, q=90)
RECORD = ["-r", "p:spikes", "-r", "q:spikes", "-r", "p:v[0-3,77]/100"]


class Stream(SnncTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net = os.path.join(cls.folder, "net.yaml")
        with open(cls.net, "w", encoding="utf-8") as file:
            file.write(NETWORK)

    def command(self, ticks, out, *more, seed=None):
        return ["-q", "run", self.net, "--backend", "cpu", "--ticks", ticks,
                *(("--seed", seed) if seed else ()), *RECORD, "-o", out, *more]

    def arrays(self, *arguments):
        self.snnc(*self.command(*arguments))
        with np.load(self.path(arguments[1])) as file:
            return {key: file[key] for key in file.files if key != "meta"}

    def test_lists_are_the_raster(self):
        dense = self.arrays(700, "dense.npz")
        lists = self.arrays(700, "lists.npz", "--events")
        self.snnc(*self.command(700, "lists.h5", "--events"))
        with h5py.File(self.path("lists.h5")) as file:
            for key in ("p:spikes", "q:spikes"):
                found = np.argwhere(dense[key])
                self.assertGreater(len(found), 100)
                self.assertTrue(np.array_equal(found, lists[key]))
                group = file[f"nodes/{key[0]}/observables/spikes"]
                self.assertEqual(group.attrs["n_neurons"],
                                 dense[key].shape[1])
                self.assertTrue(np.array_equal(group["idx"][0], found[:, 1]))
                self.assertTrue(np.array_equal(
                    np.floor(group["time"][0] / 1e-4), found[:, 0]))
            grid = file["nodes/p/observables/v"]
            self.assertTrue(np.array_equal(grid["data"][0], dense["p:v"]))
            self.assertAlmostEqual(grid.attrs["dt"], 0.01)
        self.assertTrue(np.array_equal(dense["p:v"], lists["p:v"]))
        self.snnc("-q", "run", self.net, "--ticks", 700, "-r", "p:v", "-o",
                  "all.npz")
        with np.load(self.path("all.npz")) as file:
            self.assertTrue(np.array_equal(file["p:v"][::100, [0, 1, 2, 3, 77]],
                                           dense["p:v"]))
        self.snnc("verify", self.net, "--backend", "cpu", "--ticks", 700,
                  "-r", "p:spikes", "-r", "q:spikes", "--against", "lists.npz")
        self.assertEqual(glob.glob(self.path("lists.*.parts")), [])

    def ended(self, arguments, after, how=signal.SIGKILL):
        """Exit code of a run that gets a signal after so many seconds."""
        child = subprocess.Popen([SNNC, *map(str, arguments)], cwd=self.folder,
                                 stderr=subprocess.DEVNULL)
        try:
            child.wait(after)
        except subprocess.TimeoutExpired:
            child.send_signal(how)
        return child.wait()

    def test_killed_runs_go_on(self):
        moments = random.Random(7)
        for precision in ("quantized", "float"):
            options = ["--precision", precision, "--events"]
            expected = self.arrays(6000, "straight.npz", *options)
            options += ["--checkpoint", 700]
            resume = []
            for _ in range(40):
                code = self.ended(
                    self.command(6000, "killed.npz", *options, "--threads",
                                 moments.randint(1, 3), *resume),
                    moments.uniform(0.1, 1.0))
                if code == 0:
                    break
                self.assertEqual(code, -signal.SIGKILL)
                for part in glob.glob(self.path("killed.npz.parts/*.npy")):
                    np.load(part)
                resume = ["--resume"]
            else: # a machine that is too slow for it
                self.arrays(6000, "killed.npz", *options, *resume)
            with np.load(self.path("killed.npz")) as found:
                for key, array in expected.items():
                    self.assertTrue(np.array_equal(array, found[key]), key)
            self.assertFalse(os.path.exists(self.path("killed.npz.parts")))

    def test_interrupted_runs_leave_a_file(self):
        """However far they got."""
        ticks = 4_000_000
        command = self.command(ticks, "long.npz", "--checkpoint", 100)
        for _ in range(20):
            self.assertEqual(self.ended(command, 2, signal.SIGINT), 130)
            if os.path.exists(self.path("long.npz")):
                break  # else it was still compiling
        first = dict(np.load(self.path("long.npz")))
        self.assertTrue(os.path.exists(self.path("long.npz.parts/checkpoint")))
        done = int(first["p:spikes"][-1, 0])
        straight = self.arrays(done + 1, "short.npz", "--events")
        self.assertTrue(np.array_equal(straight["p:spikes"],
                                       first["p:spikes"]))
        self.assertIn("there is no checkpoint in other.npz.parts: the run "
                      "begins at tick 0 [SNN0453]", self.snnc(
                          *self.command(9, "other.npz", "--resume")).stderr)
        said = self.snnc(*self.command(ticks, "long.npz", "--resume", seed=9),
                         code=1).stderr
        self.assertIn("of another run", said)
        self.assertIn("SNN0444", said)
        path = self.path("long.npz.parts/checkpoint")
        with open(path, "rb") as file:
            checkpoint = file.read()
        for _ in range(20):
            again = subprocess.Popen(
                [SNNC, *map(str, self.command(ticks, "long.npz", "--resume")[1:])],
                cwd=self.folder, stderr=subprocess.PIPE, text=True)
            try:
                again.wait(2)
            except subprocess.TimeoutExpired:
                again.send_signal(signal.SIGINT)
            said = again.communicate()[1]
            if "SNN0446" in said or again.returncode == 0:
                break  # else it was still compiling
        self.assertRegex(said, r"the run goes on from tick \d+ \[SNN0446\]")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(checkpoint[:-1] + bytes([checkpoint[-1] ^ 1]))
        self.assertIn("SNN0445", self.snnc(
            *self.command(ticks, "long.npz", "--resume"), code=1).stderr)

    def test_refusals(self):
        run = ["run", self.net, "--ticks", 50]
        for arguments, code, words in (
                (["--events"], "SNN0384", "-o out.npz"),
                (["--checkpoint", 10, "-o", "a.npz", "--backend", "reference"],
                 "SNN0622", "--backend cpu"),
                (["--events", "--repeat", 2, "-o", "a.npz"], "SNN0426",
                 "samples axis"),
                (["-r", "p:v[3-1]", "-o", "a.npz"], "SNN0420", "p:v[0-159]/10"),
                (["-r", "p:v[160]", "-o", "a.npz"], "SNN0420", "160 neurons"),
                (["-r", "p:v/0", "-o", "a.npz"], "SNN0420", "p:v[0-159]/10"),
                (["-r", "p:spikes/2", "-o", "a.npz"], "SNN0420",
                 "of spikes all"),
                (["-r", "p:v[1]", "-r", "p:v", "-o", "a.npz"], "SNN0420",
                 "recorded twice")):
            with self.subTest(arguments):
                said = self.snnc(*run, *arguments,
                                 code=2 if code == "SNN0384" else 1).stderr
                self.assertIn(f"[{code}]", said)
                self.assertIn(words, said)


if __name__ == "__main__":
    unittest.main()
