"""Bytes of the weight-delay map after compaction, per layer.

Layers of drawn synapses (benchmarks/mapbytes.py writes the YAML), compiled as
parallel; the bytes are those of the written cores. Counted: weights and all
indices (scatter table, positions, panels), in every core that holds a part of
the layer. "plain" is the map of one byte per (source, delay, neuron) with the
neurons padded to the array's 16 columns, without any index. The operand that a
product needs is reported beside it: a plain map needs one of sources x delays.
"""

import json
import os
import subprocess

DENSITIES = (0.05, 0.1, 0.25, 0.5, 1.0)
DELAYS = (1, 4, 8, 16)
PARTS = ("weights", "scatter", "positions", "panels")
# Echelon reordering of Huang et al., arXiv 2406.17049 and its predecessor:
# share of the plain map's bytes that it keeps.
CORTEX = ("echelon reordering, cortex-like network, published", 0.8578)
GESTURE = ("echelon reordering, gesture layer, published", 0.7428)


def projection(source, target, density, delays, sign):
    rule = ("all_to_all" if density == 1
            else f"{{fixed_probability: {density}}}")
    return (f"  - {{from: {source}, to: {target}, connector: {rule}, "
            f"weight: {{dist: uniform, low: {0.1 if sign > 0 else -1.0}, "
            f"high: {1.0 if sign > 0 else -0.1}}}, "
            f"delay: {{dist: uniform_int, low: 1, high: {delays}}}}}\n")


def layer(sources, neurons, density, delays):
    """One input, one parallel population."""
    return (f"network: {{dt: 1.0e-3, seed: 7}}\n"
            f"inputs:\n  in: {{size: {sources}}}\n"
            f"populations:\n  layer: {{size: {neurons}, model: lif, params: "
            "{tau: 20.0e-3, threshold: 1.0}, paradigm: parallel}\n"
            "projections:\n" + projection("in", "layer", density, delays, 1))


def balanced(density, delays):
    """400 excitatory and 100 inhibitory neurons, all to all at random."""
    text = "network: {dt: 1.0e-3, seed: 7}\ninputs:\n  in: {size: 10}\n"
    text += "populations:\n"
    for name, size in (("exc", 400), ("inh", 100)):
        text += (f"  {name}: {{size: {size}, model: lif, params: {{tau: "
                 "20.0e-3, threshold: 1.0}, paradigm: parallel}\n")
    text += "projections:\n"
    for target in ("exc", "inh"):
        text += projection("exc", target, density, delays, 1)
        text += projection("inh", target, density, delays, -1)
    return text + ("  - {from: in, to: exc, connector: {fixed_indegree: 1}, "
                   "weight: 1.0}\n")


def compiled(bench, text):
    """The report of a network's layers."""
    path = os.path.join(bench.folder, "map.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run(
        [bench.snnc, "compile", path, "--report", "json", "-o",
         os.path.join(bench.folder, "map.s2x")],
        check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["layers"]


def share(bench, case, layers, plain, peer):
    """One line for the map, one for its operand."""
    for found in layers:
        if found["paradigm"] != "parallel":
            raise RuntimeError(f"{case}: {found['name']} is not parallel")
    parts = {}
    for found in layers:
        for name, count in found["bytes_by_structure"].items():
            parts[name] = parts.get(name, 0) + count
    bench.row("map-bytes", case, "map and indices",
              sum(parts[name] for name in PARTS) / plain, "of plain", peer)
    bench.row("map-bytes", case, "operand", parts["operand"] / plain,
              "of plain")
    bench.row("map-bytes", case, "PEs", sum(l["pes"] for l in layers), "PEs")


def run(bench):
    columns = lambda neurons: (neurons + 15) // 16 * 16
    for delays in DELAYS:
        for density in DENSITIES:
            share(bench, f"500 x 500, {density * 100:g} %, delays 1-{delays}",
                  compiled(bench, layer(500, 500, density, delays)),
                  500 * delays * columns(500), None)
    share(bench, "balanced 400 + 100, 10 %, delays 1-8",
          compiled(bench, balanced(0.1, 8)),
          500 * 8 * (columns(400) + columns(100)), CORTEX)
    for density, delays in ((1.0, 1), (0.1, 16), (0.5, 16)):
        share(bench, f"2048 x 20, {density * 100:g} %, delays 1-{delays}",
              compiled(bench, layer(2048, 20, density, delays)),
              2048 * delays * columns(20), GESTURE)
