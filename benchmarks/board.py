"""A network that keeps every PE of a 48-chip board busy: a sheet of populations.

    benchmarks/board.py net.yaml [--chips N] [--probability P]
    snnc compile net.yaml --machine spinnaker2-48 --paradigm serial -o net.s2x

Every population has 1,024 neurons, 16 PEs of 64, and synapses from itself and from
three of its neighbours; what 16 does not divide is in smaller ones.
"""

import argparse

NEURONS, PES = 64, 16  # of a PE, of a population
CELLS = """    model: iaf_psc_exp
    params: {C_m: 250 pF, tau_m: 20 ms, tau_syn_ex: 5 ms, tau_syn_in: 10 ms, t_ref: 5 ms, E_L: -49 mV, V_reset: -60 mV, V_th: -50 mV}
    initial: {v: {dist: uniform, low: -60 mV, high: -50 mV}}
    rate: 20 Hz
"""


def network(pes, probability, side=12):
    sizes = [PES] * (pes // PES) + ([pes % PES] if pes % PES else [])
    text = ("network: {name: board, dt: 1 ms, seed: 3}\n"
            ".cells: &cells\n" + CELLS + "populations:\n")
    for i, size in enumerate(sizes):
        text += f"  p{i}: {{<<: *cells, size: {size * NEURONS}}}\n"
    text += ("projections:\n"
             f"  - &ex {{from: p0, to: p0, connector: {{fixed_probability: {probability}}}, weight: 1.62 pA, delay: {{dist: uniform_int, low: 1, high: 100}}}}\n"
             "  - &in {<<: *ex, from: p0, to: p1, weight: -9 pA}\n")
    for i in range(len(sizes)):
        for step, kind in (0, "ex"), (1, "in"), (side, "ex"), (side + 1, "ex"):
            to = (i + step) % len(sizes)
            if (i, to) not in ((0, 0), (0, 1)):
                text += f"  - {{<<: *{kind}, from: p{i}, to: p{to}}}\n"
    return text + 'probes: ["p0:spikes"]\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--chips", type=int, default=48)
    parser.add_argument("--probability", type=float, default=0.02)
    args = parser.parse_args()
    with open(args.file, "w", encoding="utf-8") as out:
        out.write(network(args.chips * 148, args.probability))


if __name__ == "__main__":
    main()
