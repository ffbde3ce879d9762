"""Host memory and time of listed synapses, from a .npy file to the mapping.

A list of N rows of source, target, weight and delay in float32, in random
order, is checked with `snnc check`: imported, quantised, planned and cut for
the default machine, which says that it has too few cores for them (exit 3).
Reported: peak resident memory beyond that of the same network with an empty
list, over the rows; CPU time, and what it grows by from one size to the next
over what the rows grow by (1: linear).
"""

import os
import subprocess
import sys

SIZES = (5_000_000, 10_000_000, 20_000_000)
SOURCES, TARGETS = 10_000, 10_000


# In a process of its own: what this one holds counts in those that it starts.
# Different pairs would not fit: a pair may be listed again.
WRITE = """
import sys
import numpy as np
path, count = sys.argv[1], int(sys.argv[2])
random = np.random.default_rng(3)
table = np.empty((count, 4), np.float32)
table[:, 0] = random.integers(0, int(sys.argv[3]), count)
table[:, 1] = random.integers(0, int(sys.argv[4]), count)
table[:, 2] = random.normal(0, 1, count)
table[:, 3] = random.integers(1, 9, count)
np.save(path, table)
"""


def network(listed):
    return ("network: {dt: 1.0e-3}\n"
            f"inputs:\n  in: {{size: {SOURCES}}}\n"
            f"populations:\n  p: {{size: {TARGETS}, model: lif, params: "
            "{tau: 20.0e-3, threshold: 1.0}}\n"
            "projections:\n"
            f"  - {{from: in, to: p, connector: {{list: {listed}}}}}\n")


def run(benchmarks, sizes=SIZES):
    folder = benchmarks.folder

    def check(listed):
        with open(os.path.join(folder, "net.yaml"), "w",
                  encoding="utf-8") as file:
            file.write(network(listed))
        return benchmarks.measure(benchmarks.snnc, "check", "net.yaml",
                                  codes=(0, 3))

    _, _, empty = check("[]")
    before = None
    for size in sizes:
        subprocess.run([sys.executable, "-c", WRITE,
                        os.path.join(folder, "list.npy"), str(size),
                        str(SOURCES), str(TARGETS)], check=True)
        _, cpu, peak = check("{file: list.npy}")
        name = f"{size // 10**6} M rows"
        benchmarks.row("lists", name, "memory a synapse",
                       (peak - empty) / size, "B")
        benchmarks.row("lists", name, "cpu", cpu, "s")
        if before:
            benchmarks.row("lists", name, "cpu growth over rows'",
                           cpu / before[1] / (size / before[0]), "")
        before = (size, cpu)
