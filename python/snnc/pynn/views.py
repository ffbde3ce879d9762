"""What populations, views of them and assemblies have in common: they are cells,
one after the other."""

from __future__ import annotations

import numpy as np

from .recording import block_of
from .state import current


def lacks(what, hint):
    return NotImplementedError(f"{what} is not supported: {hint}")


class Cells:
    """Cells of one or several populations. ``label``, ``positions`` and
    ``parts()`` are the derived class's."""

    def parts(self):
        """(population, numbers of its cells), one after the other."""
        raise NotImplementedError

    @property
    def size(self):
        return sum(len(cells) for _, cells in self.parts())

    @property
    def ids(self):
        """A number for each cell that no other cell has."""
        return np.concatenate([population.first_id + cells
                               for population, cells in self.parts()])

    all_cells = local_cells = ids  # one process has them all

    @property
    def local_size(self):
        return self.size

    def id_to_index(self, id):
        found = np.flatnonzero(self.ids == int(id))
        if not len(found):
            raise IndexError(f"{self.label} has no cell {int(id)}")
        return int(found[0])

    def __len__(self):
        return self.size

    def __iter__(self):
        return (self[i] for i in range(self.size))

    def __add__(self, other):
        return Assembly(self, other)

    def _single(self):
        """The only population of it."""
        parts = self.parts()
        if len(parts) != 1:
            raise lacks(f"this of {self.label}", "ask each of its populations")
        return parts[0][0]

    @property
    def celltype(self):
        return self._single().celltype

    # Parameters

    def set(self, **parameters):
        """Changes parameters: numbers, distributions, or one for each cell."""
        for population, cells, values in self._shares(parameters):
            population.set_cells(cells, values)

    def initialize(self, **states):
        """The states before time 0."""
        for population, cells, values in self._shares(states):
            population.initialize_cells(cells, values)

    def _shares(self, given):
        """Of values with one for each cell, those of each part."""
        first = 0
        for population, cells in self.parts():
            whole = len(cells) == population.size
            own = slice(first, first + len(cells))
            yield population, None if whole else cells, {
                name: value[own] if len(self.parts()) > 1
                and hasattr(value, "__len__") and len(value) == self.size
                else value for name, value in given.items()}
            first += len(cells)

    def get(self, names, gather=True, simplify=True):
        """A parameter, or a list of them: a number where all cells have the
        same, else one for each."""
        if not isinstance(names, str):
            return [self.get(name) for name in names]
        if names == "spike_times":
            return [train for population, cells in self.parts()
                    for train in (population.trains()[c] for c in cells)]
        values = np.concatenate([
            np.broadcast_to(population.value(names), population.size)[cells]
            for population, cells in self.parts()])
        if simplify and len(values) and np.all(values == values[0]):
            return float(values[0])
        return values

    def inject(self, source):
        """A DCSource or NoisyCurrentSource: a current that is always on."""
        source.inject_into([self])

    # Recording

    def record(self, variables, to_file=None, sampling_interval=None,
               locations=None, indexes=None):
        """"spikes", "v", "gsyn_exc", ..., or a list of them; None: nothing.
        `indexes`: only these cells."""
        if to_file is not None or locations is not None:
            raise lacks("record() to a file or by place",
                        "write_data() after the run; record() of a view")
        if indexes is not None:
            return self[indexes].record(variables, None, sampling_interval)
        if isinstance(variables, str):
            variables = [variables]
        every = 1
        if sampling_interval is not None:
            every = max(1, int(round(sampling_interval / current.now.dt)))
        for population, cells in self.parts():
            whole = len(cells) == population.size
            population.record_cells(None if whole else cells, variables, every)

    def get_data(self, variables="all", gather=True, clear=False, **more):
        """A neo.Block: a segment for each stretch between reset()s."""
        block = block_of(self, variables)
        if clear:
            for population, _ in self.parts():
                population.recorded = {}
        return block

    def write_data(self, io, variables="all", gather=True, clear=False,
                   annotations=None):
        """get_data() to a file that neo knows by its name."""
        from neo.io import get_io
        block = self.get_data(variables, gather, clear)
        block.annotate(**(annotations or {}))
        (get_io(io, mode="w") if isinstance(io, str) else io).write_block(block)

    def spinnaker_get_data(self, variable, **more):
        """sPyNNaker's rows: of spikes (cell, ms), of states (cell, ms, value);
        cells are counted in this view."""
        variable = variable[0] if isinstance(variable, list) else variable
        dt, rows, first = current.now.dt, [], 0
        for population, cells in self.parts():
            if variable == "spikes":
                spikes = spikes_of(population, cells, -1)
                rows.append(np.column_stack([spikes[:, 1] + first,
                                             spikes[:, 0] * dt]))
            else:
                values, numbers = states_of(population, cells, variable, -1)
                step = dt * population.recording(variable, -1).every
                cell, tick = np.meshgrid(numbers + first, range(len(values)),
                                         indexing="ij")
                rows.append(np.column_stack([cell.ravel(), tick.ravel() * step,
                                             values.T.ravel()]))
            first += len(cells)
        return np.vstack(rows)

    def get_spike_counts(self, gather=True):
        """Spikes of each cell, by its number here, in the last segment."""
        counts = [np.bincount(spikes_of(population, cells, -1)[:, 1],
                              minlength=len(cells))
                  for population, cells in self.parts()]
        return dict(enumerate(np.concatenate(counts).tolist()))

    def mean_spike_count(self, gather=True):
        return sum(self.get_spike_counts().values()) / self.size

    # Parts

    def __getitem__(self, index):
        """Cells by number, slice, list or mask."""
        numbers = np.arange(self.size)
        if isinstance(index, (int, np.integer)):
            if not -self.size <= index < self.size:
                raise IndexError(f"{self.label}: cell {index} of {self.size}")
            index = [index]
        elif not isinstance(index, slice):
            index = np.asarray(index)
            if index.dtype != bool:
                index = index.astype(np.int64)
        return self._view(numbers[index])

    def _view(self, numbers):
        return PopulationView(self, numbers)

    def all(self):
        return iter(self)

    def sample(self, n, rng=None):
        """`n` cells, each at most once."""
        own = getattr(rng, "generator", None)
        generator = own() if own is not None else current.now.generator
        return self[generator.choice(self.size, n, replace=False)]


