"""Random numbers as PyNN has them. Those of the pyNN package are taken as well:
what counts is ``name``, ``parameters`` and ``rng``."""

from __future__ import annotations

import numpy as np

# What each distribution's parameters are called, in order.
PARAMETERS = {
    "uniform": ("low", "high"),
    "uniform_int": ("low", "high"),
    "normal": ("mu", "sigma"),
    "normal_clipped": ("mu", "sigma", "low", "high"),
    "normal_clipped_to_boundary": ("mu", "sigma", "low", "high"),
    "lognormal": ("mu", "sigma"),
    "exponential": ("beta",),
    "gamma": ("k", "theta"),
    "poisson": ("lambda_",),
    "binomial": ("n", "p"),
}


class NumpyRNG:
    """A seed: whoever draws with it draws the same."""

    def __init__(self, seed=None, parallel_safe=True, rng=None):
        self.seed = seed
        self._generator = np.random.default_rng(seed)

    def generator(self):
        return self._generator


class RandomDistribution:
    """``RandomDistribution("normal", mu=0.5, sigma=0.1)``, or its parameters as
    a tuple."""

    def __init__(self, distribution, parameters_pos=None, rng=None,
                 **parameters_named):
        if distribution not in PARAMETERS:
            raise ValueError(f"there is no distribution {distribution!r}; there "
                             f"are {', '.join(PARAMETERS)}")
        names = PARAMETERS[distribution]
        given = dict(zip(names, parameters_pos or ()))
        given.update(parameters_named)
        if set(given) != set(names):
            raise ValueError(f"{distribution} has the parameters "
                             f"{', '.join(names)}, given are {', '.join(given)}")
        self.name, self.parameters, self.rng = distribution, given, rng

    def __repr__(self):
        return f"RandomDistribution({self.name!r}, {self.parameters})"


def is_random(value):
    return hasattr(value, "name") and hasattr(value, "parameters")


def draw(distribution, count, generator):
    """`count` numbers; `generator` is used where the distribution has none."""
    own = getattr(distribution.rng, "generator", None)
    if own is None and getattr(distribution.rng, "seed", None) is not None:
        generator = np.random.default_rng(distribution.rng.seed)
    elif own is not None:
        generator = own()
    name, p = distribution.name, distribution.parameters
    if name == "uniform":
        return generator.uniform(p["low"], p["high"], count)
    if name == "uniform_int":
        return generator.integers(p["low"], p["high"], count,
                                  endpoint=True).astype(float)
    if name == "normal":
        return generator.normal(p["mu"], p["sigma"], count)
    if name == "normal_clipped_to_boundary":
        return generator.normal(p["mu"], p["sigma"], count).clip(p["low"],
                                                                 p["high"])
    if name == "normal_clipped":  # drawn anew until it is inside
        values = generator.normal(p["mu"], p["sigma"], count)
        for _ in range(1000):
            outside = (values < p["low"]) | (values > p["high"])
            if not outside.any():
                return values
            values[outside] = generator.normal(p["mu"], p["sigma"],
                                               outside.sum())
        raise ValueError(f"{distribution}: hardly anything is inside the bounds")
    if name == "lognormal":
        return generator.lognormal(p["mu"], p["sigma"], count)
    if name == "exponential":
        return generator.exponential(p["beta"], count)
    if name == "gamma":
        return generator.gamma(p["k"], p["theta"], count)
    if name == "poisson":
        return generator.poisson(p["lambda_"], count).astype(float)
    return generator.binomial(p["n"], p["p"], count).astype(float)
