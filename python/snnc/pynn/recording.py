"""Recordings as Neo has them."""

from __future__ import annotations

import numpy as np


def neo_package():
    try:
        import neo
        import quantities
    except ImportError as error:
        raise ImportError("get_data() gives objects of the package neo: pip "
                          "install neo") from error
    return neo, quantities


def block_of(population, variables):
    """A neo.Block of what `population` recorded; `variables`: a name, a list,
    or "all"."""
    neo, pq = neo_package()
    simulation = population._simulation
    names = [variables] if isinstance(variables, str) else list(variables)
    if names == ["all"]:
        names = list(population.recorded)
    for name in names:
        population._needs(name)
    block = neo.Block(name=population.label, description="made by snnc",
                      population=population.label, size=population.size)
    for number, (ticks, _) in enumerate(simulation.results):
        segment = neo.Segment(name=f"segment{number:03d}")
        segment.block = block
        for name in names:
            if name == "spikes":
                add_trains(segment, population, number, ticks * simulation.dt)
            else:
                add_signal(segment, population, name, number)
        block.segments.append(segment)
    return block


def add_trains(segment, population, number, end):
    neo, pq = neo_package()
    rows = population.spikes(number)
    order = np.lexsort((rows[:, 0], rows[:, 1]))
    times = rows[order, 0] * population._simulation.dt
    bounds = np.searchsorted(rows[order, 1], np.arange(population.size + 1))
    for cell in range(population.size):
        segment.spiketrains.append(neo.SpikeTrain(
            times[bounds[cell]:bounds[cell + 1]], units=pq.ms, t_start=0 * pq.ms,
            t_stop=end * pq.ms, source_population=population.label,
            source_index=cell, source_id=population.first_id + cell))


def add_signal(segment, population, name, number):
    neo, pq = neo_package()
    step = population._simulation.dt * population.recorded[name]
    unit = population.celltype.units.get(name, "")
    units = {"mV": pq.mV, "nA": pq.nA, "uS": pq.uS,
             "mV/ms": pq.mV / pq.ms}.get(unit, pq.dimensionless)
    segment.analogsignals.append(neo.AnalogSignal(
        population.state(name, number), units=units, t_start=0 * pq.ms,
        sampling_period=step * pq.ms, name=name,
        source_population=population.label,
        channel_index=np.arange(population.size)))
