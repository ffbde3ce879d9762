"""What a network does: rates, coefficients of variation and correlations.

    benchmarks/activity.py NETWORK [--seeds 10]

runs the network on snnc with as many seeds and prints how far two draws of it
are apart: what the bounds of cpu.py's NETWORKS come from.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile

import numpy as np

SETTLE = 100   # ms that no statistics count
BIN = 5        # ms, of correlations
NEURONS = 400  # of whose pairs correlations are taken


def distance(a, b):
    """Two-sample Kolmogorov-Smirnov statistic."""
    points = np.sort(np.concatenate([a, b]))
    return float(np.max(np.abs(
        np.searchsorted(np.sort(a), points, "right") / len(a)
        - np.searchsorted(np.sort(b), points, "right") / len(b))))


class Activity:
    """Of spikes as neuron numbers, counted on over `populations` (name: size),
    and times in ms."""

    def __init__(self, neurons, times, populations, duration):
        keep = times >= SETTLE
        neurons, times = neurons[keep], times[keep]
        order = np.lexsort((times, neurons))
        neurons, times = neurons[order], times[order]
        count = sum(populations.values())
        counts = np.bincount(neurons, minlength=count)
        self.rates = counts / ((duration - SETTLE) / 1000)  # Hz, by neuron
        ends = np.cumsum(list(populations.values()))
        self.means = np.array([r.mean() for r in
                               np.split(self.rates, ends[:-1])])
        same = np.diff(neurons) == 0
        gaps, owner = np.diff(times)[same], neurons[1:][same]
        number = np.bincount(owner, minlength=count)
        mean = np.bincount(owner, gaps, count) / np.maximum(number, 1)
        square = np.bincount(owner, gaps**2, count) / np.maximum(number, 1)
        enough = number >= 5
        self.cvs = (np.sqrt(np.maximum(square - mean**2, 0))[enough]
                    / mean[enough])
        self.correlations = self.correlate(neurons, times, duration)

    @staticmethod
    def correlate(neurons, times, duration):
        """Of the spike counts of pairs among some neurons that spike."""
        active = np.unique(neurons)
        some = np.random.default_rng(1).permutation(active)[:NEURONS]
        keep = np.isin(neurons, some)
        row = np.searchsorted(np.sort(some), neurons[keep])
        column = ((times[keep] - SETTLE) / BIN).astype(int)
        counts = np.zeros((len(some), int((duration - SETTLE) / BIN) + 1))
        np.add.at(counts, (row, column), 1)
        return np.corrcoef(counts)[np.triu_indices(len(some), 1)]

    def rate_error(self, other):
        """The population whose mean rate is furthest from the other's: how far,
        as a share."""
        return float(np.abs(self.means / other.means - 1).max())

    def distances(self, other):
        """Kolmogorov-Smirnov, of rates, CVs and correlations."""
        return tuple(distance(getattr(self, what), getattr(other, what))
                     for what in ("rates", "cvs", "correlations"))


def of_result(path, populations, duration, dt):
    """Of the spike lists that `snnc run --events` writes."""
    ticks, neurons, count = [], [], 0
    with np.load(path) as file:
        for population, size in populations.items():
            spikes = file[f"{population}:spikes"]
            ticks.append(spikes[:, 0])
            neurons.append(spikes[:, 1] + count)
            count += size
    return Activity(np.concatenate(neurons), np.concatenate(ticks) * dt,
                    populations, duration)


def main():
    import cpu  # which builds on this file
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("network", choices=cpu.NETWORKS)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--snnc", default=os.path.join(
        cpu.ROOT, "build", "release", "bin", "snnc"))
    given = parser.parse_args()
    network = cpu.NETWORKS[given.network]
    drawn = []
    with tempfile.TemporaryDirectory(prefix="snnc-bench-") as folder:
        for seed in range(1, given.seeds + 1):
            out = os.path.join(folder, "out.npz")
            subprocess.run(
                [given.snnc, "run", network.file(folder), "--ticks",
                 str(round(network.duration / cpu.DT)), "--seed", str(seed),
                 "--events", "-o", out], check=True, capture_output=True)
            drawn.append(of_result(out, network.populations, network.duration,
                                   cpu.DT))
    means = np.array([a.means for a in drawn])
    deviation = (means.std(axis=0, ddof=1) / means.mean(axis=0)).max()
    apart = np.array([a.distances(b)
                      for a, b in itertools.combinations(drawn, 2)])
    print("mean rates, Hz: "
          + " ".join(f"{r:.3f}" for r in means.mean(axis=0)))
    print(f"deviation of a population's rate: {deviation:.4f} "
          f"(bound 3 sqrt(2) of it: {3 * 2**0.5 * deviation:.3f})")
    print("largest distance of rates, CVs, correlations: "
          + " ".join(f"{d:.3f}" for d in apart.max(axis=0)))


if __name__ == "__main__":
    sys.exit(main())
