"""brian2_network.py NETWORK MS FOLDER: builds the C++ standalone program of a
benchmark network in FOLDER, for MS ms of model time, without running it.

FOLDER/main then runs it. Spikes are left in FOLDER/results.
"""

import json
import sys

import numpy as np
from brian2 import (Hz, Network, NeuronGroup, PoissonInput, SpikeMonitor, Synapses,
                    defaultclock, device, ms, mV, prefs, seed, set_device)

from microcircuit import make


ORDER = ["start", "groups", "synapses", "thresholds", "resets", "end"]


def brunel():
    """The delta variant of NEST's example, J = 0.1 mV, g = 5, eta = 2.

    A tick has NEST's order: the potential decays, what arrives is added, the
    threshold is looked at (ORDER); Brian2's own looks at it before, which makes
    rates 2 % lower. So that a refractory neuron sits out 20 ticks and a spike
    takes 15, the numbers below are one more and one less. What arrives while a
    neuron is refractory is lost: Brian2 adds it unless told otherwise, and then
    CVs differ (KS distance 0.064).
    """
    jump, threshold, tau, inputs = 0.1 * mV, 20 * mV, 20 * ms, 1000
    cells = NeuronGroup(
        12500, "dv/dt = -v/tau : volt (unless refractory)",
        threshold="v > threshold", reset="v = 10*mV", refractory=2.1 * ms,
        method="exact",
        namespace={"tau": tau, "threshold": threshold, "jump": jump})
    parts = [cells]
    random = np.random.default_rng(1)
    for first, count, weight in ((0, 10000, jump), (10000, 2500, -5 * jump)):
        synapses = Synapses(cells[first:first + count], cells,
                            on_pre="v += weight*int(not_refractory_post)", delay=1.4 * ms,
                            namespace={"weight": weight})
        # As many for each neuron: rates depend on it.
        degree = count // 10
        synapses.connect(i=random.integers(0, count, 12500 * degree),
                         j=np.repeat(np.arange(12500), degree))
        parts.append(synapses)
    rate = 2 * threshold / (jump * inputs * tau)
    parts.append(PoissonInput(cells, "v", inputs, rate,
                              weight="jump*int(not_refractory)"))
    return cells, parts


def cuba():
    """Current-based benchmark of Brette et al. 2007, as in Brian2's examples."""
    cells = NeuronGroup(
        4000, """dv/dt = (ge + gi - (v - rest))/(20*ms) : volt (unless refractory)
        dge/dt = -ge/(5*ms) : volt
        dgi/dt = -gi/(10*ms) : volt""",
        threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms,
        method="exact", namespace={"rest": -49 * mV})
    cells.v = "(-60 + 10*rand())*mV"
    parts = [cells]
    for sources, effect in ((cells[:3200], "ge += 1.62*mV"),
                            (cells[3200:], "gi -= 9*mV")):
        synapses = Synapses(sources, cells, on_pre=effect)
        synapses.connect(p=0.02)
        parts.append(synapses)
    return cells, parts


def microcircuit(scale=0.1):
    """Potjans and Diesmann (2014) by models/microcircuit/make.py's numbers.

    Both receptors have one time constant, so one current and one Synapses
    object hold all of it. pA and ms are numbers without units here.
    """
    size = [round(n * scale) for n in make.SIZE]
    first = np.concatenate([[0], np.cumsum(size)])
    random = np.random.default_rng(1)
    cells = NeuronGroup(
        int(first[-1]), """dv/dt = (-65 - v)/(10*ms) + (current + extra)/(250*ms) : 1 (unless refractory)
        dcurrent/dt = -current/(0.5*ms) : 1
        extra : 1 (constant)""",
        threshold="v > -50", reset="v = -65", refractory=2 * ms,
        method="exact")
    parts, i, j, weights, delays, extra, start = [cells], [], [], [], [], [], []
    for t in range(8):
        extra.append(np.full(size[t], make.lost_current(t, scale, "poisson")))
        start.append(random.normal(*make.START[t], size[t]))
        parts.append(PoissonInput(
            cells[first[t]:first[t + 1]], "current",
            round(make.EXTERNAL[t] * scale), make.EXTERNAL_RATE * Hz,
            weight=make.WEIGHT / scale**0.5))
        for s in range(8):
            count = round(make.synapses(t, s) * scale * scale)
            weight = make.mean_weight(t, s) / scale**0.5
            drawn = random.normal(weight, abs(weight) * make.SPREAD, count)
            weights.append(np.clip(drawn, *((0, None) if weight > 0
                                            else (None, 0))))
            delays.append(np.maximum(random.normal(
                *make.DELAY[make.LAYERS[s][-1]], count), 0.1))
            i.append(first[s] + random.integers(0, size[s], count))
            j.append(first[t] + random.integers(0, size[t], count))
    cells.v, cells.extra = np.concatenate(start), np.concatenate(extra)
    synapses = Synapses(cells, cells, "w : 1", on_pre="current += w")
    synapses.connect(i=np.concatenate(i), j=np.concatenate(j))
    synapses.w = np.concatenate(weights)
    synapses.delay = np.concatenate(delays) * ms
    return cells, [*parts, synapses]


def main():
    name, duration, folder = sys.argv[1:]
    set_device("cpp_standalone", directory=folder, build_on_run=False)
    prefs.codegen.cpp.extra_compile_args_gcc = ["-O3", "-march=native",
                                                "-ffast-math"]
    defaultclock.dt = 0.1 * ms
    seed(1)
    cells, parts = {"brunel": brunel, "cuba": cuba,
                    "microcircuit": microcircuit}[name]()
    monitor = SpikeMonitor(cells, name="monitor")
    network = Network(*parts, monitor)
    if name == "brunel":
        network.schedule = ORDER
    network.run(float(duration) * ms)
    device.build(run=False, compile=True, directory=folder)
    files = {array.name: device.get_array_filename(array)
             for array in (monitor.variables["i"], monitor.variables["t"])}
    with open(f"{folder}/monitor.json", "w", encoding="utf-8") as file:
        json.dump(files, file)


if __name__ == "__main__":
    main()
