"""Where cells are, and how far from each other; PyNN's structures."""

from __future__ import annotations

import numpy as np


class Line:
    """Cells on a line along x, `dx` apart."""

    def __init__(self, dx=1.0, x0=0.0, y=0.0, z=0.0):
        self.dx, self.x0, self.y, self.z = dx, x0, y, z

    def positions(self, count, generator):
        """[cells, 3]."""
        x = self.x0 + self.dx * np.arange(count)
        return np.column_stack([x, np.full(count, self.y),
                                np.full(count, self.z)])


class Grid2D:
    """Columns and rows; `aspect_ratio`: columns for each row."""

    def __init__(self, aspect_ratio=1.0, dx=1.0, dy=1.0, x0=0.0, y0=0.0, z=0,
                 fill_order="sequential", rng=None):
        self.aspect_ratio, self.z = aspect_ratio, z
        self.step, self.origin = (dx, dy), (x0, y0)
        self.fill_order, self.rng = fill_order, rng

    def positions(self, count, generator):
        columns = max(1, int(round(np.sqrt(count * self.aspect_ratio))))
        if count % columns:
            raise ValueError(f"Grid2D: {count} cells are no {columns} columns of "
                             "equal length")
        x, y = np.divmod(np.arange(count), count // columns)
        at = np.column_stack([self.origin[0] + self.step[0] * x,
                              self.origin[1] + self.step[1] * y,
                              np.full(count, self.z)]).astype(float)
        return _filled(at, self.fill_order, self.rng, generator)


class Grid3D:
    """Columns, rows and layers; `aspect_ratioXY`, `aspect_ratioXZ`: columns for
    each row and each layer."""

    def __init__(self, aspect_ratioXY=1.0, aspect_ratioXZ=1.0, dx=1.0, dy=1.0,
                 dz=1.0, x0=0.0, y0=0.0, z0=0.0, fill_order="sequential",
                 rng=None):
        self.ratios = (aspect_ratioXY, aspect_ratioXZ)
        self.step, self.origin = (dx, dy, dz), (x0, y0, z0)
        self.fill_order, self.rng = fill_order, rng

    def positions(self, count, generator):
        columns = (count * self.ratios[0] * self.ratios[1]) ** (1 / 3)
        shape = [max(1, int(round(columns))),
                 max(1, int(round(columns / self.ratios[0]))),
                 max(1, int(round(columns / self.ratios[1])))]
        if np.prod(shape) != count:
            raise ValueError(f"Grid3D: {count} cells are no grid of "
                             f"{' x '.join(map(str, shape))}")
        at = np.argwhere(np.ones(shape, bool)) * self.step + self.origin
        return _filled(at, self.fill_order, self.rng, generator)


class Cuboid:
    """Of these sides, around its middle."""

    def __init__(self, width, height, depth):
        self.sides = np.array([width, height, depth], float)

    def sample(self, count, generator):
        return generator.uniform(-0.5, 0.5, (count, 3)) * self.sides


class Sphere:
    def __init__(self, radius):
        self.radius = radius

    def sample(self, count, generator):
        at = generator.normal(size=(count, 3))
        at /= np.linalg.norm(at, axis=1, keepdims=True)
        return at * self.radius * generator.random((count, 1)) ** (1 / 3)


class RandomStructure:
    """Anywhere within `boundary`, whose middle is at `origin`."""

    def __init__(self, boundary, origin=(0.0, 0.0, 0.0), rng=None):
        self.boundary, self.origin, self.rng = boundary, origin, rng

    def positions(self, count, generator):
        own = getattr(self.rng, "generator", None)
        generator = own() if own is not None else generator
        return self.boundary.sample(count, generator) + np.array(self.origin)


def _filled(at, order, rng, generator):
    if order == "sequential":
        return at
    if order != "random":
        raise ValueError(f"fill_order {order!r}: 'sequential' or 'random'")
    own = getattr(rng, "generator", None)
    return (own() if own is not None else generator).permutation(at)


class Space:
    """How distances are measured.

    Parameters
    ----------
    axes : str, optional
        Those that count, such as ``"xy"``; default: all.
    scale_factor, offset : float
        Of the positions of the sources, before.
    periodic_boundaries : tuple, optional
        For each axis (low, high), or None: what leaves comes back.
    """

    def __init__(self, axes=None, scale_factor=1.0, offset=0.0,
                 periodic_boundaries=None):
        self.axes = ["xyz".index(axis) for axis in axes or "xyz"]
        self.scale_factor, self.offset = scale_factor, np.asarray(offset)
        self.periodic_boundaries = periodic_boundaries

    def distances(self, a, b):
        """Of positions [..., 3], broadcast."""
        apart = np.abs(self.scale_factor * (a + self.offset) - b)
        for axis, bounds in enumerate(self.periodic_boundaries or ()):
            if bounds is not None:
                around = bounds[1] - bounds[0]
                apart[..., axis] = np.minimum(apart[..., axis],
                                              around - apart[..., axis])
        return np.sqrt((apart[..., self.axes] ** 2).sum(axis=-1))


_NAMES = {name: getattr(np, name) for name in (
    "exp", "log", "log10", "sqrt", "sin", "cos", "tan", "cosh", "sinh", "tanh",
    "arctan", "minimum", "maximum", "where", "logical_and", "logical_or", "pi")}
_NAMES.update({"abs": np.abs, "min": np.minimum, "max": np.maximum})


def of_distance(expression, distances):
    """`expression` of ``d``, as PyNN writes them: "exp(-d/100)", "d < 5"."""
    try:
        value = eval(expression, {"__builtins__": {}, **_NAMES},  # noqa: S307
                     {"d": distances})
    except (SyntaxError, NameError, TypeError) as error:
        raise ValueError(f"{expression!r}: {error}; an expression of d, with "
                         f"{', '.join(sorted(_NAMES))}") from None
    return np.broadcast_to(np.asarray(value, float), np.shape(distances))


def positions_of(structure, count, generator):
    """[cells, 3]; without a structure a line, as in PyNN."""
    structure = structure or Line()
    if not hasattr(structure, "positions"):
        raise NotImplementedError(
            f"the structure {structure!r} is not supported: there are Line, "
            "Grid2D, Grid3D, RandomStructure; positions can also be assigned")
    return np.asarray(structure.positions(count, generator), float)
