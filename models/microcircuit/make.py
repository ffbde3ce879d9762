#!/usr/bin/env python3
"""The cortical microcircuit of Potjans and Diesmann (2014) as a YAML network.

    models/microcircuit/make.py [--scale 0.1] [--drive poisson|dc] > circuit.yaml

Numbers from "The cell-type specific cortical microcircuit", Cerebral Cortex 24
(2014), tables 4 and 5, start potentials from its NEST implementation. --scale
takes that share of the neurons and keeps the number of inputs of each where it
is 1; below, both shrink, weights grow by 1 / sqrt(scale) and a direct current
stands for the mean input that is lost (van Albada et al. 2015).
"""

import argparse
import math

LAYERS = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
SIZE = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]
PROBABILITY = [  # [target][source]
    [.1009, .1689, .0437, .0818, .0323, 0, .0076, 0],
    [.1346, .1371, .0316, .0515, .0755, 0, .0042, 0],
    [.0077, .0059, .0497, .135, .0067, .0003, .0453, 0],
    [.0691, .0029, .0794, .1597, .0033, 0, .1057, 0],
    [.1004, .0622, .0505, .0057, .0831, .3726, .0204, 0],
    [.0548, .0269, .0257, .0022, .06, .3158, .0086, 0],
    [.0156, .0066, .0211, .0166, .0572, .0197, .0396, .2252],
    [.0364, .001, .0034, .0005, .0277, .008, .0658, .1443]]
EXTERNAL = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]
EXTERNAL_RATE = 8.0  # Hz
RATE = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829]  # Hz, expected
START = [(-68.28, 5.36), (-63.16, 4.57), (-63.33, 4.74), (-63.45, 4.94),
         (-63.11, 4.94), (-61.66, 4.55), (-66.72, 5.46), (-61.43, 4.48)]  # mV
WEIGHT, INHIBITION, SPREAD = 87.81, -4.0, 0.1  # pA
TAU_SYN = 0.5  # ms
DELAY = {"E": (1.5, 0.75), "I": (0.75, 0.375)}  # ms


def synapses(target, source):
    pairs = SIZE[target] * SIZE[source]
    p = PROBABILITY[target][source]
    return math.log(1 - p) / math.log(1 - 1 / pairs) if p else 0.0


def mean_weight(target, source):
    weight = WEIGHT * (INHIBITION if LAYERS[source].endswith("I") else 1)
    doubled = LAYERS[target] == "L23E" and LAYERS[source] == "L4E"
    return 2 * weight if doubled else weight


def lost_current(target, scale, drive):
    """pA: the mean input that stronger weights of fewer sources leave out."""
    if scale == 1:
        return 0.0
    mean = sum(mean_weight(target, s) * synapses(target, s) / SIZE[target]
               * RATE[s] for s in range(8))
    if drive == "poisson":
        mean += WEIGHT * EXTERNAL[target] * EXTERNAL_RATE
    return (1 - math.sqrt(scale)) * mean * TAU_SYN * 1e-3


def population(i, size, scale, drive):
    current = lost_current(i, scale, drive)
    if drive == "dc":
        current += EXTERNAL[i] * EXTERNAL_RATE * WEIGHT * TAU_SYN * 1e-3
    mean, deviation = START[i]
    return (f"  {LAYERS[i]}: {{<<: *cells, size: {size[i]}, "
            f"rate: {RATE[i]} Hz,\n"
            f"    params: {{<<: *params, I_e: {current:.6g} pA}},\n"
            f"    initial: {{v: {{dist: normal, mean: {mean} mV, "
            f"std: {deviation} mV}}}}}}")


def projection(target, source, scale):
    count = round(synapses(target, source) * scale * scale)
    weight = mean_weight(target, source) / math.sqrt(scale)
    bound = "min" if weight > 0 else "max"
    mean, deviation = DELAY[LAYERS[source][-1]]
    return (f"  - {{from: {LAYERS[source]}, to: {LAYERS[target]}, "
            f"connector: {{fixed_total_number: {count}}},\n"
            f"     weight: {{dist: normal, mean: {weight:.6g} pA, "
            f"std: {abs(weight) * SPREAD:.6g} pA, {bound}: 0}},\n"
            f"     delay: {{dist: normal, mean: {mean} ms, "
            f"std: {deviation} ms, min: 0.1 ms}}}}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--drive", choices=["poisson", "dc"], default="poisson")
    parser.add_argument("--seed", type=int, default=55)
    given = parser.parse_args()
    if not 0 < given.scale <= 1:
        parser.error("--scale is above 0 and at most 1")
    size = [round(n * given.scale) for n in SIZE]
    print(f"# Potjans and Diesmann (2014), scale {given.scale:g}; made by "
          "models/microcircuit/make.py.")
    print(f"network: {{name: microcircuit, dt: 0.1 ms, seed: {given.seed}}}\n")
    print("populations:")
    print("  .cells: &cells {model: iaf_psc_exp}")
    print("  .params: &params {C_m: 250 pF, tau_m: 10 ms, tau_syn_ex: 0.5 ms, "
          "tau_syn_in: 0.5 ms,\n    t_ref: 2 ms, E_L: -65 mV, "
          "V_reset: -65 mV, V_th: -50 mV}")
    for i in range(8):
        print(population(i, size, given.scale, given.drive))
    if given.drive == "poisson":
        print("\ndrives:")
        for i, layer in enumerate(LAYERS):
            sources = round(EXTERNAL[i] * given.scale)
            weight = WEIGHT / math.sqrt(given.scale)
            print(f"  to_{layer}: {{to: {layer}, kind: poisson, "
                  f"rate: {EXTERNAL_RATE:g} Hz, sources: {sources}, "
                  f"weight: {weight:.6g} pA}}")
    print("\nprojections:")
    for target in range(8):
        for source in range(8):
            if PROBABILITY[target][source]:
                print(projection(target, source, given.scale))
    print("\nprobes: [" + ", ".join(f'"{name}:spikes"' for name in LAYERS)
          + "]")


if __name__ == "__main__":
    main()
