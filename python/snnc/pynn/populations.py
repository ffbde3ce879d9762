"""Populations and projections."""

from __future__ import annotations

import numpy as np

from .cells import CellType, SpikeSourceArray, SpikeSourcePoisson, is_nested
from .random import draw, is_random
from .recording import block_of
from .state import current
from .synapses import StaticSynapse, listed, to_delay, to_distribution


def lacks(what, hint):
    return NotImplementedError(f"{what} is not supported: {hint}")


class Population:
    """`size` cells of one type."""

    def __init__(self, size, cellclass, cellparams=None, structure=None,
                 initial_values=None, label=None, additional_parameters=None,
                 seed=None, **more):
        if structure is not None:
            raise lacks("a structure in space", "leave it out; connect what "
                        "depends on distance with FromListConnector")
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
        self.recorded = {}  # variable: every so many ticks
        self._initial = {}
        now.changed("a new population")
        now.populations.append(self)
        self.initialize(**{**cellclass.initial_values, **(initial_values or {})})

    def __len__(self):
        return self.size

    def __repr__(self):
        return (f"Population({self.size}, {type(self.celltype).__name__}, "
                f"label={self.label!r})")

    def __getitem__(self, index):
        raise lacks("a part of a population", "make a population for each part, "
                    "or connect its cells with FromListConnector")

    __iter__ = None

    def __add__(self, other):
        raise lacks("an assembly", "connect each of its populations")

    # Parameters

    def set(self, **parameters):
        """Changes parameters of all cells: numbers, or one for each."""
        self._simulation.changed(f"set() of {self.label}")
        self.celltype = type(self.celltype)(**{**self.celltype.parameters,
                                               **parameters})

    def get(self, names, gather=True, simplify=True):
        """A parameter, or a list of them."""
        if isinstance(names, str):
            return self.celltype.parameters[names]
        return [self.celltype.parameters[name] for name in names]

    def initialize(self, **values):
        """The states before time 0."""
        self._simulation.changed(f"initialize() of {self.label}")
        for name, value in values.items():
            if name not in self.celltype.initial_values and \
                    name not in self.celltype.variables:
                raise ValueError(f"{self.label} has no state {name!r}")
            self._initial[name] = value

    def _numbers(self, value):
        """A number, or an array with one for each cell."""
        if is_random(value):
            return draw(value, self.size, self._simulation.generator)
        array = np.asarray(value, float)
        if array.ndim and array.shape != (self.size,):
            raise ValueError(f"{self.label}: {array.shape} numbers for "
                             f"{self.size} cells")
        return array if array.ndim else float(array)

    # Recording

    def record(self, variables, to_file=None, sampling_interval=None,
               locations=None, indexes=None):
        """"spikes", "v", "gsyn_exc", ..., or a list of them; None: nothing."""
        if to_file is not None or locations is not None or indexes is not None:
            raise lacks("record() to a file or of some cells",
                        "take get_data() of all of them")
        if variables is None:
            self.recorded = {}
            return
        names = [variables] if isinstance(variables, str) else list(variables)
        if names == ["all"]:
            names = ["spikes", *self.celltype.variables]
        every = 1
        if sampling_interval is not None:
            every = int(round(sampling_interval / self._simulation.dt))
        for name in names:
            if name != "spikes" and name not in self.celltype.variables:
                raise ValueError(
                    f"{self.label} has no variable {name!r}; it has spikes"
                    + "".join(f", {v}" for v in self.celltype.variables))
            self.recorded[name] = 1 if name == "spikes" else max(every, 1)

    def records(self):
        """What a run is asked for."""
        if isinstance(self.celltype, SpikeSourceArray):
            return []  # known
        return [f"{self.name}:spikes" if name == "spikes" else
                f"{self.name}:{self.celltype.variables[name]}"
                + (f"/{every}" if every > 1 else "")
                for name, every in self.recorded.items()]

    def spikes(self, segment):
        """int64 rows of (tick, cell) of a segment."""
        ticks, result = self._simulation.results[segment]
        if isinstance(self.celltype, SpikeSourceArray):
            rows = self._rows()
            return rows[rows[:, 0] < ticks]
        return result.events(f"{self.name}:spikes")

    def state(self, variable, segment):
        """Rows of a state in PyNN's unit."""
        result = self._simulation.results[segment][1]
        name = self.celltype.variables[variable]
        values = result[f"{self.name}:{name}"]
        return values / self.celltype.scales.get(variable, 1.0)

    def get_data(self, variables="all", gather=True, clear=False, **more):
        """A neo.Block: a segment for each stretch between reset()s."""
        block = block_of(self, variables)
        if clear:
            self.recorded = {}
        return block

    def write_data(self, io, variables="all", gather=True, clear=False,
                   annotations=None):
        """get_data() to a file that neo knows by its name."""
        from neo.io import get_io
        block = self.get_data(variables, gather, clear)
        block.annotate(**(annotations or {}))
        (get_io(io, mode="w") if isinstance(io, str) else io).write_block(block)

    def spinnaker_get_data(self, variable, **more):
        """sPyNNaker's rows: of spikes (cell, ms), of states (cell, ms, value)."""
        variable = variable[0] if isinstance(variable, list) else variable
        dt = self._simulation.dt
        if variable == "spikes":
            rows = self.spikes(-1)
            return np.column_stack([rows[:, 1], rows[:, 0] * dt])
        values = self.state(variable, -1)
        step = dt * self.recorded[variable]
        cells, ticks = np.meshgrid(range(self.size), range(len(values)),
                                   indexing="ij")
        return np.column_stack([cells.ravel(), ticks.ravel() * step,
                                values.T.ravel()])

    def get_spike_counts(self, gather=True):
        """Spikes of each cell, by its number, in the last segment."""
        self._needs("spikes")
        counts = np.bincount(self.spikes(-1)[:, 1].astype(int),
                             minlength=self.size)
        return dict(enumerate(counts.tolist()))

    def mean_spike_count(self, gather=True):
        self._needs("spikes")
        return len(self.spikes(-1)) / self.size

    def _needs(self, variable):
        if variable not in self.recorded:
            raise ValueError(f"{self.label}: {variable} was not recorded")
        if not self._simulation.results:
            raise ValueError("nothing has run")

    def inject(self, source):
        raise lacks("a current source", "i_offset is a constant current")

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
        trains = self.celltype.trains(self.size)
        rows = [np.column_stack([np.rint(t / dt), np.full(len(t), i)])
                for i, t in enumerate(trains) if len(t)]
        if not rows:
            return np.zeros((0, 2), np.int64)
        rows = np.vstack(rows).astype(np.int64)
        return rows[np.lexsort((rows[:, 1], rows[:, 0]))]

    def _window(self, ticks):
        """Ticks [begin, end) of each channel; None: all of them."""
        dt = self._simulation.dt
        start = self._numbers(self.celltype.parameters["start"])
        stop = start + self._numbers(self.celltype.parameters["duration"])
        begin, end = np.rint(start / dt), np.rint(np.minimum(stop / dt, 2**40))
        if np.all(begin <= 0) and np.all(end >= ticks):
            return None
        return np.broadcast_to(begin, self.size), np.broadcast_to(end, self.size)

    def _add_poisson(self, network, ticks):
        rate = self._numbers(self.celltype.parameters["rate"]) / 1000.0
        window = self._window(ticks)
        if window is not None:
            tick = np.arange(ticks)[:, None]
            inside = (tick >= window[0]) & (tick < window[1])
            rate = np.where(inside, np.broadcast_to(rate, self.size), 0.0)
        source = self.name
        if self.recorded:  # recorded is what cells do: here one for each channel
            source = f"{self.name}_source"
            network.population(
                self.name, self.size, "if",
                params={"threshold": 0.5})
            network.project(source, self.name, "one_to_one", weight=1.0, delay=0)
        network.input(source, self.size, kind="poisson", rate=rate)

    def _add_cells(self, network):
        values = {name: self._numbers(value)
                  for name, value in self.celltype.parameters.items()}
        model, params = self.celltype.model(values, self._simulation.dt)
        network.models.update(self.celltype.models())
        initial = {}
        for name, value in self._initial.items():
            state = self.celltype.variables.get(name, name)
            value = self._numbers(value) * self.celltype.scales.get(name, 1.0)
            if np.any(value != 0):
                initial[state] = value
        network.population(self.name, self.size, model, params=params,
                           initial=initial or None)


