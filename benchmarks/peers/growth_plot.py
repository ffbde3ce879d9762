"""growth_plot.py FILE.svg: draws what growth.py measured (JSON on stdin)."""

import json
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams |= {"svg.hashsalt": "growth",  # the same bytes every time
                        "svg.fonttype": "none"}
from matplotlib import pyplot


def main():
    rows = json.load(sys.stdin)
    sizes = [row["synapses"] for row in rows]
    figure, axes = pyplot.subplots(1, 3, figsize=(10, 3.2))
    for axis, title, metrics in (
            (axes[0], "CPU seconds", ("start and build",)),
            (axes[1], "bytes a synapse", ("memory, a synapse",)),
            (axes[2], "ns", ("build, a synapse", "event",
                             "neuron update and drive"))):
        for metric in metrics:
            axis.plot(sizes, [row[metric] for row in rows], "o-", label=metric)
        axis.set_xscale("log")
        axis.set_xlabel("synapses")
        axis.set_title(title)
        axis.grid(alpha=0.3)
        axis.legend(fontsize=7)
        if len(metrics) == 1 and title == "CPU seconds":
            axis.set_yscale("log")
        else:
            axis.set_ylim(bottom=0)
    figure.tight_layout()
    figure.savefig(sys.argv[1], metadata={"Date": None})


if __name__ == "__main__":
    main()
