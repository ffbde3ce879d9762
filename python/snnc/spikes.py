"""Spikes as a list, for runs whose rasters memory would not hold."""

from __future__ import annotations

import math
import operator
from typing import Any, NoReturn, Sequence, SupportsIndex, Union

import numpy as np
import numpy.typing as npt

#: What NumPy takes as an axis, or as several.
Axis = Union[SupportsIndex, Sequence[SupportsIndex], None]


class Spikes:
    """A raster as the list of its spikes: 8 bytes a spike, however long the run.

    Reads as the array that it stands for, ``uint8`` ticks x neurons, or samples
    x ticks x neurons: ``shape``, ``sum``, ``mean``, ``any``, ``max``; an index
    gives a dense array of that part alone, ``spikes[1000:2000]`` or
    ``spikes[:, 7]``.

    >>> spikes = result.spikes("exc")      # doctest: +SKIP
    >>> spikes.sum(axis=0)                 # doctest: +SKIP
    >>> ticks, neurons = spikes.events().T # doctest: +SKIP
    """

    #: Of the array that it stands for.
    dtype: np.dtype[np.uint8] = np.dtype(np.uint8)

    def __init__(self, shape: Sequence[int], spikes: npt.NDArray[np.uint32],
                 ends: npt.NDArray[np.uint64]) -> None:
        self._shape = tuple(int(n) for n in shape)
        self._spikes, self._ends = spikes, ends

    @classmethod
    def of(cls, raster: npt.ArrayLike) -> Spikes:
        """From a dense raster of spike counts."""
        array = np.asarray(raster)
        if array.ndim not in (2, 3):
            raise ValueError(f"a raster has two or three axes, this one has "
                             f"{array.ndim}")
        where = np.argwhere(array)
        where = np.repeat(where, array[tuple(where.T)].astype(np.intp), axis=0)
        if array.ndim == 3:
            ends = np.cumsum(np.bincount(where[:, 0], minlength=len(array)))
        else:
            ends = np.array([len(where)])
        return cls(array.shape, where[:, -2:].astype(np.uint32),
                   ends.astype(np.uint64))

    @property
    def shape(self) -> tuple[int, ...]:
        """Ticks x neurons, or samples x ticks x neurons."""
        return self._shape

    @property
    def ndim(self) -> int:
        """2, or 3 where the inputs had samples."""
        return len(self._shape)

    @property
    def size(self) -> int:
        """Elements of the array, zeros among them."""
        return math.prod(self._shape)

    @property
    def nbytes(self) -> int:
        """Bytes of the list."""
        return self._spikes.nbytes + self._ends.nbytes

    @property
    def count(self) -> int:
        """Spikes."""
        return len(self._spikes)

    def __len__(self) -> int:
        return self._shape[0]

    def _columns(self) -> list[npt.NDArray[Any]]:
        """Of every axis, the index of each spike."""
        columns: list[npt.NDArray[Any]] = [self._spikes[:, 0],
                                           self._spikes[:, 1]]
        if self.ndim == 3:
            sizes = np.diff(self._ends.astype(np.int64), prepend=0)
            columns.insert(0, np.repeat(np.arange(len(sizes)), sizes))
        return columns

    def events(self) -> npt.NDArray[np.int64]:
        """int64 rows of (tick, neuron), or (sample, tick, neuron), ascending."""
        return np.stack(self._columns(), axis=1).astype(np.int64, copy=False)

    def dense(self) -> npt.NDArray[np.uint8]:
        """The array, uint8. It has a byte for each neuron and tick."""
        return self._dense(self._columns(), self._shape)

    @staticmethod
    def _dense(columns: list[npt.NDArray[Any]],
               shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        try:
            array = np.zeros(shape, np.uint8)
        except MemoryError:
            raise MemoryError(
                f"an array {'x'.join(map(str, shape))} takes "
                f"{math.prod(shape) / 2**30:.1f} GiB; take a part, "
                "spikes[first:last], or events()") from None
        np.add.at(array, tuple(columns), np.uint8(1))
        return array

    def __array__(self, dtype: npt.DTypeLike = None,
                  copy: bool | None = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("a list of spikes becomes an array by a copy only")
        array = self.dense()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __getitem__(self, key: Any) -> Any:
        """The dense array of a part, as NumPy indexes: slices, numbers, and one
        list of numbers or mask."""
        keys = list(key) if isinstance(key, tuple) else [key]
        if any(k is None for k in keys):
            raise IndexError("no new axes here; index dense()")
        if Ellipsis in [k for k in keys if not isinstance(k, np.ndarray)]:
            at = [k is Ellipsis for k in keys].index(True)
            keys[at:at + 1] = [slice(None)] * (self.ndim - len(keys) + 1)
        if len(keys) > self.ndim:
            raise IndexError(f"{len(keys)} indices for {self.ndim} axes")
        keys += [slice(None)] * (self.ndim - len(keys))
        columns, shape, lists = self._columns(), [], 0
        kept = np.ones(self.count, bool)
        places, single = [], []
        for axis, (part, length) in enumerate(zip(keys, self._shape)):
            chosen = np.arange(length)[part]
            if chosen.ndim > 1:
                raise IndexError("a list of neurons or ticks has one axis here")
            single.append(chosen.ndim == 0)
            lists += chosen.ndim == 1 and not isinstance(part, slice)
            chosen = np.atleast_1d(chosen)
            known, places_of = np.unique(chosen, return_inverse=True)
            place = np.full(length, -1)
            place[known] = np.arange(len(known))
            columns[axis] = place[columns[axis]]
            kept &= columns[axis] >= 0
            shape.append(len(known))
            places.append(None if np.array_equal(known, chosen) else places_of)
        if lists > 1:
            raise IndexError("one list of numbers or mask at a time; index "
                             "dense() otherwise")
        part = self._dense([c[kept] for c in columns], tuple(shape))
        for axis, order in enumerate(places):
            if order is not None:
                part = np.take(part, order, axis=axis)
        part = part[tuple(0 if s else slice(None) for s in single)]
        return part if part.ndim else part[()]

    def _axes(self, axis: Axis) -> list[int]:
        """Those that remain."""
        if axis is None:
            return []
        asked = axis if isinstance(axis, (tuple, list)) else [axis]
        away = set()
        for each in asked:
            number = operator.index(each)  # type: ignore[arg-type]
            if not -self.ndim <= number < self.ndim:
                raise IndexError(f"axis {number} is out of bounds for {self.ndim} "
                                 "axes")
            away.add(number % self.ndim)
        return [a for a in range(self.ndim) if a not in away]

    def sum(self, axis: Axis = None) -> Any:
        """Spikes over an axis, over several, or all; uint64, as of the array."""
        left = self._axes(axis)
        if not left:
            return np.uint64(self.count)
        columns = self._columns()
        shape = tuple(self._shape[a] for a in left)
        flat = np.ravel_multi_index([columns[a] for a in left], shape) \
            if self.count else np.zeros(0, np.intp)
        sums = np.bincount(flat, minlength=math.prod(shape))
        return sums.astype(np.uint64).reshape(shape)

    def mean(self, axis: Axis = None) -> Any:
        """Spikes a neuron and tick, float64."""
        left = self._axes(axis)
        elements = math.prod(n for a, n in enumerate(self._shape)
                             if a not in left)
        return self.sum(axis) / np.float64(elements)

    def any(self, axis: Axis = None) -> Any:
        """Whether there is a spike."""
        return self.sum(axis) > 0

    def max(self) -> np.uint8:
        """The most spikes of a neuron in a tick: 1, or 0 without any."""
        if not self.count:
            return np.uint8(0)
        _, counts = np.unique(self.events(), axis=0, return_counts=True)
        return np.uint8(counts.max())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Spikes):
            return NotImplemented
        return (self._shape == other._shape
                and np.array_equal(self._ends, other._ends)
                and np.array_equal(self._spikes, other._spikes))

    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"Spikes has no attribute {name!r}")
        raise AttributeError(
            f"{name}: these are {self.count} spikes as a list, since the array "
            f"would have {self.size / 2**20:.0f} MiB; dense() makes it, "
            "spikes[first:last] a part of it, events() gives (tick, neuron)")

    def __repr__(self) -> str:
        return f"<snnc.Spikes {'x'.join(map(str, self._shape))}, " \
               f"{self.count} spike(s)>"
