"""Populations."""

from __future__ import annotations

import numpy as np

from .cells import CellType, SpikeSourceArray, SpikeSourcePoisson
from .random import draw, is_random
from .recording import Recording
from .space import positions_of
from .state import current
from .views import Cells, lacks


class Population(Cells):
    """`size` cells of one type."""

    size = celltype = None  # its own, not those of parts

    def __init__(self, size, cellclass, cellparams=None, structure=None,
                 initial_values=None, label=None, additional_parameters=None,
                 seed=None, **more):
        if more:
            raise TypeError(f"Population has no argument {next(iter(more))!r}")
        self._simulation = now = current.now
        self.size = int(np.prod(size))
        if self.size < 1:
            raise ValueError(f"a population of {size} cells")
        if isinstance(cellclass, type):
            cellclass = cellclass(**(cellparams or {}))
        if not isinstance(cellclass, CellType):
            raise lacks(f"the cell {cellclass!r}", "there are " + ", ".join(
                t.__name__ for t in __import__(
                    "snnc.pynn.cells", fromlist=["STANDARD"]).STANDARD))
        self.celltype = cellclass
        self.label = label or f"population{len(now.populations)}"
        self.name = now.name_for(self.label)
        self.first_id = sum(p.size for p in now.populations)
        self.structure, self._positions = structure, None
        self.recorded = {}  # variable: Recording
        self._values, self._initial, self._trains = {}, {}, None
        self._noises = []  # (mean, stdev) of every cell, nA
        now.changed("a new population")
        now.populations.append(self)
        self.initialize(**{**cellclass.initial_values, **(initial_values or {})})

    def __repr__(self):
        return (f"Population({self.size}, {type(self.celltype).__name__}, "
                f"label={self.label!r})")

    def parts(self):
        return [(self, np.arange(self.size))]

    @property
    def positions(self):
        """[3, cells]; those of the structure, or assigned."""
        if self._positions is None:
            self._positions = positions_of(self.structure, self.size,
                                           self._simulation.generator).T
        return self._positions

    @positions.setter
    def positions(self, positions):
        positions = np.asarray(positions, float)
        if positions.shape != (3, self.size):
            raise ValueError(f"{self.label}: positions [3, {self.size}], found "
                             f"{list(positions.shape)}")
        self._simulation.changed(f"positions of {self.label}")
        self._positions = positions

    # Parameters

    def set_cells(self, cells, parameters):
        """Changes parameters of `cells`; None: of all."""
        self._simulation.changed(f"set() of {self.label}")
        for name, value in parameters.items():
            self.celltype.check([name])
            if name == "spike_times":
                self._set_trains(cells, value)
            else:
                self._values[name] = self._changed(
                    None if cells is None else self.value(name), cells, value)

    def add_noise(self, cells, mean, stdev):
        """A normal current into `cells`, nA."""
        self._simulation.changed(f"inject() into {self.label}")
        noise = np.zeros((2, self.size))
        noise[:, cells] = [[mean], [stdev]]
        self._noises.append(noise)

    def value(self, name):
        """A parameter: a number, or an array with one for each cell."""
        if name not in self._values:  # drawn once, for all runs
            self._values[name] = self._numbers(self.celltype.parameters[name],
                                               self.size)
        return self._values[name]

    def initialize_cells(self, cells, states):
        """The states of `cells` before time 0; None: of all."""
        self._simulation.changed(f"initialize() of {self.label}")
        for name, value in states.items():
            if name not in self.celltype.initial_values and \
                    name not in self.celltype.variables:
                raise ValueError(f"{self.label} has no state {name!r}")
            self._initial[name] = self._changed(self._initial.get(name, 0.0),
                                                cells, value)

    def _changed(self, before, cells, value):
        if cells is None:
            return self._numbers(value, self.size)
        after = np.array(np.broadcast_to(before, self.size))
        after[cells] = self._numbers(value, len(cells))
        return after

    def _numbers(self, value, count):
        """A number, or an array with one for each of `count` cells."""
        if is_random(value):
            return draw(value, count, self._simulation.generator)
        array = np.asarray(value, float)
        if array.ndim and array.shape != (count,):
            raise ValueError(f"{self.label}: {array.shape} numbers for "
                             f"{count} cells")
        return array if array.ndim else float(array)

    def trains(self):
        """Of a SpikeSourceArray: times of each cell, ms."""
        if self._trains is None:
            self._trains = self.celltype.trains(self.size)
        return self._trains

    def _set_trains(self, cells, times):
        cells = range(self.size) if cells is None else cells
        trains = list(self.trains())
        new = SpikeSourceArray(spike_times=times).trains(len(cells))
        for cell, train in zip(cells, new):
            trains[cell] = train
        self._trains = trains

    # Recording

    def record_cells(self, cells, variables, every):
        """`cells`: None for all. `variables`: names; None: nothing more."""
        if variables is None:
            self.recorded = {}
            return
        if list(variables) == ["all"]:
            variables = ["spikes", *self.celltype.variables]
        for name in variables:
            if name != "spikes" and name not in self.celltype.variables:
                raise ValueError(
                    f"{self.label} has no variable {name!r}; it has spikes"
                    + "".join(f", {v}" for v in self.celltype.variables))
            more = Recording(1 if name == "spikes" else every, cells)
            old = self.recorded.get(name)
            self.recorded[name] = more if old is None else old.united(more)

    def records(self):
        """What a run is asked for."""
        if isinstance(self.celltype, SpikeSourceArray):
            return []  # known
        return [f"{self.name}:spikes" if name == "spikes" else  # all of them
                f"{self.name}:{self.celltype.variables[name]}{recording.words()}"
                for name, recording in self.recorded.items()]

    def recording(self, variable, segment):
        """How `variable` was recorded in a segment."""
        if not self._simulation.results:
            raise ValueError("nothing has run")
        recorded = self._simulation.results[segment].recorded[self.name]
        if variable not in recorded:
            raise ValueError(f"{self.label}: {variable} was not recorded")
        return recorded[variable]

    def spikes(self, segment):
        """int64 rows of (tick, cell) of a segment."""
        recording = self.recording("spikes", segment)
        ticks, result = self._simulation.results[segment][:2]
        if isinstance(self.celltype, SpikeSourceArray):
            rows = self._rows()
            rows = rows[rows[:, 0] < ticks]
        else:
            rows = result.events(f"{self.name}:spikes")
        return rows[np.isin(rows[:, 1], recording.of(self.size))]

    def state(self, variable, segment):
        """[ticks, recorded cells] of a state in PyNN's unit."""
        result = self._simulation.results[segment].result
        name = self.celltype.variables[variable]
        values = result[f"{self.name}:{name}"]
        return values / self.celltype.scales.get(variable, 1.0)

    def set_max_atoms_per_core(self, number):
        """snnc decides how many cells a core holds, by bytes and cycles."""

    set_mapping_constraint = add_placement_constraint = set_max_atoms_per_core

    # As snnc has it

    def depends_on_time(self, ticks):
        """Whether the network for so many ticks is another one."""
        if not isinstance(self.celltype, SpikeSourcePoisson):
            return False
        return self._window(ticks) is not None

    def add_to(self, network, ticks):
        if isinstance(self.celltype, SpikeSourceArray):
            network.input(self.name, self.size, kind="spike_list",
                          spikes=self._rows())
        elif isinstance(self.celltype, SpikeSourcePoisson):
            self._add_poisson(network, ticks)
        else:
            self._add_cells(network)

    def _rows(self):
        dt = self._simulation.dt
        trains = self.trains()
        rows = [np.column_stack([np.rint(t / dt), np.full(len(t), i)])
                for i, t in enumerate(trains) if len(t)]
        if not rows:
            return np.zeros((0, 2), np.int64)
        rows = np.vstack(rows).astype(np.int64)
        return rows[np.lexsort((rows[:, 1], rows[:, 0]))]

    def _window(self, ticks):
        """Ticks [begin, end) of each channel; None: all of them."""
        dt = self._simulation.dt
        start = self.value("start")
        stop = start + self.value("duration")
        begin, end = np.rint(start / dt), np.rint(np.minimum(stop / dt, 2**40))
        if np.all(begin <= 0) and np.all(end >= ticks):
            return None
        return np.broadcast_to(begin, self.size), np.broadcast_to(end, self.size)

    def _add_poisson(self, network, ticks):
        rate = self.value("rate") / 1000.0
        window = self._window(ticks)
        if window is not None:
            # A table is silent after its end.
            rows = max(1, min(ticks, int(window[1].max())))
            tick = np.arange(rows)[:, None]
            inside = (tick >= window[0]) & (tick < window[1])
            rate = np.where(inside, np.broadcast_to(
                np.asarray(rate, np.float32), self.size), np.float32(0))
        source = self.name
        if self.recorded:  # recorded is what cells do: here one for each channel
            source = f"{self.name}_source"
            network.population(
                self.name, self.size, "if",
                params={"threshold": 0.5})
            network.project(source, self.name, "one_to_one", weight=1.0, delay=0)
        network.input(source, self.size, kind="poisson", rate=rate)

    def _add_cells(self, network):
        values = {name: self.value(name) for name in self.celltype.parameters}
        model, params = self.celltype.model(values, self._simulation.dt)
        network.models.update(self.celltype.models())
        initial = {}
        for name, value in self._initial.items():
            state = self.celltype.variables.get(name, name)
            value = value * self.celltype.scales.get(name, 1.0)
            if np.any(value != 0):
                initial[state] = value
        network.population(self.name, self.size, model, params=params,
                           initial=initial or None)
        for k, noise in enumerate(self._noises):
            parameter, unit = self.celltype.current
            mean, stdev = (row[0] if np.all(row == row[0]) else row
                           for row in noise * unit)
            network.drive(f"{self.name}_noise{k or ''}", self.name, kind="noise",
                          parameter=parameter, mean=mean, std=stdev)
