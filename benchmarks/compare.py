"""Says what got slower or faster between two builds of snnc.

    benchmarks/compare OLD NEW [--runs 12] [--alarm 0.05] [--only CASE]
    benchmarks/compare --self-test 20        # with the release build alone
    benchmarks/compare --history FILE [OLD_COMMIT NEW_COMMIT]

OLD and NEW are binaries. Each case is run by both in turn, the order drawn anew
for every pair, so that what the machine does meanwhile hits both. What is
compared is the CPU time of a pair; the test is Wilcoxon's signed-rank test
(exact), its level divided by the number of cases (Bonferroni): where nothing
moved, at most the share --alarm of all calls says that something did.
--self-test checks that: so many calls of a build against itself, and one against
itself with a tenth of CPU time more.

--history compares what `benchmarks/run --history FILE` appended for two commits
on one machine, by default the last two (Mann and Whitney's test, the level
divided likewise). Its level holds as far as the machine was in the same state
both times, which nobody can know: pairs are the better evidence.

Exit code 1 where something got slower (--self-test: where it fails).
"""

import argparse
import collections
import json
import os
import random
import sys
import tempfile

import numpy as np
from scipy import stats

from processes import ROOT, timed

SNNC = os.path.join(ROOT, "build", "release", "bin", "snnc")
MODELS = os.path.join(ROOT, "models")
CASES = {
    "compile digits": ("compile", f"{MODELS}/digits/digits.nir", "-o",
                       "net.s2x"),
    "check cortex": ("check", f"{MODELS}/yaml/cortex.yaml"),
    "run cuba": ("run", f"{MODELS}/yaml/cuba.yaml", "--ticks", "3000",
                 "--threads", "1", "--events", "-o", "out.npz"),
    "emulate digits": ("run", f"{MODELS}/digits/digits.nir", "--backend",
                       "emulator", "--input",
                       f"{MODELS}/digits/test_inputs.npy", "--ticks", "96"),
}
DOCUMENTED = range(7)  # exit codes; both builds must give the same


class Build:
    """A binary; `slower` is the share of CPU time that is burnt on top."""

    def __init__(self, path, slower=0.0):
        self.path, self.slower = os.path.abspath(path), slower

    def seconds(self, arguments, folder):
        taken = timed(self.path, *arguments, cwd=folder, codes=DOCUMENTED)
        return taken.cpu * (1 + self.slower), taken.code


def pairs(old, new, arguments, runs, dice):
    """CPU seconds of both builds, runs x 2, after one of each that warms up."""
    kept = []
    with tempfile.TemporaryDirectory(prefix="snnc-bench-") as folder:
        for run in range(runs + 1):
            order = [0, 1]
            dice.shuffle(order)
            taken, codes = [0.0, 0.0], [0, 0]
            for side in order:
                taken[side], codes[side] = (old, new)[side].seconds(arguments,
                                                                    folder)
            if codes[0] != codes[1]:
                raise RuntimeError(f"{' '.join(arguments)}: exit code "
                                   f"{codes[0]} before, {codes[1]} now")
            if run:
                kept.append(taken)
    return np.array(kept)


def interval(logs, level):
    """Hodges and Lehmann's estimate of the middle, and Walsh averages that
    bound it with that confidence; as ratios."""
    n = len(logs)
    i, j = np.triu_indices(n)
    walsh = np.sort((logs[i] + logs[j]) / 2)
    spread = np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    cut = int(max(0, np.floor(n * (n + 1) / 4
                              - stats.norm.ppf(1 - level / 2) * spread)))
    return tuple(float(np.exp(v)) for v in
                 (np.median(walsh), walsh[cut], walsh[-1 - cut]))


def compare(old, new, cases, runs, alarm, dice, out=sys.stdout):
    """What moved: [(case, ratio)]."""
    moved = []
    level = alarm / len(cases)
    for name in cases:
        taken = pairs(old, new, CASES[name], runs, dice)
        logs = np.log(taken[:, 1] / taken[:, 0])
        p = stats.wilcoxon(logs, method="exact").pvalue if logs.any() else 1.0
        ratio, low, high = interval(logs, level)
        verdict = ""
        if p <= level:
            verdict = "slower" if ratio > 1 else "faster"
            moved.append((name, ratio))
        print(f"{name:<16} {np.median(taken[:, 0]):8.4f} s "
              f"{np.median(taken[:, 1]):8.4f} s   {ratio:.3f}x "
              f"[{low:.3f}, {high:.3f}]   p {p:.4f}   {verdict}", file=out)
    return moved


