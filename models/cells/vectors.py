#!/usr/bin/env python3
"""One neuron of every cell type in NEST: the spikes and potentials that tests
compare snnc's with.

    python3 -m venv venv && venv/bin/pip install nest-simulator==3.10.0
    venv/bin/python models/cells/vectors.py > tests/e2e/cells_nest.json

Each neuron gets 200 excitatory and 80 inhibitory spikes at fixed ticks and a
direct current; 4,000 ticks of 0.1 ms. NEST's spike of tick t with a delay of one
tick acts on the membrane as snnc's does, which `shift` in the test states.
"""

import json
import random

import nest

TICKS, DT = 4000, 0.1
COMMON = {"C_m": 250.0, "E_L": -70.0, "V_reset": -70.0, "V_th": -55.0,
          "t_ref": 2.0}
CELLS = {
    "iaf_psc_delta": ("iaf_psc_delta", {**COMMON, "tau_m": 10.0, "I_e": 180.0},
                      3.0, -2.0),
    "iaf_psc_exp": ("iaf_psc_exp", {**COMMON, "tau_m": 10.0, "I_e": 300.0,
                                    "tau_syn_ex": 2.0, "tau_syn_in": 3.0},
                    300.0, -250.0),
    "iaf_psc_alpha": ("iaf_psc_alpha", {**COMMON, "tau_m": 10.0, "I_e": 300.0,
                                        "tau_syn_ex": 0.5, "tau_syn_in": 10.0},
                      400.0, -100.0),
    "iaf_cond_exp": ("iaf_cond_exp", {**COMMON, "g_L": 16.0, "I_e": 200.0,
                                      "V_reset": -62.0, "tau_syn_ex": 2.0,
                                      "tau_syn_in": 5.0, "E_ex": 0.0,
                                      "E_in": -85.0}, 6.0, 8.0),
    "adex": ("aeif_cond_exp", {"C_m": 281.0, "g_L": 30.0, "E_L": -70.6,
                               "V_reset": -60.0, "V_th": -50.4, "t_ref": 2.0,
                               "I_e": 500.0, "tau_syn_ex": 2.0,
                               "tau_syn_in": 5.0, "E_ex": 0.0, "E_in": -85.0,
                               "Delta_T": 2.0, "V_peak": 0.0, "a": 4.0,
                               "b": 80.5, "tau_w": 144.0}, 6.0, 8.0),
}


def run(model, params, excitation, inhibition, spikes):
    nest.ResetKernel()
    nest.resolution = DT
    nest.verbosity = nest.VerbosityLevel.ERROR
    neuron = nest.Create(model, params=params)
    if model == "aeif_cond_exp":
        neuron.gsl_error_tol = 1e-9
    neuron.V_m = params["E_L"]
    for ticks, weight in zip(spikes, (excitation, inhibition)):
        source = nest.Create("spike_generator", params={
            "spike_times": [round((t + 1) * DT, 6) for t in ticks]})
        conductance = model.endswith("cond_exp")
        sign = -1 if conductance and ticks is spikes[1] else 1
        nest.Connect(source, neuron, syn_spec={"weight": sign * weight,
                                               "delay": DT})
    meter = nest.Create("multimeter", params={"record_from": ["V_m"],
                                              "interval": DT})
    recorder = nest.Create("spike_recorder")
    nest.Connect(meter, neuron)
    nest.Connect(neuron, recorder)
    nest.Simulate(TICKS * DT + 1)
    times = [round(t / DT) for t in recorder.events["times"]]
    potentials = [round(float(v), 4) for v in meter.events["V_m"][:TICKS:10]]
    return {"times": times, "potentials": potentials}


def main():
    rng = random.Random(7)
    spikes = [sorted(rng.sample(range(5, TICKS - 50), count))
              for count in (200, 80)]
    cells = {}
    for name, (model, params, excitation, inhibition) in CELLS.items():
        cells[name] = {"params": params, "weights": [excitation, inhibition],
                       **run(model, params, excitation, inhibition, spikes)}
    print(json.dumps({"made_by": f"NEST {nest.__version__}", "dt_ms": DT,
                      "ticks": TICKS, "spikes": spikes, "cells": cells},
                     separators=(",", ":")))


if __name__ == "__main__":
    main()
