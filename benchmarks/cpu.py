"""Networks on the CPU engine, and on Brian2 and NEST where they are installed.

Whole processes, interleaved in one run: snnc, peer, peer, snnc, ... A second of
model time is the difference of a long and a short run, so that start, drawing
and compiling do not count in it; they stand beside it. Nobody may win by
simulating something else: the mean rate of each population, and the
distributions over neurons and pairs of rates, coefficients of variation and
correlations, are compared with each peer's.
"""

import dataclasses
import hashlib
import json
import os
import statistics
import subprocess
import sys

import numpy as np

import activity
from processes import ROOT, has_module, peers_python, timed

HERE = os.path.dirname(os.path.abspath(__file__))
DT = 0.1  # ms, of all networks


@dataclasses.dataclass(frozen=True)
class Network:
    source: tuple     # a file of models/yaml, or a script with its arguments
    populations: dict  # name: size, in the peers' order
    duration: float   # ms
    # How far a population's mean rate may be off the peer's, as a share, and
    # the largest Kolmogorov-Smirnov distance of rates, CVs and correlations.
    # Draws of one network differ: the bounds are three deviations of a
    # difference of rates, and somewhat more than the largest distance of two
    # draws, as `benchmarks/activity.py NETWORK` prints them. Narrower ones would
    # refuse the same network now and then, wider ones let others pass.
    most_rate: float
    most_distance: float
    peers: tuple = ("Brian2", "NEST")

    def file(self, folder):
        name, *arguments = self.source
        if not arguments:
            return os.path.join(ROOT, "models", "yaml", name)
        made = os.path.join(folder, "network.yaml")
        with open(made, "w", encoding="utf-8") as out:
            subprocess.run([sys.executable, os.path.join(ROOT, "models", name),
                            *arguments], check=True, stdout=out)
        return made


MICROCIRCUIT = {"L23E": 2068, "L23I": 583, "L4E": 2192, "L4I": 548,
                "L5E": 485, "L5I": 106, "L6E": 1440, "L6I": 295}
NETWORKS = {
    "brunel": Network(("brunel.yaml",), {"exc": 10000, "inh": 2500}, 1000,
                      0.017, 0.06),
    "cuba": Network(("cuba.yaml",), {"exc": 3200, "inh": 800}, 1000,
                    0.23, 0.16, ("Brian2",)),
    "microcircuit": Network(
        ("microcircuit/make.py", "--scale", "0.1"), MICROCIRCUIT, 3000,
        0.23, 0.08),
}


class Peer:
    """A network in another tool; prepare() gives what run() takes."""

    def __init__(self, python, folder, name):
        self.python, self.folder, self.name = python, folder, name


class Brian2(Peer):
    """C++ standalone: compiled before the clock starts."""

    title = "Brian2 C++ standalone, 1 thread"

    def prepare(self, duration):
        folder = os.path.join(self.folder, f"{self.name}-{duration}")
        timed(self.python, os.path.join(HERE, "peers", "brian2_network.py"),
              self.name, str(duration), folder, cwd=self.folder)
        return folder

    def run(self, folder):
        return timed("./main", cwd=folder)

    def spikes(self, folder):
        with open(os.path.join(folder, "monitor.json"),
                  encoding="utf-8") as file:
            files = json.load(file)

        def values(name, dtype):
            return np.fromfile(os.path.join(folder, "results",
                                            os.path.basename(files[name])),
                               dtype)
        return values("i", np.int32), 1000 * values("t", np.float64)


class Nest(Peer):
    """One process that draws, connects and simulates."""

    title = "NEST, 1 thread"

    def prepare(self, duration):
        return duration

    def path(self, duration):
        return os.path.join(self.folder, f"nest-{self.name}-{duration}.npz")

    def run(self, duration):
        return timed(self.python,
                     os.path.join(HERE, "peers", "nest_network.py"), self.name,
                     str(duration), self.path(duration), cwd=self.folder)

    def spikes(self, duration):
        with np.load(self.path(duration)) as file:
            return file["neurons"], file["times"]


PEERS = {"Brian2": ("brian2", Brian2), "NEST": ("nest", Nest)}


@dataclasses.dataclass
class Times:
    """CPU seconds of short and long runs, wall seconds of long ones."""
    starts: list = dataclasses.field(default_factory=list)
    model: list = dataclasses.field(default_factory=list)
    walls: list = dataclasses.field(default_factory=list)


