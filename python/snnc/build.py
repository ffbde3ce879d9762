"""Builders that mirror the YAML of docs/yaml.md.

>>> import snnc
>>> net = snnc.Network("demo", dt="1 ms", seed=7)
>>> noise = net.input("noise", size=100, kind="poisson", rate="20 Hz")
>>> cells = net.population("cells", 80, "lif", params={"tau": "20 ms",
...                                                    "threshold": 1.0})
>>> net.project(noise, cells, {"fixed_probability": 0.1}, weight=0.4)
<snnc.Projection noise -> cells>
"""

from __future__ import annotations

from typing import Any

from .core import Artifact, Check, Inputs, Result, load


class _Part:
    def __init__(self, network: Network, name: Any,
                 fields: dict[str, Any]) -> None:
        self.network, self.name = network, name
        self.fields: dict[str, Any] = {k: v for k, v in fields.items() if v is not None}

    def to_dict(self) -> dict[str, Any]:
        return dict(self.fields)


class Input(_Part):
    """Channels that are fed by a run, or that draw their spikes."""

    def __repr__(self) -> str:
        return f"<snnc.Input {self.name}>"


class Population(_Part):
    """Neurons of one model."""

    def record(self, *variables: str) -> Population:
        """These variables are recorded unless a run says otherwise."""
        self.network.probes += [f"{self.name}:{v}" for v in variables]
        return self

    def __repr__(self) -> str:
        return f"<snnc.Population {self.name}>"


class Projection(_Part):
    """Synapses from an input or a population to a population."""

    def __repr__(self) -> str:
        return (f"<snnc.Projection {self.fields['from']} -> "
                f"{self.fields['to']}>")


class Network:
    """A network that is put together; its parts take the keys of the YAML.

    Values are numbers, texts with units (``"20 ms"``), lists or arrays with one
    number per neuron, or distributions (``{"dist": "normal", ...}``).
    """

    _snnc_builder = True

    def __init__(self, name: str = "network", dt: float | str = 1e-3,
                 seed: int | None = None) -> None:
        self.name, self.dt, self.seed = name, dt, seed
        self.models: dict[str, dict[str, Any]] = {}
        self.inputs: dict[str, Input] = {}
        self.populations: dict[str, Population] = {}
        self.drives: dict[str, dict[str, Any]] = {}
        self.projections: list[Projection] = []
        self.probes: list[str] = []

    def model(self, name: str, **fields: Any) -> str:
        """A neuron of your own: ``states``, ``params``, ``equations``,
        ``spike``, ``reset``, ``receptors``."""
        self._new(self.models, name)
        self.models[name] = fields
        return name

    def input(self, name: str, size: int | None = None, **fields: Any) -> Input:
        """Channels: ``kind`` (``"poisson"``, ``"spike_list"``), ``rate``,
        ``spikes``, ``shape``, ``seed``; without ``kind`` a run feeds them."""
        self._new(self.inputs, name)
        self.inputs[name] = part = Input(self, name, {"size": size, **fields})
        return part

    def population(self, name: str, size: int | None = None, model: str = "lif",
                   **fields: Any) -> Population:
        """Neurons: ``params``, ``initial``, ``shape``, ``rate`` (expected),
        ``paradigm``."""
        self._new(self.populations, name)
        part = Population(self, name, {"size": size, "model": model, **fields})
        self.populations[name] = part
        return part

    def project(self, source: Input | Population | str,
                target: Population | str,
                connector: str | dict[str, Any] = "all_to_all",
                **fields: Any) -> Projection:
        """Synapses: ``weight``, ``delay`` (ticks, or a text with a unit),
        ``receptor``, ``autapses``, ``multapses``, ``seed``, ``name``.
        ``connector``: a row of the table of docs/yaml.md."""
        part = Projection(self, fields.get("name"), {
            "from": _reference(source, self), "to": _name(target),
            "connector": connector, **fields})
        self.projections.append(part)
        return part

    def drive(self, name: str, target: Population | str, **fields: Any) -> None:
        """Independent Poisson sources for each neuron: ``rate``, ``sources``,
        ``weight``, ``receptor``, ``delay``, ``seed``; with ``kind="noise"``
        normal numbers in each tick: ``mean``, ``std``, ``receptor`` or
        ``parameter``, ``seed``."""
        self._new(self.drives, name)
        self.drives[name] = {"to": _name(target), **fields}

    @staticmethod
    def _new(parts: dict[str, Any], name: str) -> None:
        if name in parts:
            raise ValueError(f"{name!r} is there already")

    def to_dict(self) -> dict[str, Any]:
        """The maps and lists of docs/yaml.md."""
        head: dict[str, Any] = {"name": self.name, "dt": self.dt}
        if self.seed is not None:
            head["seed"] = self.seed
        network: dict[str, Any] = {"network": head}
        if self.models:
            network["models"] = self.models
        if self.inputs:
            network["inputs"] = {n: p.to_dict() for n, p in self.inputs.items()}
        network["populations"] = {n: p.to_dict()
                                  for n, p in self.populations.items()}
        if self.drives:
            network["drives"] = self.drives
        if self.projections:
            network["projections"] = [p.to_dict() for p in self.projections]
        if self.probes:
            network["probes"] = self.probes
        return network

    def check(self, **options: Any) -> Check:
        """:meth:`snnc.Model.check` of the network as it is now."""
        return load(self).check(**options)

    def compile(self, target: str = "spinnaker2", **options: Any) -> Artifact:
        """:meth:`snnc.Model.compile` of the network as it is now."""
        return load(self).compile(target, **options)

    def run(self, inputs: Inputs | None = None, **options: Any) -> Result:
        """:meth:`snnc.Model.run` of the network as it is now."""
        return load(self).run(inputs, **options)

    def synapses(self, projection: Projection | str,
                 **options: Any) -> dict[str, Any]:
        """:meth:`snnc.Model.synapses` of the network as it is now."""
        if not isinstance(projection, str):
            projection = projection.fields.get("name") or (
                f"{_end(projection.fields['from'])}_{projection.fields['to']}")
        return load(self).synapses(projection, **options)

    def __repr__(self) -> str:
        return (f"<snnc.Network {self.name}: {len(self.populations)} "
                f"population(s), {len(self.projections)} projection(s)>")


def _end(source: str | dict[str, str]) -> str:
    return source if isinstance(source, str) else next(iter(source.values()))


def _name(part: Input | Population | str) -> str:
    return part if isinstance(part, str) else part.name


def _reference(source: Input | Population | str,
               network: Network) -> str | dict[str, str]:
    """Names of inputs and populations may be equal: an object says which."""
    if isinstance(source, str):
        return source
    if isinstance(source, Population) and source.name in network.inputs:
        return {"population": source.name}
    return source.name
