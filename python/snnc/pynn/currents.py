"""Current sources."""

from __future__ import annotations

import numpy as np

from .state import current
from .views import lacks


def always(start, stop):
    if start > 0 or (stop is not None and stop < 1e10):
        raise lacks("a current that begins or ends",
                    "drive the cells with a SpikeSourceArray or a "
                    "SpikeSourcePoisson with start and duration")


def owners(cells):
    """Populations and cells that a current flows into."""
    for population in cells:
        for owner, numbers in population.parts():
            if owner.celltype.current is None:
                raise ValueError(f"{owner.label}: no current flows into "
                                 f"{type(owner.celltype).__name__}")
            yield owner, numbers


class DCSource:
    """A constant current of `amplitude` nA, always on: it is part of i_offset."""

    def __init__(self, amplitude=1.0, start=0.0, stop=None):
        always(start, stop)
        self.amplitude = amplitude

    def inject_into(self, cells):
        for owner, numbers in owners(cells):
            offset = np.broadcast_to(owner.value("i_offset"), owner.size)
            owner.set_cells(numbers, {
                "i_offset": offset[numbers] + self.amplitude})


class NoisyCurrentSource:
    """A normal current of `mean` and `stdev` nA, always on: of each cell and time
    step its own, drawn on the target."""

    def __init__(self, mean=0.0, stdev=1.0, start=0.0, stop=None, dt=None,
                 rng=None):
        always(start, stop)
        step = current.now.dt
        if dt is not None and abs(dt - step) > 1e-9 * step:
            raise lacks(f"noise that changes every {dt} ms",
                        f"it changes in each time step of {step} ms: leave dt "
                        "out (for the same spectrum at low frequencies stdev "
                        f"times {(dt / step) ** 0.5:.4g})")
        if rng is not None:
            raise lacks("noise with a generator of its own",
                        "leave rng out; setup(seed=..) decides what is drawn")
        if stdev < 0:
            raise ValueError(f"a stdev of {stdev}")
        self.mean, self.stdev = mean, stdev

    def inject_into(self, cells):
        for owner, numbers in owners(cells):
            owner.add_noise(numbers, self.mean, self.stdev)
