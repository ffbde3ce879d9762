"""The loops in which a PE spends its time, in cycles of the emulated chip.

Every figure is a difference of two whole runs, so it holds all that the unit of
work costs: a synaptic event its share of receiving the packet, finding the row
and reading its header, an update its share of the loop.
"""

import json
import os
import subprocess

import numpy as np

TICKS = 200
SOURCES = 64
FEW, MANY = 8, 56  # sources that spike in every tick

# Network text: threshold far away, so that no neuron ever spikes.
NETWORK = """network: {{name: loops, dt: 1.0e-3, seed: 5}}
inputs:
  in: {{size: {sources}}}
populations:
  layer: {{size: {targets}, model: {model}, params: {params}, rate: {{per_tick: 0}}, paradigm: {paradigm}}}
projections:
  - {{from: in, to: layer, connector: {connector}, weight: {{dist: uniform, low: 0.2, high: 1.0}}, delay: {delay}, multapses: false}}
"""
CONVOLUTION = """network: {{name: loops, dt: 1.0e-3}}
inputs:
  in: {{shape: [2, 12, 12]}}
populations:
  layer: {{shape: [{channels}, 12, 12], model: if_value, params: {{threshold: 1.0e+6}}, rate: {{per_tick: 0}}, paradigm: serial}}
projections:
  - {{from: in, to: layer, connector: {{conv2d: {{kernel: {kernel}, padding: {padding}}}}}}}
"""
# One PE with so few bytes beside the program that rows go to DRAM.
LITTLE = """schema: 1
base: spinnaker2
name: little
pes: {{list: [[1, 1, 0]]}}
sram: {{bytes: {bytes}, program: [0x0, 0x2000], stack: [{end}, {bytes}]}}
"""
# What a PE of a chip gets of whose 148 PEs all fetch.
BUSY = "dram: {{bytesPerSecond: 32.4e6, dma: {{queue: {queue}}}}}\n"
RECURRENT = """  - {from: layer, to: layer, connector: all_to_all, weight: 0.1, delay: 1}
"""
# Thresholds differ, as scales make them in networks from NIR files.
THRESHOLD = "{dist: uniform, low: 1.0e+6, high: 2.0e+6}"
PARAMS = {
    "if_value": f"{{threshold: {THRESHOLD}}}",
    "lif_value": f"{{alpha: 0.95, threshold: {THRESHOLD}}}",
    "cuba_lif_value":
        f"{{alpha: 0.95, syn: 0.8, threshold: {THRESHOLD}}}",
}


