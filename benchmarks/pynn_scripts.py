#!/usr/bin/env python3
"""The PyNN scripts of docs/gallery/pynn on snnc and on a simulator of PyNN, in
one run: rates with their spread over seeds, and CPU time of whole processes.

usage: benchmarks/pynn_scripts.py [--seeds N] [--peer pyNN.nest]
           [--python PYTHON] [--peer-python PYTHON]

PYTHON has the package snnc, numpy and neo; the peer's has PyNN and its
simulator (benchmarks/peers/install --pynn makes build/peers-pynn).
"""

import argparse
import pathlib
import re
import resource
import statistics
import subprocess
import sys

SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / "docs/gallery/pynn"


def run(python, script, *words):
    """(standard output, CPU seconds)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([python, str(SCRIPTS / script), *words],
                          capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{script} {' '.join(words)}: {done.stderr[-2000:]}")
    seconds = sum(getattr(after, f) - getattr(before, f)
                  for f in ("ru_utime", "ru_stime"))
    return done.stdout, seconds


def spread(values):
    return f"{statistics.mean(values):6.2f} ({min(values):.2f} to {max(values):.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--peer", default="pyNN.nest")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--peer-python", default=sys.executable)
    options = parser.parse_args()
    sides = {"snnc.pynn": options.python, options.peer: options.peer_python}

    chains = {}
    for name, python in sides.items():
        lines = run(python, "synfire_chain.py", name)[0]
        chains[name] = re.findall(r"at ([\d, ]+) ms", lines)
    first = {name: [row.split(",")[0] for row in rows]
             for name, rows in chains.items()}
    print("synfire chain, first spike of each group, ms:")
    for name, times in first.items():
        print(f"  {name:12} {' '.join(times)}")

    for name, python in sides.items():
        print(f"chain of a list on {name}:")
        lines = run(python, "chain_of_a_list.py", name)[0].splitlines()
        print("\n".join("  " + line for line in lines[-3:])) # after NEST's greeting
    off = [population for script, *words in RATES
           for population in compared(script, words, sides, options)]
    print("rates outside of the peer's spread, by more than the spread of either: "
          + (", ".join(off) or "none"))
    sys.exit(len(off) > 0)


# Scripts that print rates, and their words before the seed; None: they draw
# nothing.
RATES = [("balanced_network.py", "current"), ("balanced_network.py", "conductance"),
         ("two_populations.py",), ("driven_cells.py",), ("distances.py",),
         ("izhikevich.py",), ("views_and_runs.py", None)]


def compared(script, words, sides, options):
    """Prints the rates of one script; the populations that differ."""
    rates, seconds = {n: [] for n in sides}, {n: [] for n in sides}
    seeds = [None] if words == [None] else range(1, options.seeds + 1)
    words = [w for w in words if w]
    for seed in seeds:
        for name, python in sides.items(): # interleaved
            text, cpu = run(python, script, name, *words,
                            *([] if seed is None else [str(seed)]))
            rates[name].append({label: float(rate) for label, rate in re.findall(
                r"^(.*): ([\d.]+) Hz", text, re.M)})
            seconds[name].append(cpu)
    print(f"{script} {' '.join(words)}, {len(seeds)} seed(s), CPU "
          + ", ".join(f"{n} {min(s):.2f} s" for n, s in seconds.items()))
    ours, theirs = rates.values()
    off = []
    for label in ours[0]:
        a, b = ([r[label] for r in side] for side in (ours, theirs))
        # Two samples of one distribution: means apart by what they vary.
        room = max(max(a) - min(a), max(b) - min(b), 0.02 * statistics.mean(b))
        differ = abs(statistics.mean(a) - statistics.mean(b)) > room
        print(f"  {label:32} {spread(a)}, {spread(b)} Hz" + " OFF" * differ)
        off += [f"{script} {label}"] * differ
    return off


if __name__ == "__main__":
    main()
