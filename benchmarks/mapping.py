"""Populations onto boards of 48 chips: seconds, hops and load of links.

Random, layered and spatial graphs, on sound and on damaged machines; every core
of a population sends to every core of its targets. Hops count every source
core. `mapping-benchmark` also walks a packet of every core through the tables
that came out, and fails where one does not reach its targets once.

PACMAN (SpiNNaker_PACMAN 1!7.4.1, `benchmarks/peers/install --pacman`) maps the same
graphs where it is installed; it places on 150 cores a chip, this on 148.
"""

import json
import os
import random
import subprocess
import sys

import processes

BIN = os.path.join(processes.ROOT, "build", "release", "bin")
PEER = os.path.join(processes.ROOT, "build", "peers-pacman", "bin", "python")
PEER_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers",
                           "pacman_map.py")


def random_graph(pops, cores, fan, seed=1):
    draw = random.Random(seed)
    edges = sorted({(i, draw.randrange(pops)) for i in range(pops)
                    for _ in range(fan)})
    return graph(pops, cores, edges)


def layered_graph(layers, width, cores, fan, seed=2):
    """Every population sends to `fan` of the next layer."""
    draw = random.Random(seed)
    edges = sorted({(layer * width + i, (layer + 1) * width + draw.randrange(width))
                    for layer in range(layers - 1) for i in range(width)
                    for _ in range(fan)})
    return graph(layers * width, cores, edges)


def spatial_graph(side, cores):
    """A sheet: every population sends to itself and the eight around it."""
    edges = [(y * side + x, (y + dy) * side + x + dx)
             for y in range(side) for x in range(side)
             for dy in (-1, 0, 1) for dx in (-1, 0, 1)
             if 0 <= y + dy < side and 0 <= x + dx < side]
    return graph(side * side, cores, edges)


def graph(pops, cores, edges):
    return {"pops": [{"name": f"p{i}", "cores": cores} for i in range(pops)],
            "edges": edges}


DAMAGE = {"chips": [[3, 3], [5, 6]],
          "links": [[1, 1, 0], [2, 4, 2], [4, 4, 1], [6, 5, 4]]}
# name: (graph, boards, dead parts)
CASES = {
    "random 60 x 100": (random_graph(60, 100, 6), 1, {}),
    "random 60 x 100, damaged": (random_graph(60, 100, 6), 1, DAMAGE),
    "layered 5 x 12 x 100": (layered_graph(5, 12, 100, 4), 1, {}),
    "layered 5 x 12 x 100, damaged": (layered_graph(5, 12, 100, 4), 1, DAMAGE),
    "spatial 7 x 7 x 120": (spatial_graph(7, 120), 1, {}),
    "spatial 7 x 7 x 120, damaged": (spatial_graph(7, 120), 1, DAMAGE),
    "random 120 x 100": (random_graph(120, 100, 6), 3, {}),
    "random 400 x 100": (random_graph(400, 100, 6), 6, {}),
    "random 80 x 1000": (random_graph(80, 1000, 6), 12, {}),
}
QUICK = 6  # cases of one board


class Mapping:

    def __init__(self, bench, folder, quick=False):
        self.bench, self.folder, self.quick = bench, folder, quick

    def run(self):
        for case, (wanted, boards, dead) in list(CASES.items())[
                :QUICK if self.quick else None]:
            graph_file = os.path.join(self.folder, "graph.json")
            machine = os.path.join(self.folder, "machine.json")
            with open(graph_file, "w", encoding="utf-8") as file:
                json.dump(wanted, file)
            with open(machine, "w", encoding="utf-8") as file:
                json.dump({"schema": 1, "base": "spinnaker2-48", "name": "boards",
                           "boards": boards, "dead": dead}, file)
            peer = self.peer(graph_file, boards, dead)
            usage = processes.timed(os.path.join(BIN, "mapping-benchmark"),
                                    graph_file, machine, cwd=self.folder)
            done = json.loads(subprocess.run(
                [os.path.join(BIN, "mapping-benchmark"), graph_file, machine],
                check=True, capture_output=True, text=True).stdout)
            rows = [("cpu, checks included", usage.cpu, "s", "cpu"),
                    ("wall", done["seconds"]["total"], "s", "total_map"),
                    ("hops", done["hops"], "", "tree_link_hops"),
                    ("largest load of a link", done["load"]["max"], "packets",
                     "max_link_load"),
                    ("mean load of a link", done["load"]["mean"], "packets",
                     "mean_link_load"),
                    ("most entries of a router", done["entries"]["max"], "",
                     "compressed_max"),
                    ("chips", done["chips"], "", "chips_used")]
            for metric, value, unit, key in rows:
                other = peer and peer.get(key)
                self.bench.row("mapping", case, metric, value, unit,
                               ("PACMAN", other) if other else None)

    def peer(self, graph_file, boards, dead):
        """What PACMAN makes of the same graph; None where it is not installed."""
        if not os.path.exists(PEER):
            return None
        done = subprocess.run(
            [PEER, PEER_SCRIPT, graph_file, str(boards), json.dumps(dead)],
            capture_output=True, text=True)
        if done.returncode:
            print("PACMAN: " + done.stderr.strip()[-300:], file=sys.stderr)
            return None
        return json.loads(done.stdout.splitlines()[-1])
