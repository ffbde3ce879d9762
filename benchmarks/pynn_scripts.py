#!/usr/bin/env python3
"""The PyNN scripts of docs/gallery/pynn on snnc and on a simulator of PyNN, in
one run: rates with their spread over seeds, and CPU time of whole processes.

usage: benchmarks/pynn_scripts.py [--seeds N] [--peer pyNN.nest]
           [--python PYTHON] [--peer-python PYTHON]

PYTHON has the package snnc, numpy and neo; the peer's has PyNN and its
simulator (pip install "numpy<2" PyNN neo nest-simulator==3.10).
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

    for kind in ("current", "conductance"):
        rates, seconds = {n: [] for n in sides}, {n: [] for n in sides}
        for seed in range(1, options.seeds + 1):
            for name, python in sides.items(): # interleaved
                text, cpu = run(python, "balanced_network.py", name, kind,
                                str(seed))
                rates[name].append([float(x) for x in re.findall(
                    r"([\d.]+) Hz", text)])
                seconds[name].append(cpu)
        print(f"balanced network by {kind}, {options.seeds} seeds:")
        for name in sides:
            exc, inh = zip(*rates[name])
            print(f"  {name:12} exc {spread(exc)} Hz, inh {spread(inh)} Hz, "
                  f"{min(seconds[name]):.2f} s CPU")


if __name__ == "__main__":
    main()
