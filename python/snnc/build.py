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

from .core import load


class _Part:
    def __init__(self, network, name, fields):
        self.network, self.name = network, name
        self.fields = {k: v for k, v in fields.items() if v is not None}

    def to_dict(self):
        return dict(self.fields)


class Input(_Part):
    """Channels that are fed by a run, or that draw their spikes."""

    def __repr__(self):
        return f"<snnc.Input {self.name}>"


class Population(_Part):
    """Neurons of one model."""

    def record(self, *variables):
        """These variables are recorded unless a run says otherwise."""
        self.network.probes += [f"{self.name}:{v}" for v in variables]
        return self

    def __repr__(self):
        return f"<snnc.Population {self.name}>"


class Projection(_Part):
    """Synapses from an input or a population to a population."""

    def __repr__(self):
        return (f"<snnc.Projection {self.fields['from']} -> "
                f"{self.fields['to']}>")


class Network:
    """A network that is put together; its parts take the keys of the YAML.

    Values are numbers, texts with units (``"20 ms"``), lists or arrays with one
    number per neuron, or distributions (``{"dist": "normal", ...}``).
    """

    _snnc_builder = True

    def __init__(self, name="network", dt=1e-3, seed=None):
        self.name, self.dt, self.seed = name, dt, seed
        self.models, self.inputs, self.populations = {}, {}, {}
        self.drives, self.projections, self.probes = {}, [], []

    def model(self, name, **fields):
        """A neuron of your own: ``states``, ``params``, ``equations``,
        ``spike``, ``reset``, ``receptors``."""
        self._new(self.models, name)
        self.models[name] = fields
        return name

    def input(self, name, size=None, **fields):
        """Channels: ``kind`` (``"poisson"``, ``"spike_list"``), ``rate``,
        ``spikes``, ``shape``, ``seed``; without ``kind`` a run feeds them."""
        self._new(self.inputs, name)
        self.inputs[name] = part = Input(self, name, {"size": size, **fields})
        return part

    def population(self, name, size=None, model="lif", **fields):
        """Neurons: ``params``, ``initial``, ``shape``, ``rate`` (expected),
        ``paradigm``."""
        self._new(self.populations, name)
        part = Population(self, name, {"size": size, "model": model, **fields})
        self.populations[name] = part
        return part

    def project(self, source, target, connector="all_to_all", **fields):
        """Synapses: ``weight``, ``delay`` (ticks, or a text with a unit),
        ``receptor``, ``autapses``, ``multapses``, ``seed``, ``name``.
        ``connector``: a row of the table of docs/yaml.md."""
        part = Projection(self, fields.get("name"), {
            "from": _reference(source, self), "to": _name(target),
            "connector": connector, **fields})
        self.projections.append(part)
        return part

    def drive(self, name, target, **fields):
        """Independent Poisson sources for each neuron: ``rate``, ``sources``,
        ``weight``, ``receptor``, ``delay``, ``seed``."""
        self._new(self.drives, name)
        self.drives[name] = {"to": _name(target), **fields}

    @staticmethod
    def _new(parts, name):
        if name in parts:
            raise ValueError(f"{name!r} is there already")

    def to_dict(self):
        """The maps and lists of docs/yaml.md."""
        head = {"name": self.name, "dt": self.dt}
        if self.seed is not None:
            head["seed"] = self.seed
        network = {"network": head}
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

    def check(self, **options):
        """:meth:`snnc.Model.check` of the network as it is now."""
        return load(self).check(**options)

    def compile(self, target="spinnaker2", **options):
        """:meth:`snnc.Model.compile` of the network as it is now."""
        return load(self).compile(target, **options)

    def run(self, inputs=None, **options):
        """:meth:`snnc.Model.run` of the network as it is now."""
        return load(self).run(inputs, **options)

    def __repr__(self):
        return (f"<snnc.Network {self.name}: {len(self.populations)} "
                f"population(s), {len(self.projections)} projection(s)>")


def _name(part):
    return part if isinstance(part, str) else part.name


def _reference(source, network):
    """Names of inputs and populations may be equal: an object says which."""
    if isinstance(source, str):
        return source
    if isinstance(source, Population) and source.name in network.inputs:
        return {"population": source.name}
    return source.name
