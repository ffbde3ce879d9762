"""Projections."""

from __future__ import annotations

import copy

import numpy as np

from .populations import Population
from .random import is_random
from .space import Space
from .state import current
from .synapses import StaticSynapse, column, to_delay, to_distribution
from .views import Cells, lacks

_SEVERAL = {"sum": np.add, "min": np.fmin, "max": np.fmax}


class Projection:
    """Synapses from cells to cells: populations, views or assemblies."""

    def __init__(self, presynaptic_neurons, postsynaptic_neurons, connector,
                 synapse_type=None, source=None, receptor_type=None, space=None,
                 label=None):
        self._simulation = now = current.now
        self.pre, self.post = presynaptic_neurons, postsynaptic_neurons
        for end in (self.pre, self.post):
            if not isinstance(end, Cells):
                raise lacks(f"a projection of {end!r}",
                            "give a Population, a view or an Assembly")
        synapse_type = synapse_type or StaticSynapse()
        if not hasattr(synapse_type, "weight"):
            raise lacks(f"the synapse {type(synapse_type).__name__}",
                        "StaticSynapse is; weights do not change")
        if not hasattr(connector, "fields") or not hasattr(connector, "pairs"):
            raise lacks(f"the connector {connector!r}", "FromListConnector and "
                        "ArrayConnector connect any pairs")
        self.receptor = receptor_type or "excitatory"
        for population, _ in self.post.parts():
            if population.celltype.is_source:
                raise ValueError(f"{population.label} is a source of spikes: "
                                 "nothing can lead there")
            if self.receptor not in population.celltype.receptors:
                raise ValueError(
                    f"{population.label} has no receptor {self.receptor!r}; it "
                    f"has {', '.join(population.celltype.receptors)}")
        self.connector, self.space = connector, space or Space()
        self.synapse = StaticSynapse(
            synapse_type.weight, now.min_delay if synapse_type.delay is None
            else synapse_type.delay)
        self.label = label or f"{self.pre.label}_{self.post.label}"
        self.name = now.name_for(f"projection_{self.label}")
        self._listed = {}  # pairs, weight, delay; or drawn: by the compiler
        now.changed("a new projection")
        now.projections.append(self)

    def __repr__(self):
        return f"Projection({self.pre.label!r} -> {self.post.label!r})"

    # As snnc has it

    def _scale(self, weights, cell):
        """snnc's weights; what inhibits by current is negative there."""
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
        return to_distribution(value, scale)

    def _rule(self):
        """Keys of a projection of the YAML; None: its synapses are listed."""
        weight, delay = self.synapse.weight, self.synapse.delay
        if not (isinstance(self.pre, Population)
                and isinstance(self.post, Population)) \
                or isinstance(weight, str) or isinstance(delay, str):
            return None
        fields = self.connector.fields(self.pre, self.post)
        delay = to_delay(delay, self._simulation.dt)
        if fields is None or delay is None or np.ndim(delay):
            return None
        if is_random(weight):
            weight = self._distribution(weight)
            if weight is None:
                return None
        else:
            weight = self._scale(weight, self.post.celltype)
            if weight.ndim == 2 and fields["connector"] == "all_to_all" \
                    and "autapses" not in fields:
                weight = weight.T  # [targets, sources]
                fields = {"connector": "all_to_all"}
            elif weight.ndim:
                return None
            else:
                weight = float(weight)
        if not isinstance(delay, dict):
            delay = int(delay)
        return {**fields, "weight": weight, "delay": delay}

    def _pairs(self):
        """(pairs, weights, delays), drawn once."""
        generator = self._simulation.generator
        if "pairs" not in self._listed:
            self._listed["pairs"] = self.connector.pairs(
                self.pre, self.post, self.space, generator)
        pairs = self._listed["pairs"]
        for name in ("weight", "delay"):
            if name not in self._listed:
                self._listed[name] = column(
                    name, getattr(self.synapse, name), pairs, self.connector,
                    self.pre, self.post, self.space, generator)
        return pairs, self._listed["weight"], self._listed["delay"]

    def _pieces(self):
        """(source, target, rows of a list) for each pair of populations."""
        pairs, weights, delays = self._pairs()
        delays = to_delay(delays, self._simulation.dt)
        ends = []
        for column, end in enumerate((self.pre, self.post)):
            parts = end.parts()
            part = np.repeat(np.arange(len(parts)), [len(c) for _, c in parts])
            number = np.concatenate([cells for _, cells in parts])
            ends.append((parts, part[pairs[:, column]], number[pairs[:, column]]))
        (sources, source_part, source), (targets, target_part, target) = ends
        for s, (pre, _) in enumerate(sources):
            for t, (post, _) in enumerate(targets):
                here = np.flatnonzero((source_part == s) & (target_part == t))
                if not len(here) and len(sources) * len(targets) > 1:
                    continue
                weight = self._scale(weights[here], post.celltype)
                yield pre, post, np.column_stack(
                    [source[here], target[here], weight, delays[here]]
                    ).astype(float)

    def add_to(self, network):
        rule = self._rule()
        if rule is not None:
            network.project(self.pre.name, self.post.name, name=self.name,
                            receptor=self.post.celltype.receptors[self.receptor],
                            **rule)
            return
        for number, (pre, post, rows) in enumerate(self._pieces()):
            network.project(pre.name, post.name, {"list": rows},
                            receptor=post.celltype.receptors[self.receptor],
                            name=f"{self.name}--{number}" if number
                            else self.name)

    # What it holds

    def _synapses(self):
        """(pairs, weights, delays in ms): those that are simulated."""
        if self._rule() is None:
            pairs, weights, delays = self._pairs()
            dt = self._simulation.dt
            scaled = np.zeros(len(pairs))
            first = 0
            for population, cells in self.post.parts():
                cell, last = population.celltype, first + len(cells)
                here = (pairs[:, 1] >= first) & (pairs[:, 1] < last)
                scaled[here] = self._scale(weights[here], cell) / cell.weight_scale
                first = last
            return pairs, scaled, to_delay(delays, dt) * dt
        if "drawn" not in self._listed:
            self._listed["drawn"] = self._simulation.synapses(self.name)
        found = self._listed["drawn"]
        return (np.column_stack([found["source"], found["target"]]).astype(int),
                found["weight"] / self.post.celltype.weight_scale,
                found["delay"] * self._simulation.dt)

    def get(self, attribute_names, format="list", gather=True, with_address=True,
            multiple_synapses="sum"):
        """Weights (in the unit of the synapse) and delays (ms).

        Parameters
        ----------
        attribute_names : str or list of str
            ``"weight"``, ``"delay"``.
        format : str
            ``"list"``: rows of source, target and the attributes, or with
            ``with_address=False`` the attributes alone. ``"array"``: for each a
            matrix [sources, targets], NaN where there is no synapse, several
            between the same cells as `multiple_synapses`: sum, min or max.
        """
        names = [attribute_names] if isinstance(attribute_names, str) \
            else list(attribute_names)
        pairs, weights, delays = self._synapses()
        values = {"weight": weights, "delay": delays}
        for name in names:
            if name not in values:
                raise ValueError(f"{self} has no {name!r}; it has weight, delay")
        if format == "list":
            rows = [tuple(row) for row in zip(
                *(pairs.T.tolist() if with_address else ()),
                *(values[name].tolist() for name in names))]
            return rows if with_address or len(names) > 1 \
                else [row[0] for row in rows]
        if format != "array":
            raise ValueError(f"format {format!r}: 'list' or 'array'")
        matrices = [self._matrix(pairs, values[name], multiple_synapses)
                    for name in names]
        return matrices[0] if isinstance(attribute_names, str) else matrices

    def _matrix(self, pairs, values, several):
        if several not in _SEVERAL:
            raise ValueError(f"multiple_synapses {several!r}: one of "
                             f"{', '.join(_SEVERAL)}")
        matrix = np.full((self.pre.size, self.post.size), np.nan)
        at = (pairs[:, 0], pairs[:, 1])
        if several == "sum":
            matrix[at] = 0.0
        _SEVERAL[several].at(matrix, at, values)
        return matrix

    def get_weights(self, format="list", gather=True):
        return self.get("weight", format, with_address=False)

    def get_delays(self, format="list", gather=True):
        return self.get("delay", format, with_address=False)

    getWeights, getDelays = get_weights, get_delays

    def save(self, attribute_names, file, format="list", gather=True,
             with_address=True):
        """get() as a text file."""
        if attribute_names in ("all", "connections"):
            attribute_names = ["weight", "delay"]
        np.savetxt(file, self.get(attribute_names, format, gather, with_address))

    def set(self, **attributes):
        """Other weights or delays for all of its synapses."""
        self._simulation.changed(f"set() of {self}")
        for name, value in attributes.items():
            if name not in ("weight", "delay"):
                raise ValueError(f"{self} has no {name!r}; it has weight, delay")
            self.synapse = StaticSynapse(**{**vars(self.synapse), name: value})
            self.connector = copy.copy(self.connector)
            self.connector.columns = {
                k: v for k, v in self.connector.columns.items() if k != name}
            self._listed.pop(name, None)
        self._listed.pop("drawn", None)

    def size(self, gather=True):
        """Synapses, of several between the same cells each."""
        return len(self._synapses()[0])

    __len__ = size
