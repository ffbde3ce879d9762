"""cycles_plot.py BUNDLE.s2x RESULTS.npz FILE.svg: the cycles of a tick of each PE,
planned (the bundle's) and measured by the emulated chip (the results' `meta`).

Needs matplotlib: run it with the python that benchmarks/peers/install makes.
"""

import json
import os
import subprocess
import sys

import matplotlib
import numpy as np

matplotlib.use("svg")
matplotlib.rcParams |= {"svg.hashsalt": "cycles",  # the same bytes every time
                        "svg.fonttype": "none"}
from matplotlib import pyplot

SNNC = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir,
                    os.pardir, "build", "release", "bin", "snnc")


def read(bundle, results):
    """Of each PE, the most planned cycles first: planned, planned worst, mean and
    longest tick. Cycles and number of the ticks, names of the populations."""
    planned = json.loads(subprocess.run(
        [SNNC, "inspect", bundle, "--pe", "--json"], check=True,
        capture_output=True).stdout)
    with np.load(results) as file:
        chip = json.loads(bytes(file["meta"]))["chip"]
    rows = np.array([[pe["cycles_expected"], pe["cycles_worst"]] for pe in planned])
    rows = np.c_[rows, chip["pes"]["mean"], chip["pes"]["worst"]]
    names = [pe["population"] for pe in planned]
    # Populations stay together, in the file's order.
    order = sorted(range(len(rows)), key=lambda i: (names.index(names[i]), -rows[i, 0]))
    return (rows[order], [names[i] for i in order], chip["tick_cycles"],
            chip["ticks"])


def draw(path, rows, names, budget, ticks):
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 3.4))
    across = np.arange(len(rows))
    planned, worst, mean, longest = rows.T
    axes[0].step(across, planned, where="mid", label="planned")
    axes[0].plot(across, mean, ".", ms=4, label=f"measured, mean of {ticks:,} ticks")
    axes[0].set_ylim(0, 1.1 * max(budget, mean.max()))
    axes[1].step(across, worst, where="mid", label="planned, everything spikes")
    axes[1].plot(across, longest, ".", ms=4, label="measured, longest tick")
    axes[1].set_yscale("log")
    for axis in axes:
        axis.axhline(budget, color="black", lw=0.8, ls="--",
                     label=f"a tick: {budget:,.0f} cycles")
        for k in across[1:]:
            if names[k] != names[k - 1]:
                axis.axvline(k - 0.5, color="gray", lw=0.6)
        for name in dict.fromkeys(names):
            axis.text(names.index(name) + 0.5, axis.get_ylim()[0], f" {name}",
                      va="bottom", fontsize=8, color="gray")
        axis.set_xlabel("PE")
        axis.set_ylabel("cycles of a tick")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=7, loc="center")
    off = mean / planned - 1
    axes[0].set_title(f"measured / planned: {off.mean():+.1%}, of one PE "
                      f"{off.min():+.1%} to {off.max():+.1%}", fontsize=9)
    axes[1].set_title(f"longest / planned worst: at most {(longest / worst).max():.1%}",
                      fontsize=9)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    draw(sys.argv[3], *read(*sys.argv[1:3]))