class Cpu:

    def __init__(self, bench, folder, names=tuple(NETWORKS)):
        self.bench, self.folder, self.names = bench, folder, names
        self.python = peers_python()

    def installed(self, peer):
        return has_module(self.python, PEERS[peer][0])

    def snnc(self, file, duration, threads):
        return timed(self.bench.snnc, "run", file,
                     "--ticks", str(max(1, round(duration / DT))), "--threads",
                     str(threads), "--events", "-o", "out.npz",
                     cwd=self.folder)

    def gate(self, name, mine, peer, theirs):
        """The networks' activity is the same, or the speed counts for
        nothing."""
        network = NETWORKS[name]
        rate, apart = mine.rate_error(theirs), mine.distances(theirs)
        row = self.bench.row
        row("cpu", name, "rate", mine.rates.mean(), "Hz",
            (peer, theirs.rates.mean()))
        row("cpu", name, "CV of intervals", mine.cvs.mean(), "",
            (peer, theirs.cvs.mean()))
        row("cpu", name, f"rate of a population, off {peer}", rate, "")
        for what, value in zip(("rates", "CVs", "correlations"), apart):
            row("cpu", name, f"KS distance of {what}, {peer}", value, "")
        if rate > network.most_rate or max(apart) > network.most_distance:
            raise RuntimeError(
                f"{name}: another network than {peer}'s: rate off by {rate:.3f} "
                f"of {network.most_rate}, distances "
                + ", ".join(f"{d:.3f}" for d in apart)
                + f" of {network.most_distance}")

    def measure(self, file, duration, peers):
        """Times of snnc by threads and of peers by name, interleaved."""
        times = {who: Times() for who in (1, 2, *peers)}
        ready = {peer: (tool.prepare(DT), tool.prepare(duration))
                 for peer, tool in peers.items()}

        def both(who, run, short, long):
            kept = times[who]
            kept.starts.append(run(short).cpu)
            taken = run(long)
            kept.model.append(taken.cpu - kept.starts[-1])
            kept.walls.append(taken.wall)
        for _ in range(self.bench.runs):
            for threads in (1, 2):
                both(threads, lambda ms, t=threads: self.snnc(file, ms, t), DT,
                     duration)
            for peer, tool in peers.items():
                both(peer, tool.run, *ready[peer])
        return times, {peer: long for peer, (_, long) in ready.items()}

    def network(self, name):
        network = NETWORKS[name]
        file = network.file(self.folder)
        with open(file, "rb") as text:
            self.bench.digest = hashlib.sha256(text.read()).hexdigest()[:16]
        peers = {peer: PEERS[peer][1](self.python, self.folder, name)
                 for peer in network.peers if self.installed(peer)}
        times, ready = self.measure(file, network.duration, peers)
        if peers:
            mine = activity.of_result(os.path.join(self.folder, "out.npz"),
                                      network.populations, network.duration, DT)
        for peer, tool in peers.items():
            self.gate(name, mine, peer, activity.Activity(
                *tool.spikes(ready[peer]), network.populations,
                network.duration))
        self.figures(name, times, peers)
        self.bench.digest = None

    def figures(self, name, times, peers):
        """One row a figure and peer; one without where there is no peer."""
        seconds = NETWORKS[name].duration / 1000

        def figure(what, unit, mine, field, per=1):
            samples = [v / per for v in getattr(times[mine], field)]
            for peer in peers or (None,):
                other = peer and (peers[peer].title, statistics.median(
                    getattr(times[peer], field)) / per)
                self.bench.row("cpu", name, what, statistics.median(samples),
                               unit, other, samples)
        figure("start and build", "s CPU", 1, "starts")
        for threads, plural in ((1, ""), (2, "s")):
            figure(f"model second, {threads} thread{plural}", "s CPU", threads,
                   "model", seconds)
            figure(f"whole process, wall, {threads} thread{plural}", "s",
                   threads, "walls")

    def run(self):
        missing = [peer for peer in PEERS if not self.installed(peer)]
        if missing:
            print(f"cpu: {' and '.join(missing)} not installed "
                  "(benchmarks/peers/install); their columns are left out")
        for name in self.names:
            self.network(name)
