"""usage: pacman_map.py GRAPH.json BOARDS DEAD: PACMAN's own mapper on a graph of
populations (benchmarks/mapping.py); one JSON line of what came out."""

import json
import logging
import resource
import sys
import time

logging.disable(logging.CRITICAL)

from pacman.config_setup import unittest_setup
from pacman.data import PacmanDataView
from pacman.data.pacman_data_writer import PacmanDataWriter
from pacman.model.graphs.application import ApplicationEdge
from pacman.model.partitioner_splitters import SplitterFixedLegacy
from pacman.model.placements import Placements
from pacman.operations.partition_algorithms import splitter_partitioner
from pacman.operations.placer_algorithms.application_placer import (
    place_application_graph)
from pacman.operations.router_algorithms.application_router import (
    route_application_graph)
from pacman.operations.router_compressors.pair_compressor import pair_compressor
from pacman.operations.routing_info_allocator_algorithms.zoned_routing_info_allocator import (
    flexible_allocate)
from pacman.operations.routing_table_generators import (
    merged_routing_table_generator)
from pacman_test_objects import SimpleTestVertex
from spinn_machine.virtual_machine import virtual_machine_by_boards
from spinn_utilities.config_holder import set_config

ATOMS = 256


def set_up(graph, boards, dead):
    unittest_setup()
    set_config("Machine", "version", "248")
    if dead.get("chips"):
        set_config("Machine", "down_chips",
                   ":".join(f"{x},{y}" for x, y in dead["chips"]))
    if dead.get("links"):
        steps = [(1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1)]
        both = [(x, y, l) for x, y, l in dead["links"]] + [
            (x + steps[l][0], y + steps[l][1], (l + 3) % 6)
            for x, y, l in dead["links"]]
        set_config("Machine", "down_links",
                   ":".join(f"{x},{y},{l}" for x, y, l in both))
    writer = PacmanDataWriter.mock()
    vertices = []
    for pop in graph["pops"]:
        vertex = SimpleTestVertex(pop["cores"] * ATOMS, pop["name"], ATOMS,
                                  fixed_sdram_value=1000)
        vertex.splitter = SplitterFixedLegacy()
        writer.add_vertex(vertex)
        vertices.append(vertex)
    for source, target in graph["edges"]:
        writer.add_edge(ApplicationEdge(vertices[source], vertices[target]),
                        "spikes")
    writer.set_machine(virtual_machine_by_boards(boards))
    return writer


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        graph = json.load(file)
    writer = set_up(graph, int(sys.argv[2]), json.loads(sys.argv[3]))
    start = time.perf_counter()
    splitter_partitioner()
    writer.set_placements(place_application_graph(Placements()))
    writer.set_routing_table_by_partition(route_application_graph())
    writer.set_routing_infos(flexible_allocate([]))
    tables = merged_routing_table_generator()
    writer.set_uncompressed(tables)
    writer.set_precompressed(tables)
    small = pair_compressor()
    seconds = time.perf_counter() - start

    routes = PacmanDataView.get_routing_table_by_partition()
    load, hops = {}, 0
    for x, y in routes.get_routers():
        for (source, part), entry in routes.get_entries_for_router(x, y).items():
            cores = (len(source.splitter.get_out_going_vertices(part))
                     if hasattr(source, "splitter") else 1)
            hops += cores * len(entry.link_ids)
            for link in entry.link_ids:
                load[x, y, link] = load.get((x, y, link), 0) + cores
    used = {(p.x, p.y) for p in PacmanDataView.iterate_placemements()}
    print(json.dumps({
        "total_map": seconds, "tree_link_hops": hops, "chips_used": len(used),
        "max_link_load": max(load.values(), default=0),
        "mean_link_load": sum(load.values()) / max(1, len(load)),
        "compressed_max": max((t.number_of_entries
                               for t in small.routing_tables), default=0),
        "peak_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


main()
