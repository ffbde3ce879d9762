"""Connectors and synapses, as rows of the table of docs/yaml.md: what is drawn
stays a rule, and is the same on every target."""

from __future__ import annotations

import numpy as np

from .random import draw, is_random


class StaticSynapse:
    """`weight` in nA, uS or mV by the target's cell, `delay` in ms; numbers,
    distributions, or arrays [sources, targets]."""

    def __init__(self, weight=0.0, delay=None):
        self.weight, self.delay = weight, delay


class Connector:
    """`sources`, `targets`: populations."""

    #: Whether weights and delays may be distributions that stay rules.
    draws = True

    def __init__(self, allow_self_connections=True, rng=None, safe=True,
                 callback=None, verbose=False):
        if callback is not None:
            raise NotImplementedError("a connector's callback is not supported: "
                                      "connect with FromListConnector")
        self.autapses = bool(allow_self_connections)
        self.seed = getattr(rng, "seed", None)

    def fields(self, sources, targets):
        """The keys of a projection that say which pairs are connected."""
        raise NotImplementedError

    def _drawn(self, connector, **more):
        fields = {"connector": connector, **more}
        if not self.autapses:
            fields["autapses"] = False
        if self.seed is not None:
            fields["seed"] = int(self.seed)
        return fields


class AllToAllConnector(Connector):
    def fields(self, sources, targets):
        return self._drawn("all_to_all")


class OneToOneConnector(Connector):
    def fields(self, sources, targets):
        if sources.size != targets.size:
            raise ValueError(f"OneToOneConnector: {sources.label} has "
                             f"{sources.size} neurons, {targets.label} "
                             f"{targets.size}")
        return self._drawn("one_to_one")


class FixedProbabilityConnector(Connector):
    def __init__(self, p_connect, allow_self_connections=True, **more):
        super().__init__(allow_self_connections, **more)
        self.p_connect = float(p_connect)

    def fields(self, sources, targets):
        return self._drawn({"fixed_probability": self.p_connect})


class _Degree(Connector):
    def __init__(self, n, allow_self_connections=True, with_replacement=False,
                 **more):
        super().__init__(allow_self_connections, **more)
        if is_random(n):
            raise NotImplementedError(
                f"{type(self).__name__}: every neuron has as many partners; "
                "connect drawn numbers with FromListConnector")
        self.n, self.multapses = int(n), bool(with_replacement)

    def fields(self, sources, targets):
        return self._drawn({self.word: self.n}, multapses=self.multapses)


class FixedNumberPreConnector(_Degree):
    """n sources for each target."""
    word = "fixed_indegree"


class FixedNumberPostConnector(_Degree):
    """n targets for each source."""
    word = "fixed_outdegree"


class FixedTotalNumberConnector(Connector):
    """num_synapses pairs, each drawn from all."""

    def __init__(self, num_synapses, allow_self_connections=True,
                 with_replacement=True, **more):
        super().__init__(allow_self_connections, **more)
        if not with_replacement:
            raise NotImplementedError(
                "FixedTotalNumberConnector draws with replacement: connect "
                "other pairs with FromListConnector")
        self.n = int(num_synapses)

    def fields(self, sources, targets):
        return self._drawn({"fixed_total_number": self.n})


class FromListConnector(Connector):
    """Rows of source, target and, in the order of `column_names`, weight and
    delay."""

    draws = False

    def __init__(self, conn_list, column_names=None, **more):
        super().__init__(**more)
        rows = np.asarray(conn_list, float)
        if rows.size == 0:
            rows = rows.reshape(0, 2)
        if rows.ndim != 2 or rows.shape[1] < 2:
            raise ValueError("FromListConnector: rows of source, target[, "
                             "weight, delay]")
        names = ["weight", "delay"] if column_names is None else column_names
        names = list(names)[:rows.shape[1] - 2]
        if set(names) - {"weight", "delay"}:
            raise NotImplementedError(
                f"FromListConnector: columns {names}; there are weight, delay")
        self.pairs = rows[:, :2]
        self.columns = {n: rows[:, 2 + i] for i, n in enumerate(names)}

    def rows(self, sources, targets):
        return self.pairs, self.columns


class FromFileConnector(FromListConnector):
    """The rows of a text file, '#' before comments."""

    def __init__(self, file, **more):
        super().__init__(np.loadtxt(file, ndmin=2), **more)


class ArrayConnector(FromListConnector):
    """Pairs where a matrix [sources, targets] is true."""

    def __init__(self, array, **more):
        super().__init__(np.argwhere(np.asarray(array, bool)), **more)


def to_distribution(value, scale, what):
    """A random distribution as YAML has it, times `scale`."""
    p = {k: float(v) * scale for k, v in value.parameters.items()}
    if scale < 0 and "low" in p:
        p["low"], p["high"] = p["high"], p["low"]
    if value.name == "uniform":
        return {"dist": "uniform", "low": p["low"], "high": p["high"]}
    if value.name.startswith("normal"):
        dist = {"dist": "normal", "mean": p["mu"], "std": abs(p["sigma"])}
        if "low" in p:
            for key, bound in (("min", p["low"]), ("max", p["high"])):
                if np.isfinite(bound):
                    dist[key] = bound
        return dist
    if value.name == "lognormal" and scale > 0:
        return {"dist": "lognormal", "std": value.parameters["sigma"],
                "mean": value.parameters["mu"] + float(np.log(scale))}
    raise NotImplementedError(
        f"{what} of {value}: drawn connectors take uniform, normal, "
        "normal_clipped and lognormal; connect others with FromListConnector")


def to_delay(value, dt):
    """Ticks, at least 1; `value` in ms."""
    if not is_random(value):
        return np.maximum(np.rint(np.asarray(value, float) / dt), 1).astype(int)
    p = {k: float(v) / dt for k, v in value.parameters.items()}
    if value.name.startswith("uniform"):
        low, high = (max(1, round(p[k])) for k in ("low", "high"))
        return {"dist": "uniform_int", "low": low, "high": high}
    if value.name.startswith("normal"):
        dist = {"dist": "normal", "mean": p["mu"], "std": p["sigma"],
                "min": max(1.0, p.get("low", 1.0))}
        if np.isfinite(p.get("high", np.inf)):
            dist["max"] = p["high"]
        return {k: v if k == "dist" else f"{v * dt!r} ms"
                for k, v in dist.items()}
    raise NotImplementedError(f"delays of {value}: uniform and normal are drawn")


def listed(connector, synapse, sources, targets, scale, dt, generator):
    """Rows of source, target, weight, delay of a list."""
    pairs, columns = connector.rows(sources, targets)

    def column(name, given):
        values = columns.get(name)
        if values is not None:
            return values
        if is_random(given):
            return draw(given, len(pairs), generator)
        return np.broadcast_to(np.asarray(given, float), len(pairs))

    weight = np.asarray(column("weight", synapse.weight), float)
    delay = to_delay(column("delay", synapse.delay), dt)
    return np.column_stack([pairs, scale(weight), delay]).astype(float)
