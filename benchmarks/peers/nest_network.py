"""nest_network.py NETWORK MS FILE: a benchmark network in NEST, one thread, for
MS ms of model time; its spikes go to FILE (.npz: neurons, counted on over the
populations, and times in ms)."""

import sys

import numpy as np
import nest

from microcircuit import make


def brunel():
    """The delta variant of NEST's example, J = 0.1 mV, g = 5, eta = 2."""
    cells = [nest.Create("iaf_psc_delta", n, params={
        "C_m": 1.0, "tau_m": 20.0, "t_ref": 2.0, "E_L": 0.0, "V_reset": 10.0,
        "V_m": 0.0, "V_th": 20.0}) for n in (10000, 2500)]
    drive = nest.Create("poisson_generator", params={"rate": 20000.0})
    all_cells = cells[0] + cells[1]
    jump = {"synapse_model": "static_synapse", "weight": 0.1, "delay": 1.5}
    nest.Connect(drive, all_cells, syn_spec=jump)
    nest.Connect(cells[0], all_cells,
                 {"rule": "fixed_indegree", "indegree": 1000}, jump)
    nest.Connect(cells[1], all_cells,
                 {"rule": "fixed_indegree", "indegree": 250},
                 {**jump, "weight": -0.5})
    return cells


def microcircuit(scale=0.1):
    cells = []
    for i, size in enumerate(make.SIZE):
        layer = nest.Create("iaf_psc_exp", round(size * scale), params={
            "C_m": 250.0, "tau_m": 10.0, "tau_syn_ex": make.TAU_SYN,
            "tau_syn_in": make.TAU_SYN, "t_ref": 2.0, "E_L": -65.0,
            "V_reset": -65.0, "V_th": -50.0,
            "I_e": make.lost_current(i, scale, "poisson")})
        layer.V_m = nest.random.normal(*make.START[i])
        drive = nest.Create("poisson_generator", params={
            "rate": round(make.EXTERNAL[i] * scale) * make.EXTERNAL_RATE})
        nest.Connect(drive, layer, syn_spec={
            "weight": make.WEIGHT / scale**0.5, "delay": 0.1})
        cells.append(layer)
    for t, target in enumerate(cells):
        for s, source in enumerate(cells):
            count = round(make.synapses(t, s) * scale * scale)
            if not count:
                continue
            weight = make.mean_weight(t, s) / scale**0.5
            drawn = nest.random.normal(weight, abs(weight) * make.SPREAD)
            mean, deviation = make.DELAY[make.LAYERS[s][-1]]
            nest.Connect(
                source, target, {"rule": "fixed_total_number", "N": count},
                {"synapse_model": "static_synapse",
                 "weight": nest.math.max(drawn, 0.0) if weight > 0
                 else nest.math.min(drawn, 0.0),
                 "delay": nest.math.max(nest.random.normal(mean, deviation),
                                        0.1)})
    return cells


def main():
    name, duration, path = sys.argv[1:]
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.set(local_num_threads=1, resolution=0.1, rng_seed=1)
    cells = {"brunel": brunel, "microcircuit": microcircuit}[name]()
    recorder = nest.Create("spike_recorder")
    for population in cells:
        nest.Connect(population, recorder)
    nest.Simulate(float(duration))
    # Populations were created one after the other, with drives between them.
    first = np.concatenate([[p[0].global_id] for p in cells])
    count = np.concatenate([[0], np.cumsum([len(p) for p in cells])[:-1]])
    senders = np.array(recorder.events["senders"], np.int64)
    owner = np.searchsorted(first, senders, "right") - 1
    np.savez(path, neurons=senders - first[owner] + count[owner],
             times=np.array(recorder.events["times"]))


if __name__ == "__main__":
    main()
