"""Networks on the CPU engine, and on Brian2 where it is installed.

Whole processes, interleaved in one run: snnc, the peer, snnc, ... A second of
model time is the difference of a long and a short run, so that start, drawing
and compiling do not count in it; they stand beside it. Nobody may win by
simulating something else: a network's mean rate, and the distributions over
neurons and pairs of rates, coefficients of variation and correlations, are
compared with the peer's.
"""

import json
import os
import statistics
import subprocess
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
DT = 0.1  # ms, of both networks
SETTLE = 100  # ms that no statistics count

# name: (file, populations in the peer's order, their sizes, model time in ms,
# how far the mean rate may be off the peer's, and the largest Kolmogorov-Smirnov
# distance of rates, CVs and pairwise correlations). Draws of one network differ:
# mean rates of snnc's own (--seed 1 to 10, brunel 1 to 3) have a deviation of
# 4.5 % (cuba) and 0.24 % (brunel), and the largest distances between two of them
# are 0.064, 0.144, 0.078 (cuba) and 0.024, 0.025, 0.022. The bound of the rate
# is three deviations of a difference, sqrt(2) * 3: a narrower one would refuse
# the same network now and then, a wider one lets others pass.
NETWORKS = {
    "brunel": ("brunel.yaml", {"exc": 10000, "inh": 2500}, 1000, 0.01, 0.04),
    "cuba": ("cuba.yaml", {"exc": 3200, "inh": 800}, 1000, 0.19, 0.16),
}
BIN = 5          # ms, of correlations
NEURONS = 400    # of whose pairs correlations are taken


def distance(a, b):
    """Two-sample Kolmogorov-Smirnov statistic."""
    points = np.sort(np.concatenate([a, b]))
    return float(np.max(np.abs(
        np.searchsorted(np.sort(a), points, "right") / len(a)
        - np.searchsorted(np.sort(b), points, "right") / len(b))))


class Statistics:
    """Of spikes as neuron numbers and times in ms."""

    def __init__(self, neurons, times, count, duration):
        keep = times >= SETTLE
        neurons, times = neurons[keep], times[keep]
        order = np.lexsort((times, neurons))
        neurons, times = neurons[order], times[order]
        seconds = (duration - SETTLE) / 1000
        counts = np.bincount(neurons, minlength=count)
        self.rates = counts / seconds
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


class Cpu:

    def __init__(self, bench, folder, peers, names=tuple(NETWORKS)):
        self.bench, self.folder = bench, folder
        self.python = os.path.join(peers, "bin", "python")
        self.has_peer = os.path.exists(self.python)
        self.wall = 0
        self.names = names

    def timed(self, *command, cwd=None):
        """CPU seconds of a process, and what it took on the wall."""
        began = time.monotonic()
        child = subprocess.Popen(command, cwd=cwd or self.folder,
                                 stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE)
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(f"{' '.join(command)}: {said.decode()}")
        self.wall = time.monotonic() - began
        return usage.ru_utime + usage.ru_stime

    def snnc(self, file, duration, threads):
        return self.timed(
            self.bench.snnc, "run", os.path.join(HERE, os.pardir, "models",
                                                 "yaml", file),
            "--ticks", str(max(1, round(duration / DT))), "--threads",
            str(threads), "--events", "-o", "out.npz")

    def build_peer(self, name, duration):
        folder = os.path.join(self.folder, f"{name}-{duration}")
        self.timed(self.python,
                   os.path.join(HERE, "peers", "brian2_network.py"), name,
                   str(duration), folder)
        return folder

    def peer(self, folder):
        return self.timed("./main", cwd=folder)

    def snnc_statistics(self, populations, duration):
        ticks, neurons, count = [], [], 0
        with np.load(os.path.join(self.folder, "out.npz")) as file:
            for population, size in populations.items():
                spikes = file[f"{population}:spikes"]
                ticks.append(spikes[:, 0])
                neurons.append(spikes[:, 1] + count)
                count += size
        return Statistics(np.concatenate(neurons),
                          np.concatenate(ticks) * DT, count, duration)

    def peer_statistics(self, folder, count, duration):
        with open(os.path.join(folder, "monitor.json"),
                  encoding="utf-8") as file:
            files = json.load(file)

        def values(name, dtype):
            path, = [p for k, p in files.items() if k == name]
            return np.fromfile(os.path.join(folder, "results",
                                            os.path.basename(path)), dtype)
        return Statistics(values("i", np.int32),
                          1000 * values("t", np.float64), count, duration)

    def gate(self, name, mine, theirs):
        """The networks' activity is the same, or the speed counts for
        nothing."""
        most_rate, most_distance = NETWORKS[name][3:]
        rate = mine.rates.mean() / theirs.rates.mean() - 1
        rates = distance(mine.rates, theirs.rates)
        cvs = distance(mine.cvs, theirs.cvs)
        pairs = distance(mine.correlations, theirs.correlations)
        peer = ("Brian2", theirs.rates.mean())
        self.bench.row("cpu", name, "rate", mine.rates.mean(), "Hz", peer)
        self.bench.row("cpu", name, "CV of intervals", mine.cvs.mean(), "",
                       ("Brian2", theirs.cvs.mean()))
        self.bench.row("cpu", name, "KS distance of rates", rates, "")
        self.bench.row("cpu", name, "KS distance of CVs", cvs, "")
        self.bench.row("cpu", name, "KS distance of correlations", pairs, "")
        if abs(rate) > most_rate or max(rates, cvs, pairs) > most_distance:
            raise RuntimeError(f"{name}: another network than Brian2's")

    def network(self, name):
        file, populations, duration = NETWORKS[name][:3]
        long = short = None
        if self.has_peer:
            long = self.build_peer(name, duration)
            short = self.build_peer(name, DT)
        mine = {threads: [] for threads in (1, 2)}
        theirs, starts, their_starts = [], [], []
        walls = {1: [], 2: [], "peer": []}
        for _ in range(self.bench.runs):
            for threads, list_ in mine.items():
                start = self.snnc(file, DT, threads)
                list_.append(self.snnc(file, duration, threads) - start)
                walls[threads].append(self.wall)
                if threads == 1:
                    starts.append(start)
            if self.has_peer:
                their_starts.append(self.peer(short))
                theirs.append(self.peer(long) - their_starts[-1])
                walls["peer"].append(self.wall)
        seconds = duration / 1000
        if self.has_peer:
            activity = self.snnc_statistics(populations, duration)
            self.gate(name, activity, self.peer_statistics(
                long, len(activity.rates), duration))

        for threads in mine:
            self.bench.row(
                "cpu", name, f"whole process, wall, {threads} thread"
                + ("s" if threads > 1 else ""),
                statistics.median(walls[threads]), "s",
                ("Brian2 C++ standalone, 1 thread",
                 statistics.median(walls["peer"])) if self.has_peer else None)

        def figure(what, values, peers, per=1):
            peer = ("Brian2 C++ standalone, 1 thread",
                    statistics.median(peers) / per) if peers else None
            self.bench.row("cpu", name, what, statistics.median(values) / per,
                           "s CPU", peer)
        figure("start and build", starts, their_starts)
        for threads, values in mine.items():
            figure(f"model second, {threads} thread"
                   + ("s" if threads > 1 else ""), values, theirs, seconds)

    def run(self):
        if not self.has_peer:
            print("cpu: Brian2 is not installed (benchmarks/peers/install); "
                  "its columns are left out")
        for name in self.names:
            self.network(name)
