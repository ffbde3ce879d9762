"""One layer in both paradigms, over density, delay range and rate.

benchmarks/run --only paradigms --json results.jsonl measures; this file's own
command, `paradigms.py results.jsonl`, prints the table of docs/paradigms.md.
"""

import json
import os
import subprocess
import sys

import numpy as np

NEURONS = 500
DENSITIES = (10, 50, 100)  # %
DELAYS = (1, 4, 16)        # 1 to so many ticks
RATES = (0.1, 1, 10)       # % of the sources spike in a tick
TICKS = 48
SEED = 11

NETWORK = """network: {{name: layer, seed: {seed}}}
inputs:
  in: {{size: {n}}}
populations:
  layer: {{size: {n}, model: lif, params: {{tau: 20.0e-3, threshold: 1.0}}}}
projections:
  - {{from: in, to: layer, connector: {connector},
     weight: {{dist: uniform, low: -0.02, high: 0.03}}, delay: {delay}}}
"""


def network(density, delays):
    connector = ("all_to_all" if density == 100
                 else f"{{fixed_probability: {density / 100}}}")
    delay = (1 if delays == 1 else
             f"{{dist: uniform_int, low: 1, high: {delays}}}")
    return NETWORK.format(seed=SEED, n=NEURONS, connector=connector,
                          delay=delay)


def stimulus(rate):
    """The same share of sources in every tick, others each time. The last
    spikes come early enough for their longest delay."""
    draw = np.random.default_rng(SEED)
    spikes = np.zeros((TICKS, NEURONS), np.uint8)
    # 0.1 % of 500 is a spike every other tick.
    owed = 0.0
    for tick in range(TICKS):
        owed += NEURONS * rate / 100
        count, owed = int(owed), owed - int(owed)
        spikes[tick, draw.permutation(NEURONS)[:count]] = 1
    return spikes


def run(bench):
    for density in DENSITIES:
        for delays in DELAYS:
            with open(os.path.join(bench.folder, "layer.yaml"), "w",
                      encoding="utf-8") as file:
                file.write(network(density, delays))
            for paradigm in ("serial", "parallel"):
                case = f"{paradigm}, {density} %, delays 1 to {delays}"
                done = subprocess.run(
                    [bench.snnc, "compile", "layer.yaml", "--paradigm",
                     paradigm, "-o", "layer.s2x"], cwd=bench.folder,
                    capture_output=True, text=True)
                if done.returncode == 3:
                    bench.row("paradigms", case, "refused", 1, "layers")
                elif done.returncode:
                    raise RuntimeError(done.stderr)
                else:
                    measure(bench, case)


def measure(bench, case):
    for rate in RATES:
        report = bench.run_report("layer.s2x", stimulus(rate))
        layer, = report["layers"]
        if rate == RATES[0]:
            bench.row("paradigms", case, "pes", layer["pes"], "PEs")
            bench.row("paradigms", case, "bytes", layer["bytes"], "B")
        where = f"{case}, {rate} %"
        bench.row("paradigms", where, "cycles_per_tick",
                  layer["cycles_per_tick"], "cycles")
        bench.row("paradigms", where, "worst_cycles_per_tick",
                  layer["worst_cycles_per_tick"], "cycles")


def table(lines):
    """The rows as Markdown, the smaller of the two cycle counts in bold; a
    layer that a paradigm cannot hold is a dash."""
    values = {(line["case"], line["metric"]): line["value"]
              for line in map(json.loads, lines)
              if line["benchmark"] == "paradigms"}
    out = ["| density | delays | PEs s / p | kB s / p | "
           + " | ".join(f"cycles at {rate} %, s / p" for rate in RATES) + " |",
           "|---|---|---|---|" + "---|" * len(RATES)]
    for density in DENSITIES:
        for delays in DELAYS:
            cases = [f"{p}, {density} %, delays 1 to {delays}"
                     for p in ("serial", "parallel")]
            cells = [f"{density} %", "1" if delays == 1 else f"1 to {delays}",
                     " / ".join(str(values.get((c, "pes"), "-"))
                                for c in cases),
                     " / ".join(f"{values[c, 'bytes'] / 1000:.0f}"
                                if (c, "bytes") in values else "-"
                                for c in cases)]
            for rate in RATES:
                pair = [values.get((f"{c}, {rate} %", "cycles_per_tick"))
                        for c in cases]
                least = min(v for v in pair if v is not None)
                cells.append(" / ".join(
                    "-" if v is None else
                    f"**{v:,.0f}**" if v == least else f"{v:,.0f}"
                    for v in pair))
            out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as results:
        print(table(results))
