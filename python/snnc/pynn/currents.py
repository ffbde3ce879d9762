"""Current sources."""

from __future__ import annotations

import numpy as np

from .views import lacks


class DCSource:
    """A constant current of `amplitude` nA, always on: it is part of i_offset."""

    def __init__(self, amplitude=1.0, start=0.0, stop=None):
        if start > 0 or (stop is not None and stop < 1e10):
            raise lacks("a current that begins or ends",
                        "drive the cells with a SpikeSourceArray or a "
                        "SpikeSourcePoisson with start and duration")
        self.amplitude = amplitude

    def inject_into(self, cells):
        for population in cells:
            for owner, numbers in population.parts():
                if "i_offset" not in owner.celltype.defaults:
                    raise ValueError(f"{owner.label}: no current flows into "
                                     f"{type(owner.celltype).__name__}")
                offset = np.broadcast_to(owner.value("i_offset"), owner.size)
                owner.set_cells(numbers, {
                    "i_offset": offset[numbers] + self.amplitude})