class Loops:

    def __init__(self, bench, folder):
        self.bench, self.folder = bench, folder
        self.room = 0  # bytes beside the program on `little`

    def layer(self, active, options=(), recurrent=False, sources=SOURCES,
              ticks=TICKS, **fields):
        """Report of the one layer; the first `active` sources spike in every
        tick but the last."""
        fields = {"model": "lif_value", "delay": "1", "paradigm": "serial",
                  "connector": "all_to_all", "sources": sources} | fields
        text = NETWORK.format(params=PARAMS[fields["model"]], **fields)
        with open(os.path.join(self.folder, "net.yaml"), "w",
                  encoding="utf-8") as file:
            file.write(text + (RECURRENT if recurrent else ""))
        stimulus = np.zeros((ticks, sources), np.uint8)
        stimulus[:-1, :active] = 1
        return self.run(stimulus, options)

    def run(self, stimulus, options):
        np.save(os.path.join(self.folder, "in.npy"), stimulus)
        self.call("compile", "net.yaml", *options, "-o", "net.s2x")
        done = self.call("run", "net.s2x", "--input", "in.npy", "--record",
                         "layer:spikes", "--report", "json")
        report = json.loads(done.stdout)
        if report["lost_packets"]:
            raise RuntimeError("packets were lost: " + done.stderr)
        layer, = report["layers"]
        if layer["pes"] != 1 or layer["spikes"]:
            raise RuntimeError(f"{layer['pes']} PEs and {layer['spikes']} "
                               "spikes, one PE and silence were meant")
        layer["cycles"] = layer["cycles_per_tick"] * report["chip_ticks"]
        layer["ticks"] = report["chip_ticks"]
        return layer

    def call(self, *arguments):
        done = subprocess.run([self.bench.snnc, *arguments], cwd=self.folder,
                              capture_output=True, text=True)
        # 6: more spikes than a tick has time for; the cycles are right.
        if done.returncode not in (0, 6):
            raise RuntimeError(f"{arguments}: {done.stderr}")
        return done

    def row(self, case, metric, value, unit, peer=None):
        self.bench.row("chip-loops", case, metric, value, unit, peer)

    def events(self, peer):
        dense = "all_to_all"
        for case, targets, length, fields, options in (
                ("dense int8, 256 targets", 256, 256, {}, ()),
                ("dense int8, 32 targets", 32, 32, {}, ()),
                ("dense int16, 256 targets", 256, 256, {},
                 ("--weights", "int16")),
                ("sparse, no delay, rows of 100", 256, 100, {}, ()),
                ("sparse, no delay, rows of 26", 256, 26, {}, ()),
                ("sparse, no delay, rows of 120", 512, 120, {}, ()),
                ("sparse, delays 1 to 8, rows of 100", 256, 100,
                 {"delay": "{dist: uniform_int, low: 1, high: 8}"}, ()),
                ("sparse, delays 1 to 8, rows of 100 of 200", 200, 100,
                 {"delay": "{dist: uniform_int, low: 1, high: 8}"}, ()),
                ("sparse, delays 1 to 8, rows of 200", 512, 200,
                 {"delay": "{dist: uniform_int, low: 1, high: 8}"}, ()),
                ("sparse int16, delays 1 to 8, rows of 200", 512, 200,
                 {"delay": "{dist: uniform_int, low: 1, high: 8}"},
                 ("--weights", "int16"))):
            connector = dense if length == targets else \
                f"{{fixed_outdegree: {length}}}"
            few, many = (self.layer(active, options, targets=targets,
                                    connector=connector, **fields)
                         for active in (FEW, MANY))
            spent = many["cycles"] - few["cycles"]
            packets = (MANY - FEW) * (TICKS - 1)
            name = f"{case} ({many['encodings'][0]})"
            self.row(name, "cycles_per_event", spent / packets / length,
                     "cycles", peer)
            self.row(name, "cycles_per_packet", spent / packets, "cycles")

    def transfers(self, peer):
        """Rows in DRAM beside the same rows in SRAM: 64 sources, of which each
        packet's row is fetched while the core works on the one before."""
        for length, targets, rule in ((20, 256, "out"), (100, 256, "out"),
                                      (500, 1000, "out"), (20, 256, "in"),
                                      (100, 256, "in")):
            degree = length if rule == "out" else length * SOURCES // targets
            fields = {"targets": targets, "ticks": 50,
                      "connector": f"{{fixed_{rule}degree: {degree}}}"}
            options = self.little(fields)
            for place in ("SRAM", "DRAM", "DRAM of a busy chip, queue 1",
                          "DRAM of a busy chip, queue 2"):
                self.machine(place[-1] if place[-1].isdigit() else None)
                few, many = (self.layer(
                    active, () if place == "SRAM" else options, **fields)
                             for active in (FEW, MANY))
                if ("dram" in many["encodings"][0]) != (place != "SRAM"):
                    raise RuntimeError(f"rows of {length} are not in {place}")
                packets = (MANY - FEW) * 49
                spent = many["cycles"] - few["cycles"]
                name = f"rows of {length} in {place} ({many['encodings'][0]})"
                self.row(name, "cycles_per_event", spent / packets / length,
                         "cycles", peer)
                self.row(name, "cycles_per_packet", spent / packets, "cycles")

    def lookups(self, peer):
        """From a key to a row: by arithmetic, an index, a bitmap. 2,048 sources
        and 256 targets; the synapses are few enough to count little."""
        few, many = 128, 1024
        for name, connector, synapses in (
                ("strided", "{fixed_outdegree: 4}", 4 * 2048),
                ("sparse", "{fixed_indegree: 32}", 32 * 256),
                ("bitmap", "{fixed_probability: 0.000125}", 65.5),
                ("bitmap", "{fixed_probability: 0.002}", 1048.6)):
            layers = [self.layer(active, sources=2048, targets=256, ticks=50,
                                 connector=connector)
                      for active in (few, many)]
            encoding = layers[0]["encodings"][0]
            if not encoding.startswith(name):
                raise RuntimeError(f"{connector} is {encoding}, not {name}")
            spent = layers[1]["cycles"] - layers[0]["cycles"]
            self.row(f"look-up, {synapses / 2048:.3g} synapses a source "
                     f"({encoding})", "cycles_per_packet",
                     spent / ((many - few) * 49), "cycles", peer)

    def machine(self, queue):
        """Writes little.yaml, of `self.room` bytes; `queue`: of a PE whose
        neighbours fetch."""
        with open(os.path.join(self.folder, "little.yaml"), "w",
                  encoding="utf-8") as file:
            file.write(LITTLE.format(bytes=0x3000 + self.room,
                                     end=0x2000 + self.room))
            if queue:
                file.write(BUSY.format(queue=queue))

    def little(self, fields):
        """Options for the least SRAM that holds the layer."""
        for self.room in range(1024, 65536, 512):
            self.machine(None)
            options = ("--machine", "little.yaml")
            try:
                layer = self.layer(FEW, options, **fields)
            except RuntimeError:
                continue
            if "dram" in layer["encodings"][0]:
                return options
        raise RuntimeError("no machine puts these rows into DRAM")

    def convolutions(self, peer):
        """Kernels that the PE keeps once; sources away from the border."""
        inner = [(c * 12 + y) * 12 + x for c in range(2) for y in range(3, 9)
                 for x in range(3, 9)]
        for channels, size in ((16, 5), (16, 3), (4, 3)):
            rng = np.random.default_rng(3)
            kernel = rng.uniform(0.2, 1.0, (channels, 2, size, size)).round(3)
            with open(os.path.join(self.folder, "net.yaml"), "w",
                      encoding="utf-8") as file:
                file.write(CONVOLUTION.format(
                    channels=channels, kernel=kernel.tolist(),
                    padding=size // 2))
            layers = []
            for active in (FEW, MANY):
                stimulus = np.zeros((TICKS, 2, 12, 12), np.uint8)
                stimulus.reshape(TICKS, -1)[:-1, inner[:active]] = 1
                layers.append(self.run(stimulus, ()))
            few, many = layers
            spent = many["cycles"] - few["cycles"]
            packets = (MANY - FEW) * (TICKS - 1)
            name = (f"convolution, {channels} channels of {size} x {size} "
                    f"({many['encodings'][0]})")
            self.row(name, "cycles_per_event",
                     spent / packets / (channels * size * size), "cycles", peer)
            self.row(name, "cycles_per_packet", spent / packets, "cycles")

    def updates(self):
        for model in PARAMS:
            few, many = (self.layer(0, targets=neurons, model=model)
                         for neurons in (128, 512))
            self.row(model, "cycles_per_update",
                     (many["cycles_per_tick"] - few["cycles_per_tick"]) /
                     (512 - 128), "cycles")

    def products(self):
        """The MAC array on fully connected layers, 10 % of the sources
        spiking in every tick."""
        for case, sources, neurons, recurrent in (
                ("fully connected 512 x 128, one vector", 512, 128, True),
                ("fully connected 512 x 128, four ticks", 512, 128, False),
                ("fully connected 256 x 256, four ticks", 256, 256, False)):
            layer = self.layer(sources // 10, sources=sources,
                               targets=neurons, recurrent=recurrent,
                               paradigm="parallel", ticks=400)
            peak = 64  # 16 x 4 int8 products a cycle
            busy = layer["mac_products"] / layer["mac_cycles"] / peak
            self.row(case, "mac_utilisation", busy, "of peak, array busy")
            self.row(case, "mac_utilisation_of_tick",
                     layer["mac_products"] / layer["cycles"] / peak,
                     "of peak, whole tick")

    def paradigms(self):
        for case, sources, neurons in (("dense 256 x 256", 256, 256),
                                       ("dense 512 x 128", 512, 128),
                                       ("dense 384 x 256", 384, 256)):
            serial, parallel = (
                self.layer(sources // 10, sources=sources, targets=neurons,
                           paradigm=paradigm, ticks=400)["cycles_per_tick"]
                for paradigm in ("serial", "parallel"))
            name = f"{case}, 10 % rate"
            self.row(name, "cycles_per_tick serial", serial, "cycles")
            self.row(name, "cycles_per_tick parallel", parallel, "cycles")
            self.row(name, "parallel_to_serial", parallel / serial, "ratio")


def run(bench, folder, peer):
    loops = Loops(bench, folder)
    loops.events(peer)
    loops.transfers(peer)
    loops.lookups(peer)
    loops.convolutions(peer)
    loops.updates()
    loops.products()
    loops.paradigms()
