"""The simulation that the module's functions talk about: PyNN has one at a
time."""

from __future__ import annotations

import re
import typing

import numpy as np

from ..build import Network
from ..core import Result, load

# What sPyNNaker's users give to setup(), and what snnc finds out by itself.
IGNORED = {"n_chips_required", "n_boards_required", "time_scale_factor",
           "machine_time_step", "spinnaker_hostname", "max_delay", "debug",
           "quit_on_end", "database_socket_addresses", "graph_label", "threads"}


class Segment(typing.NamedTuple):
    """What was recorded between two reset()s."""

    ticks: int
    result: Result
    recorded: dict  # of each population, by its name: variable to Recording


class Simulation:
    """Populations, projections and what their runs recorded."""

    def __init__(self, timestep, min_delay, max_delay, target, seed):
        self.dt = float(timestep)
        if not self.dt > 0:
            raise ValueError(f"timestep {timestep!r}: a time above 0 ms")
        self.min_delay = self.dt if min_delay in (None, "auto") else min_delay
        self.max_delay = max_delay
        self.target, self.seed = target, int(seed)
        self.populations, self.projections = [], []
        self.names = set()
        self.ticks = 0  # of the segment that runs
        self.results = []  # Segments
        self.artifact = None
        self.fresh = True  # no run since setup() or reset()
        self.generator = np.random.default_rng(self.seed)

    @property
    def time(self):
        return self.ticks * self.dt

    def name_for(self, label):
        """A name that YAML takes, and none twice."""
        name = re.sub(r"[^A-Za-z0-9_-]", "_", str(label))[:180] or "population"
        if not re.match("[A-Za-z_]", name):
            name = "p" + name
        unique, n = name, 1
        while unique in self.names:
            n += 1
            unique = f"{name}_{n}"
        self.names.add(unique)
        return unique

    def changed(self, what):
        """Something that a run depends on is about to change."""
        if self.ticks:
            raise NotImplementedError(
                f"{what} between two run(): a second run() continues the first "
                "by the same network; call reset() or setup() before")
        self.artifact = None

    def network(self, ticks):
        """The network as snnc.Network."""
        network = Network("pynn", dt=f"{self.dt!r} ms", seed=self.seed)
        for population in self.populations:
            population.add_to(network, ticks)
        for projection in self.projections:
            projection.add_to(network)
        return network

    def run(self, milliseconds):
        """Runs on; from the start again, to the same bits, where it ran."""
        more = int(round(float(milliseconds) / self.dt))
        if more < 0:
            raise ValueError(f"run({milliseconds}): a time of 0 ms or more")
        if not self.populations:
            raise ValueError("there is no population to run")
        self.ticks += more
        if not self.ticks:
            return self.time
        lasts = any(p.depends_on_time(self.ticks) for p in self.populations)
        if self.artifact is None or lasts:
            self.artifact = self.network(self.ticks).compile(self.target)
        if self.fresh:
            self.results.append(None)
            self.fresh = False
        segment = len(self.results)
        result = self.artifact.run(
            record=self._records(), ticks=self.ticks,
            seed=None if segment == 1 else self.seed + segment)
        self.results[-1] = Segment(self.ticks, result, {
            p.name: dict(p.recorded) for p in self.populations})
        return self.time

    def synapses(self, projection):
        """Those of a projection that is drawn where it runs, as
        snnc.Model.synapses."""
        return load(self.network(max(self.ticks, 1))).synapses(projection)

    def reset(self):
        """Back to time 0; what is recorded next is a new segment."""
        self.ticks, self.fresh = 0, True

    def _records(self):
        records = [word for p in self.populations for word in p.records()]
        if records:
            return records
        for population in self.populations:
            if not population.celltype.is_source:
                return [f"{population.name}:spikes[0]"]
        raise ValueError("there are sources only: nothing to run")


class Holder:
    """The one simulation; setup() makes it."""

    def __init__(self):
        self._now = None

    def begin(self, simulation):
        self._now = simulation

    def end(self):
        self._now = None

    @property
    def now(self):
        if self._now is None:
            raise RuntimeError("call setup() before anything else")
        return self._now


current = Holder()
