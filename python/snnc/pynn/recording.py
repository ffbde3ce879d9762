"""What is recorded, and recordings as Neo has them."""

from __future__ import annotations

import numpy as np


class Recording:
    """Of one variable: every so many ticks, of some cells; None: of all."""

    def __init__(self, every, cells=None):
        self.every = every
        self.cells = None if cells is None else np.unique(cells)

    def united(self, other):
        if self.cells is None or other.cells is None:
            return Recording(other.every)
        return Recording(other.every, np.concatenate([self.cells, other.cells]))

    def of(self, size):
        """The numbers of the cells, ascending."""
        return np.arange(size) if self.cells is None else self.cells

    def words(self):
        """As the command's --record has it, behind the name."""
        every = f"/{self.every}" if self.every > 1 else ""
        if self.cells is None:
            return every
        runs = np.split(self.cells, np.flatnonzero(np.diff(self.cells) > 1) + 1)
        return "[" + ",".join(str(run[0]) if len(run) == 1 else
                              f"{run[0]}-{run[-1]}" for run in runs) + "]" + every


def neo_package():
    try:
        import neo
        import quantities
    except ImportError as error:
        raise ImportError("get_data() gives objects of the package neo: pip "
                          "install neo") from error
    return neo, quantities


def block_of(cells, variables):
    """A neo.Block of what the populations of `cells` recorded of them;
    `variables`: a name, a list, or "all"."""
    neo, _ = neo_package()
    from .state import current
    simulation = current.now
    block = neo.Block(name=cells.label, description="made by snnc",
                      population=cells.label, size=cells.size)
    names = [variables] if isinstance(variables, str) else list(variables)
    for population, _ in cells.parts():
        if names != ["all"]:
            for name in names:
                population.recording(name, -1)  # or an error
    for number, result in enumerate(simulation.results):
        segment = neo.Segment(name=f"segment{number:03d}")
        segment.block = block
        for population, part in cells.parts():
            recorded = result.recorded.get(population.name, {})
            for name in recorded if names == ["all"] else names:
                if name not in recorded:
                    continue
                if name == "spikes":
                    add_trains(segment, population, part, number,
                               result.ticks * simulation.dt)
                else:
                    add_signal(segment, population, part, name, number)
        block.segments.append(segment)
    return block


def add_trains(segment, population, cells, number, end):
    neo, pq = neo_package()
    rows = population.spikes(number)
    order = np.lexsort((rows[:, 0], rows[:, 1]))
    times = rows[order, 0] * population._simulation.dt
    bounds = np.searchsorted(rows[order, 1], np.arange(population.size + 1))
    recorded = population.recording("spikes", number).of(population.size)
    for cell in cells[np.isin(cells, recorded)]:
        segment.spiketrains.append(neo.SpikeTrain(
            times[bounds[cell]:bounds[cell + 1]], units=pq.ms, t_start=0 * pq.ms,
            t_stop=end * pq.ms, source_population=population.label,
            source_index=int(cell), source_id=int(population.first_id + cell)))


def add_signal(segment, population, cells, name, number):
    from .views import states_of
    neo, pq = neo_package()
    every = population.recording(name, number).every
    unit = population.celltype.units.get(name, "")
    units = {"mV": pq.mV, "nA": pq.nA, "uS": pq.uS,
             "mV/ms": pq.mV / pq.ms}.get(unit, pq.dimensionless)
    values, found = states_of(population, cells, name, number)
    if not len(found):
        return
    segment.analogsignals.append(neo.AnalogSignal(
        values, units=units, t_start=0 * pq.ms,
        sampling_period=every * population._simulation.dt * pq.ms, name=name,
        source_population=population.label, channel_index=cells[found]))
