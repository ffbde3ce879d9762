"""brian2_network.py NETWORK MS FOLDER: builds the C++ standalone program of a
benchmark network in FOLDER, for MS ms of model time, without running it.

FOLDER/main then runs it. Spikes are left in FOLDER/results.
"""

import json
import sys

import numpy as np
from brian2 import (Network, NeuronGroup, PoissonInput, SpikeMonitor, Synapses,
                    defaultclock, device, ms, mV, prefs, set_device)


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


def main():
    name, duration, folder = sys.argv[1:]
    set_device("cpp_standalone", directory=folder, build_on_run=False)
    prefs.codegen.cpp.extra_compile_args_gcc = ["-O3", "-march=native",
                                                "-ffast-math"]
    defaultclock.dt = 0.1 * ms
    cells, parts = {"brunel": brunel, "cuba": cuba}[name]()
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
