"""Kills snnc at random moments and looks at what is left.

    /usr/bin/python3 tests/faults/kills.py [--kills 1000] [--seed 1] [--jobs 2]
        [--signal KILL | TERM | INT]

The verbs that write are killed at moments drawn evenly from 0 to the time that
they take. Afterwards each output is absent or whole: the bytes of a run that was
not killed. Where an output stood before, it is the old one or the new one. What
was begun is then repeated in the same folder and must succeed with the same
bytes; a data set goes on where it was. After TERM and INT the exit code is 130
and no temporary file is left; how long the end took is printed. Exit code 1
where that does not hold.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import verbs

KILLED = [
    verbs.verb("compile", "compile a.yaml -o out.s2x", "out.s2x"),
    verbs.verb("run", "run b.s2x -i x.npy -o out.npz", "out.npz"),
    verbs.verb("dataset", "selector dataset --set grid --count 30 -j 2 "
               "-o out.csv", "out.csv", leaves=("out.csv.part",)),
    verbs.verb("train", "selector train --data g.csv "
               "-o m", *verbs.MODELS, leaves=("m",)),
]
OLD = b"what stood here before"


def start(what, folder, scratch):
    return subprocess.Popen([verbs.SNNC, *what.arguments], cwd=folder,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            env={**os.environ, "TMPDIR": scratch})


class Kills:

    def __init__(self, inputs, killed, number):
        self.inputs, self.number = inputs, number
        self.whole, self.seconds, self.ends = {}, {}, []
        for what in killed:
            with tempfile.TemporaryDirectory(prefix="snnc-kills-") as base:
                folder = self.folder(base)
                begin = time.monotonic()
                child = start(what, folder, base)
                child.communicate()
                if child.returncode != 0:
                    raise RuntimeError(f"{what.name} fails without a kill")
                self.seconds[what.name] = time.monotonic() - begin
                self.whole[what.name] = self.read(what, folder)

    def folder(self, base):
        folder = os.path.join(base, "work")
        os.mkdir(folder)
        for name in os.listdir(self.inputs):
            os.symlink(os.path.join(self.inputs, name),
                       os.path.join(folder, name))
        return folder

    @staticmethod
    def read(what, folder):
        return {name: pathlib.Path(folder, name).read_bytes()
                for name in what.outputs
                if os.path.exists(os.path.join(folder, name))}

    def kill(self, what, share, stood):
        """How it ended, and what is wrong or None."""
        base = tempfile.mkdtemp(prefix="snnc-kills-")
        try:
            return self.kill_in(base, what, share, stood)
        finally:
            shutil.rmtree(base)

    def kill_in(self, base, what, share, stood):
        folder, whole = self.folder(base), self.whole[what.name]
        if stood:
            for name in what.outputs:
                path = pathlib.Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(OLD)
        child = start(what, folder, base)
        time.sleep(share * self.seconds[what.name])
        begin = time.monotonic()
        running = child.poll() is None
        child.send_signal(self.number)
        child.communicate()
        self.ends.append(running and time.monotonic() - begin)
        if child.returncode not in (-self.number, 0, 130):
            return "ended", f"exit code {child.returncode}"
        end = "killed" if child.returncode else "was over"
        if child.returncode == 130 and (left := self.strange(what, folder, base)):
            return end, f"leaves {left}"
        found = self.read(what, folder)
        for name, content in found.items():
            if content != whole[name] and not (stood and content == OLD):
                return end, f"{name} is half-written"
        if stood and set(found) != set(whole):
            return end, "what stood before has gone"
        if end == "killed" and any(found.get(name) == whole[name]
                                   for name in whole):
            end = "killed, something whole written"
        return end, self.again(what, folder, base)

    def strange(self, what, folder, base):
        known = {*os.listdir(self.inputs), *what.leaves, *what.outputs}
        found = set(os.listdir(folder)) - known
        return sorted(found | set(os.listdir(base)) - {"work"})

    def again(self, what, folder, base):
        part = os.path.join(folder, "out.csv.part")
        lines = (pathlib.Path(part).read_bytes() if os.path.exists(part)
                 else b"").rpartition(b"\n")[0]
        if lines and not self.whole["dataset"]["out.csv"].startswith(lines):
            return "the data set's lines are not those of the whole"
        child = start(what, folder, base)
        _, said = child.communicate(timeout=verbs.TIMEOUT)
        if child.returncode != 0:
            return f"the repetition ends with {child.returncode}: {said[-300:]}"
        if self.read(what, folder) != self.whole[what.name]:
            return "the repetition gives other bytes"
        if os.path.exists(part):
            return "the repetition leaves the unfinished data set"
        return None


def run(kills, seed, jobs, number=signal.SIGKILL, names=None, ends=None):
    """Counts by (verb, end), and the wrong ones as lines."""
    killed = [what for what in KILLED if not names or what.name in names]
    draw = random.Random(seed)
    cases = [(killed[i % len(killed)], draw.random() * 1.05,
              i // len(killed) % 2 == 1) for i in range(kills)]
    counts, wrong = collections.Counter(), []
    with tempfile.TemporaryDirectory(prefix="snnc-inputs-") as inputs, \
            concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        verbs.make_inputs(inputs)
        bench = Kills(inputs, killed, number)
        done = pool.map(lambda case: bench.kill(*case), cases)
        for (what, share, stood), (end, problem) in zip(cases, done):
            counts[what.name, end] += 1
            if problem:
                wrong.append(f"{what.name} at {share:.3f} of its time"
                             f"{', an output before' * stood}: {problem}")
        if ends is not None:
            ends += filter(None, bench.ends)
    return counts, wrong


def main():
    # A shell's background job has SIGINT ignored, its children too, and snnc
    # leaves an ignored signal ignored: a handler ends that where it is exec'd.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--signal", choices=("KILL", "TERM", "INT"),
                        default="KILL")
    chosen, ends = parser.parse_args(), []
    counts, wrong = run(chosen.kills, chosen.seed, chosen.jobs,
                        signal.Signals["SIG" + chosen.signal], ends=ends)
    for (name, end), number in sorted(counts.items()):
        print(f"{name}: {end}: {number}")
    for line in wrong:
        print("WRONG", line)
    print(f"{chosen.kills} kills, {len(wrong)} wrong; the longest end took "
          f"{max(ends, default=0):.3f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