class Projection:
    """Synapses from one population to another."""

    def __init__(self, presynaptic_population, postsynaptic_population,
                 connector, synapse_type=None, source=None, receptor_type=None,
                 space=None, label=None):
        self._simulation = now = current.now
        self.pre, self.post = presynaptic_population, postsynaptic_population
        for end in (self.pre, self.post):
            if not isinstance(end, Population):
                raise lacks(f"a projection of {end!r}", "give a Population")
        if self.post.celltype.is_source:
            raise ValueError(f"{self.post.label} is a source of spikes: nothing "
                             "can lead there")
        synapse_type = synapse_type or StaticSynapse()
        if not hasattr(synapse_type, "weight"):
            raise lacks(f"the synapse {type(synapse_type).__name__}",
                        "StaticSynapse is; weights do not change")
        if not hasattr(connector, "fields") and not hasattr(connector, "rows"):
            raise lacks(f"the connector {connector!r}", "FromListConnector and "
                        "ArrayConnector connect any pairs")
        self.receptor = receptor_type or "excitatory"
        if self.receptor not in self.post.celltype.receptors:
            raise ValueError(f"{self.post.label} has no receptor "
                             f"{self.receptor!r}; it has excitatory, inhibitory")
        self.connector, self.synapse = connector, StaticSynapse(
            synapse_type.weight, now.min_delay if synapse_type.delay is None
            else synapse_type.delay)
        self.label = label or f"{self.pre.label}_{self.post.label}"
        self.name = now.name_for(f"projection_{self.label}")
        now.changed("a new projection")
        now.projections.append(self)

    def __repr__(self):
        return f"Projection({self.pre.label!r} -> {self.post.label!r})"

    def _scale(self, weights):
        """snnc's weights; what inhibits by current is negative there."""
        cell = self.post.celltype
        weights = np.asarray(weights, float) * cell.weight_scale
        if cell.is_conductance():
            if np.any(weights < 0):
                raise ValueError(f"{self}: a conductance is not negative")
            return weights
        return -np.abs(weights) if self.receptor == "inhibitory" else weights

    def _distribution(self, value):
        cell = self.post.celltype
        scale = cell.weight_scale
        # Written positive or negative, as PyNN and sPyNNaker do.
        mean = value.parameters.get("mu", value.parameters.get("high", 1.0))
        if not cell.is_conductance() and self.receptor == "inhibitory" and \
                (mean > 0 or value.name == "lognormal"):
            scale = -scale
        return to_distribution(value, scale, f"weights of {self}")

    def add_to(self, network):
        now = self._simulation
        receptor = self.post.celltype.receptors[self.receptor]
        more = {"receptor": receptor, "name": self.name}
        if not self.connector.draws:
            rows = listed(self.connector, self.synapse, self.pre, self.post,
                          self._scale, now.dt, now.generator)
            network.project(self.pre.name, self.post.name, {"list": rows},
                            **more)
            return
        fields = self.connector.fields(self.pre, self.post)
        weight, delay = self.synapse.weight, to_delay(self.synapse.delay, now.dt)
        if is_random(weight):
            weight = self._distribution(weight)
        else:
            weight = self._scale(weight)
            if weight.ndim == 2:
                weight = weight.T  # [targets, sources]
                fields = {k: v for k, v in fields.items() if k == "connector"}
            elif weight.ndim == 0:
                weight = float(weight)
        if isinstance(delay, np.ndarray):
            if delay.ndim:
                raise lacks("an array of delays", "FromListConnector takes them")
            delay = int(delay)
        network.project(self.pre.name, self.post.name, weight=weight,
                        delay=delay, **fields, **more)

    def get(self, attributes, format="list", **more):
        raise lacks("get() of a projection", "its synapses are drawn where they "
                    "are used; connect with FromListConnector to know them")

    getWeights = getDelays = save = get

    def set(self, **attributes):
        raise lacks("set() of a projection", "make it with its weights, or call "
                    "setup() again")

    def size(self, gather=True):
        raise lacks("size() of a projection", "its synapses are drawn where they "
                    "are used")

    __len__ = size