def self_test(given, cases, dice):
    same, slow = Build(given.snnc), Build(given.snnc, slower=0.1)
    alarms = 0
    for call in range(given.self_test):
        moved = compare(same, same, cases, given.runs, given.alarm, dice)
        alarms += bool(moved)
        print(f"A/A call {call + 1}: "
              + (", ".join(f"{n} {r:.3f}x" for n, r in moved) or "nothing moved"),
              flush=True)
    found = compare(same, slow, cases, given.runs, given.alarm, dice)
    # So many alarms or more come once in a thousand times if the stated share
    # is right.
    most = int(stats.binom.ppf(0.999, given.self_test, given.alarm))
    print(f"{alarms} of {given.self_test} A/A calls gave an alarm (stated share "
          f"{given.alarm:g}, at most {most} are believable); of {len(cases)} "
          f"cases slowed down by 10 %, {len(found)} were found")
    return int(alarms > most or len(found) < len(cases))


def history(given):
    """Two commits' samples of each figure in seconds, on one machine."""
    samples = collections.defaultdict(list)
    commits = []
    with open(given.history, encoding="utf-8") as file:
        for line in map(json.loads, file):
            if not line.get("samples") or not line["unit"].startswith("s"):
                continue
            key = (line["machine"], line["cores"], line["benchmark"],
                   line["case"], line["metric"], line.get("network"))
            if line["commit"] not in commits:
                commits.append(line["commit"])
            # One row a peer: the same samples more than once.
            if line["samples"] not in samples[key, line["commit"]]:
                samples[key, line["commit"]].append(line["samples"])
    old, new = (given.binaries or commits[-2:] + ["", ""])[:2]
    keys = [k for k, c in samples if c == old and (k, new) in samples]
    if not keys:
        print(f"compare: {given.history} has no figures of two commits on one "
              f"machine with the same network: it knows {', '.join(commits)}",
              file=sys.stderr)
        return 2
    slower = False
    for key in keys:
        a, b = (np.concatenate(samples[key, c]) for c in (old, new))
        p = stats.mannwhitneyu(a, b).pvalue
        ratio = np.median(b) / np.median(a)
        moved = p <= given.alarm / len(keys)
        slower |= moved and ratio > 1
        print(f"{' '.join(key[2:5]):<48} {np.median(a):9.4f} "
              f"{np.median(b):9.4f}   {ratio:.3f}x   p {p:.4f}   "
              + ("" if not moved else "slower" if ratio > 1 else "faster"))
    return int(slower)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("binaries", nargs="*", metavar="OLD NEW")
    parser.add_argument("--runs", type=int, default=12, help="pairs of a case")
    parser.add_argument("--alarm", type=float, default=0.05,
                        help="share of calls that may alarm for nothing")
    parser.add_argument("--only", action="append", choices=CASES)
    parser.add_argument("--seed", type=int, help="of the orders of pairs")
    parser.add_argument("--self-test", type=int, metavar="CALLS")
    parser.add_argument("--snnc", default=SNNC, help="of --self-test")
    parser.add_argument("--history", metavar="FILE")
    given = parser.parse_args()
    if given.history:
        return history(given)
    cases = given.only or list(CASES)
    # The least p of so many pairs is 2 / 2^runs.
    if 2 ** (1 - given.runs) > given.alarm / len(cases):
        parser.error(f"--runs {given.runs} pairs can't prove anything at "
                     f"--alarm {given.alarm:g} over {len(cases)} cases")
    dice = random.Random(given.seed)
    if given.self_test is not None:
        return self_test(given, cases, dice)
    if len(given.binaries) != 2:
        parser.error("OLD and NEW: two binaries")
    moved = compare(*map(Build, given.binaries), cases, given.runs, given.alarm,
                    dice)
    return int(any(ratio > 1 for _, ratio in moved))


if __name__ == "__main__":
    sys.exit(main())
