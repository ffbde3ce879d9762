"""Kills long runs at random moments, resumes them, and compares the ends.

    SNNC=build/release/bin/snnc /usr/bin/python3 tests/faults/resumes.py
        [--kills 50] [--seed 1] [--ticks 16000]

A run with `--checkpoint` is killed (SIGKILL) again and again at moments drawn
evenly from the time that it takes, and goes on with `--resume` on one to three
threads until it is over; then the next one begins, until there were so many
kills. After each kill every file must be readable; at the end every spike, the
recorded states and all states after the last tick must be those of a run that
nobody killed. Exit code 1 where that does not hold.
"""

import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

import numpy

import verbs

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
from long_run import network

NETWORK = network(x=150, p=400, q=190)
EVERY = 2000


class Runs:

    def __init__(self, folder, ticks):
        # One more: the states after the last tick are recorded.
        self.folder, self.ticks = pathlib.Path(folder), ticks // EVERY * EVERY + 1
        (self.folder / "n.yaml").write_text(NETWORK)

    def run(self, out, threads, *more, kill=None):
        child = subprocess.Popen(
            [verbs.SNNC, "-q", "run", "n.yaml", "--backend", "cpu", "--ticks",
             str(self.ticks), "--threads", str(threads), "-r", "p:spikes", "-r",
             "q:spikes", "-r", f"p:v/{EVERY}", "-r", f"q:v/{EVERY}", "--events",
             "-o", out, *more],
            cwd=self.folder, stderr=subprocess.PIPE, text=True)
        if kill is not None:
            try:
                child.wait(kill)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
        said = child.communicate()[1]
        if child.returncode not in (0, -signal.SIGKILL):
            raise RuntimeError(f"exit code {child.returncode}: {said}")
        return child.returncode == 0

    def read(self, out):
        with numpy.load(self.folder / out) as arrays:
            return {name: arrays[name] for name in arrays.files
                    if name != "meta"}

    def read_all(self, out):
        """Every file that a kill has left; raises where one is unreadable."""
        for part in self.folder.glob(out + ".parts/*.npy"):
            numpy.load(part)
        if (self.folder / out).exists():
            self.read(out)

    def resumed(self, seconds, draw):
        """How often a run was killed, and how often it had a checkpoint."""
        kills = kept = 0
        resume = []
        while not self.run("o.npz", draw.randint(1, 3), "--checkpoint", "1000",
                           *resume, kill=draw.uniform(0, 1.05) * seconds):
            kills += 1
            self.read_all("o.npz")
            kept += (self.folder / "o.npz.parts" / "checkpoint").exists()
            resume = ["--resume"]
        return kills, kept


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ticks", type=int, default=16000)
    chosen = parser.parse_args()
    draw, wrong, kills, kept, runs = random.Random(chosen.seed), 0, 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="snnc-resumes-") as folder:
        bench = Runs(folder, chosen.ticks)
        begin = time.monotonic()
        bench.run("whole.npz", 1)
        seconds = time.monotonic() - begin
        whole = bench.read("whole.npz")
        while kills < chosen.kills:
            killed, had = bench.resumed(seconds, draw)
            kills, kept, runs = kills + killed, kept + had, runs + 1
            found = bench.read("o.npz")
            different = [name for name in whole
                         if found[name].tobytes() != whole[name].tobytes()]
            if different or found.keys() != whole.keys():
                print("WRONG after", killed, "kills:", ", ".join(different))
                wrong += 1
            os.remove(bench.folder / "o.npz")
    spikes = sum(len(whole[name]) for name in whole if "spikes" in name)
    print(f"{kills} kills ({kept} after a checkpoint) in {runs} runs of "
          f"{bench.ticks} ticks and {spikes} spikes, {wrong} ends wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