class PopulationView(Cells):
    """Some cells of a population (or of a view, or an assembly)."""

    def __init__(self, parent, selector, label=None):
        if not isinstance(selector, np.ndarray) or selector.dtype == bool:
            selector = np.arange(parent.size)[selector]
        self.parent, self.mask = parent, selector
        self.label = label or f"view of {parent.label}"
        if not len(selector):
            raise ValueError(f"a view of no cell of {parent.label}")

    def parts(self):
        chosen, first = [], 0
        owners = self.parent.parts()
        owner = np.repeat(np.arange(len(owners)), [len(c) for _, c in owners])
        number = np.concatenate([cells for _, cells in owners])
        while first < len(self.mask):  # runs of cells of one population
            here = owner[self.mask[first]]
            last = first
            while last < len(self.mask) and owner[self.mask[last]] == here:
                last += 1
            chosen.append((owners[here][0], number[self.mask[first:last]]))
            first = last
        return chosen

    @property
    def grandparent(self):
        return self._single()

    @property
    def positions(self):
        return self.parent.positions[:, self.mask]

    def __int__(self):
        """The number of a single cell, as PyNN's IDs."""
        if self.size != 1:
            raise TypeError(f"{self.label}: {self.size} cells are no number")
        return int(self.ids[0])

    __index__ = __int__

    def __repr__(self):
        return f"PopulationView({self.size} of {self.parent.label!r})"


class Assembly(Cells):
    """Populations and views, one after the other."""

    def __init__(self, *populations, label=None):
        for member in populations:
            if not isinstance(member, Cells):
                raise TypeError(f"an assembly of {member!r}")
        self.populations = [p for member in populations for p in (
            member.populations if isinstance(member, Assembly) else [member])]
        self.label = label or "+".join(p.label for p in self.populations)

    def parts(self):
        return [part for p in self.populations for part in p.parts()]

    @property
    def positions(self):
        return np.hstack([p.positions for p in self.populations])

    def get_population(self, label):
        for population in self.populations:
            if population.label == label:
                return population
        raise KeyError(label)

    def __iadd__(self, other):
        self.populations += Assembly(other).populations
        return self

    def __repr__(self):
        return f"Assembly({', '.join(map(repr, self.populations))})"


def spikes_of(population, cells, segment):
    """Rows of tick and place among `cells`, which were recorded or not."""
    place = np.full(population.size, -1)
    place[cells] = np.arange(len(cells))
    rows = population.spikes(segment).copy()
    rows[:, 1] = place[rows[:, 1]]
    return rows[rows[:, 1] >= 0]


def states_of(population, cells, variable, segment):
    """([ticks, n], places among `cells` of the n that were recorded)."""
    recorded = population.recording(variable, segment).of(population.size)
    column = np.full(population.size, -1)
    column[recorded] = np.arange(len(recorded))
    columns = column[cells]
    found = np.flatnonzero(columns >= 0)
    return population.state(variable, segment)[:, columns[found]], found
