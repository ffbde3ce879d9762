"""Connectors and synapses. Between whole populations what is drawn stays a rule
(rows of the table of docs/yaml.md) and is the same on every target; onto views
and assemblies, and by distance, the pairs are drawn here and become a list."""

from __future__ import annotations

import numpy as np

from .random import draw, is_random
from .space import of_distance

#: Elements of the matrices of sources and targets that are held at once.
BLOCK = 1 << 22


class StaticSynapse:
    """`weight` in nA, uS or mV by the target's cell, `delay` in ms; numbers,
    distributions, arrays [sources, targets], or expressions of the distance
    ``d``."""

    def __init__(self, weight=0.0, delay=None):
        self.weight, self.delay = weight, delay


class Connector:
    """`sources`, `targets`: populations, views or assemblies."""

    def __init__(self, allow_self_connections=True, rng=None, safe=True,
                 callback=None, verbose=False):
        if callback is not None:
            raise NotImplementedError("a connector's callback is not supported: "
                                      "connect with FromListConnector")
        self.autapses = bool(allow_self_connections)
        self.rng, self.seed = rng, getattr(rng, "seed", None)

    def fields(self, sources, targets):
        """The keys of a projection that say which pairs are connected; None:
        there are none, the pairs have to be listed."""
        return None

    def pairs(self, sources, targets, space, generator):
        """int64 rows of source and target, numbers within each."""
        raise NotImplementedError

    #: Numbers that belong to the pairs, by "weight" and "delay" (PyNN's units).
    columns = {}

    def _drawn(self, connector, sources, targets, **more):
        fields = {"connector": connector, **more}
        if not self.autapses and sources is targets:
            fields["autapses"] = False
        if self.seed is not None:
            fields["seed"] = int(self.seed)
        return fields

    def _generator(self, generator):
        own = getattr(self.rng, "generator", None)
        return own() if own is not None else generator

    def _without_self(self, pairs, sources, targets):
        if self.autapses or not len(pairs):
            return pairs
        return pairs[sources.ids[pairs[:, 0]] != targets.ids[pairs[:, 1]]]

    def _by_probability(self, probability, sources, targets, generator):
        """`probability(first, last)`: [last - first, targets] of sources."""
        rows = max(1, BLOCK // max(1, targets.size))
        found = [np.zeros((0, 2), np.int64)]
        for first in range(0, sources.size, rows):
            last = min(first + rows, sources.size)
            shape = (last - first, targets.size)
            hit = generator.random(shape) < probability(first, last)
            found.append(np.argwhere(hit) + [first, 0])
        return self._without_self(np.vstack(found), sources, targets)


class AllToAllConnector(Connector):
    def fields(self, sources, targets):
        return self._drawn("all_to_all", sources, targets)

    def pairs(self, sources, targets, space, generator):
        return self._without_self(
            np.argwhere(np.ones((sources.size, targets.size), bool)), sources,
            targets)


class OneToOneConnector(Connector):
    def fields(self, sources, targets):
        self._check(sources, targets)
        return self._drawn("one_to_one", sources, targets)

    def pairs(self, sources, targets, space, generator):
        self._check(sources, targets)
        number = np.arange(sources.size)
        return self._without_self(np.column_stack([number, number]), sources,
                                  targets)

    @staticmethod
    def _check(sources, targets):
        if sources.size != targets.size:
            raise ValueError(f"OneToOneConnector: {sources.label} has "
                             f"{sources.size} neurons, {targets.label} "
                             f"{targets.size}")


class FixedProbabilityConnector(Connector):
    def __init__(self, p_connect, allow_self_connections=True, **more):
        super().__init__(allow_self_connections, **more)
        self.p_connect = float(p_connect)

    def fields(self, sources, targets):
        return self._drawn({"fixed_probability": self.p_connect}, sources, targets)

    def pairs(self, sources, targets, space, generator):
        return self._by_probability(lambda *_: self.p_connect, sources, targets,
                                    self._generator(generator))


class DistanceDependentProbabilityConnector(Connector):
    """`d_expression`: a probability by the distance ``d``, as a text, such as
    ``"exp(-d / 100)"`` or ``"d < 5"``."""

    def __init__(self, d_expression, allow_self_connections=True, **more):
        super().__init__(allow_self_connections, **more)
        self.d_expression = d_expression
        of_distance(d_expression, np.zeros(1))

    def pairs(self, sources, targets, space, generator):
        a, b = sources.positions.T, targets.positions.T
        return self._by_probability(
            lambda first, last: of_distance(self.d_expression, space.distances(
                a[first:last, None], b[None])),
            sources, targets, self._generator(generator))


class _Degree(Connector):
    def __init__(self, n, allow_self_connections=True, with_replacement=False,
                 **more):
        super().__init__(allow_self_connections, **more)
        self.n, self.multapses = n if is_random(n) else int(n), bool(with_replacement)

    def fields(self, sources, targets):
        if is_random(self.n):
            return None
        return self._drawn({self.word: self.n}, sources, targets, multapses=self.multapses)

    def pairs(self, sources, targets, space, generator):
        """Partners of each owner."""
        generator = self._generator(generator)
        owners, others = self._owners(sources, targets)
        degrees = np.broadcast_to(
            np.rint(draw(self.n, owners.size, generator)).astype(int)
            if is_random(self.n) else self.n, owners.size)
        columns = [np.zeros(0, int)]
        for owner, degree in zip(owners.ids, degrees):
            partners = np.arange(others.size)
            if not self.autapses:
                partners = partners[others.ids != owner]
            if not self.multapses and degree > len(partners):
                raise ValueError(f"{type(self).__name__}: {degree} of "
                                 f"{len(partners)} partners")
            columns.append(generator.choice(partners, degree,
                                            replace=self.multapses))
        owner = np.repeat(np.arange(owners.size), degrees)
        pairs = [owner, np.concatenate(columns)]
        return np.column_stack(pairs if owners is sources else pairs[::-1])


class FixedNumberPreConnector(_Degree):
    """n sources for each target."""
    word = "fixed_indegree"

    @staticmethod
    def _owners(sources, targets):
        return targets, sources


class FixedNumberPostConnector(_Degree):
    """n targets for each source."""
    word = "fixed_outdegree"

    @staticmethod
    def _owners(sources, targets):
        return sources, targets


class FixedTotalNumberConnector(Connector):
    """num_synapses pairs, drawn from all."""

    def __init__(self, num_synapses, allow_self_connections=True,
                 with_replacement=True, **more):
        super().__init__(allow_self_connections, **more)
        self.n, self.multapses = int(num_synapses), bool(with_replacement)

    def fields(self, sources, targets):
        if not self.multapses:
            return None
        return self._drawn({"fixed_total_number": self.n}, sources, targets)

    def pairs(self, sources, targets, space, generator):
        generator = self._generator(generator)
        most = sources.size * targets.size
        if not self.autapses:
            most -= len(np.intersect1d(sources.ids, targets.ids))
        if self.n and (most == 0 or not self.multapses and self.n > most):
            raise ValueError(f"FixedTotalNumberConnector: {self.n} of {most} "
                             "pairs")
        pairs = np.zeros((0, 2), np.int64)
        while len(pairs) < self.n:  # again for what is not to be
            more = generator.integers(0, sources.size * targets.size,
                                      self.n - len(pairs))
            more = self._without_self(np.column_stack(
                divmod(more, targets.size)), sources, targets)
            pairs = np.vstack([pairs, more])
            if not self.multapses:
                pairs = np.unique(pairs, axis=0)
        return pairs


class FromListConnector(Connector):
    """Rows of source, target and, in the order of `column_names`, weight and
    delay."""

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
        self._pairs = rows[:, :2].astype(np.int64)
        self.columns = {n: rows[:, 2 + i] for i, n in enumerate(names)}

    def pairs(self, sources, targets, space, generator):
        for column, (end, role) in enumerate(((sources, "source"),
                                              (targets, "target"))):
            numbers = self._pairs[:, column]
            bad = numbers[(numbers < 0) | (numbers >= end.size)]
            if len(bad):
                raise ValueError(f"{type(self).__name__}: {role} {bad[0]}; "
                                 f"{end.label} has {end.size} neurons")
        return self._pairs


class FromFileConnector(FromListConnector):
    """The rows of a text file, '#' before comments."""

    def __init__(self, file, **more):
        super().__init__(np.loadtxt(file, ndmin=2), **more)


class ArrayConnector(FromListConnector):
    """Pairs where a matrix [sources, targets] is true."""

    def __init__(self, array, **more):
        super().__init__(np.argwhere(np.asarray(array, bool)), **more)


def to_distribution(value, scale):
    """A random distribution as YAML has it, times `scale`; None: it has not."""
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
    return None


def to_delay(value, dt):
    """Ticks, at least 1; `value` in ms. None: YAML has no such distribution."""
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
    return None


def column(name, given, pairs, connector, sources, targets, space, generator):
    """"weight" or "delay" of each pair in PyNN's unit; `given`: the synapse's."""
    values = connector.columns.get(name)
    if values is not None:
        return values
    if is_random(given):
        return draw(given, len(pairs), generator)
    if isinstance(given, str):
        return of_distance(given, space.distances(
            sources.positions.T[pairs[:, 0]], targets.positions.T[pairs[:, 1]]))
    given = np.asarray(given, float)
    if given.ndim == 2:
        return given[pairs[:, 0], pairs[:, 1]]
    return np.broadcast_to(given, len(pairs))
