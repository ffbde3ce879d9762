"""Runs the benchmarks and writes JSON lines.

One line: {benchmark, case, metric, value, unit, peer, ratio}; peer and ratio
(value / peer's value) are null where nobody published a figure to compare with.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import batches
import chip_loops
import cpu
import encodings_limits
import growth
import lists
import mapbytes
import mapping
import networks
import paradigms
import processes
import selector

ROOT = os.path.abspath(processes.ROOT)
BIN = os.path.join(ROOT, "build", "release", "bin")
DATA = os.environ.get("SNNC_SHARED_DATA") or os.path.join(
    ROOT, os.pardir, "shared", "data")

FORWARD = ["--dt", "1e-4", "--reset", "zero"]
MODELS = {
    "lif": ("nir/lif/lif_norse.nir", FORWARD),
    "braille": ("nir/braille/braille_noDelay_bias_zero.nir", FORWARD),
    "nmnist": ("nir/nmnist/cnn_sinabs.nir",
               ["--dt", "1", "--reset", "subtract"]),
    "digits": (os.path.join(ROOT, "models", "digits", "digits.nir"), []),
}

# Figures of others. Sources: benchmarks/README.md.
INCUMBENT_CYCLES_PER_EVENT = ("py-spinnaker2, published", 25.0)
UNICORN_INSTRUCTIONS = {
    "synapticLoop/unroll:1": ("Unicorn 2.1.4, no hooks", 108e6),
    "synapticLoop/unroll:4": ("Unicorn 2.1.4, no hooks", 72e6),
}


class Benchmarks:

    def __init__(self, snnc, engine, folder, runs, out):
        self.snnc, self.engine = snnc, engine
        self.folder, self.runs, self.out = folder, runs, out
        self.digest = None  # of the network that is being measured

    def row(self, benchmark, case, metric, value, unit, peer=None,
            samples=None):
        line = {"benchmark": benchmark, "case": case, "metric": metric,
                "value": value, "unit": unit,
                "peer": peer[0] if peer else None,
                "ratio": value / peer[1] if peer else None}
        if samples:
            line["samples"] = samples
        if self.digest:
            line["network"] = self.digest
        print(json.dumps(line), file=self.out, flush=True)
        print(f"{benchmark:<10} {case:<26} {metric:<22} {value:>12.6g} {unit}"
              + (f"   {line['ratio']:.3g} x {peer[0]}" if peer else ""))

    def measure(self, *command, codes=(0,)):
        """Wall seconds, CPU seconds and peak resident bytes of a process that
        ends with one of `codes`, each the median."""
        # The first one only warms the caches.
        taken = [processes.timed(*command, cwd=self.folder, codes=codes)
                 for _ in range(self.runs + 1)][1:]
        return tuple(statistics.median(getattr(usage, what) for usage in taken)
                     for what in ("wall", "cpu", "peak"))

    def compile(self):
        """Command to finished bundle, from a fresh process."""
        for case, (path, options) in MODELS.items():
            path = os.path.join(DATA, path)
            wall, cpu, peak = self.measure(self.snnc, "compile", path, *options,
                                      "-o", "net.s2x")
            self.row("compile", case, "wall", wall, "s")
            self.row("compile", case, "cpu", cpu, "s")
            self.row("compile", case, "peak memory", peak / 2**20, "MiB")
            size = os.path.getsize(os.path.join(self.folder, "net.s2x"))
            self.row("compile", case, "bundle", size, "B")

    def check(self):
        for case, (path, options) in MODELS.items():
            wall, cpu, _ = self.measure(self.snnc, "check",
                                        os.path.join(DATA, path), *options)
            self.row("check", case, "wall", wall, "s")
            self.row("check", case, "cpu", cpu, "s")

    def run_report(self, bundle, stimulus):
        np.save(os.path.join(self.folder, "in.npy"), stimulus)
        done = subprocess.run(
            [self.snnc, "run", bundle, "--input", "in.npy", "--report",
             "json"], cwd=self.folder, capture_output=True, text=True)
        # 6: more spikes than a tick has time for; the cycles are right.
        if done.returncode not in (0, 6):
            raise RuntimeError(done.stderr)
        report = json.loads(done.stdout)
        if report["lost_packets"]:
            raise RuntimeError("packets were lost: " + done.stderr)
        return report

    def cycles(self, spec, options, active, ticks=200):
        """Cycles of the one PE over the whole run, `active` channels spiking
        in every tick but the last, whose spikes would come after the end."""
        networks.write(os.path.join(self.folder, "net.nir"), spec)
        subprocess.run([self.snnc, "compile", "net.nir", "--dt", "1e-3",
                        "--paradigm", "serial", *options, "-o", "net.s2x"], cwd=self.folder,
                       check=True, capture_output=True)
        stimulus = np.zeros((ticks, spec.inputs), np.uint8)
        stimulus[:-1, :active] = 1
        layer, = self.run_report("net.s2x", stimulus)["layers"]
        if layer["pes"] != 1:
            raise RuntimeError(f"{layer['pes']} PEs, one was meant")
        return layer["cycles_per_tick"] * ticks, layer

    def synapse(self):
        """Slope of a run's cycles over its synaptic events: everything that a
        spike costs (interrupt-free receive, table look-up, row), by events."""
        ticks = 200
        for case, options, density, targets in (
                ("dense int8, 256 targets", [], 1.0, 256),
                ("dense int8, 32 targets", [], 1.0, 32),
                ("dense int16, 256 targets", ["--weights", "int16"], 1.0, 256),
                ("sparse int8, 10 % of 256", [], 0.1, 256),
                ("sparse int8, 1 % of 256", [], 0.01, 256)):
            spec = networks.Layer("LIF", 64, targets, density)
            few, _ = self.cycles(spec, options, 8, ticks)
            many, layer = self.cycles(spec, options, 56, ticks)
            row_lengths = np.count_nonzero(spec.weights(), axis=0)
            events = int(row_lengths[8:56].sum()) * (ticks - 1)
            self.row("synapse", f"{case} ({layer['encodings'][0]})",
                     "cycles per event", (many - few) / events, "cycles",
                     INCUMBENT_CYCLES_PER_EVENT)
            self.row("synapse", f"{case} ({layer['encodings'][0]})",
                     "cycles per packet",
                     (many - few) / (48 * (ticks - 1)), "cycles")

    def neuron(self):
        """Slope of a silent run's cycles over its neurons."""
        ticks = 200
        for kind in ("IF", "LIF", "CubaLIF"):
            few, _ = self.cycles(networks.Layer(kind, 4, 128), [], 0, ticks)
            many, _ = self.cycles(networks.Layer(kind, 4, 512), [], 0, ticks)
            self.row("neuron", kind, "cycles per update",
                     (many - few) / ((512 - 128) * ticks), "cycles")

    def chip_loops(self):
        chip_loops.run(self, self.folder, INCUMBENT_CYCLES_PER_EVENT)

    def emulator(self):
        """The synaptic loop on one emulated core and one host core."""
        done = subprocess.run(
            [self.engine, "--benchmark_format=json",
             f"--benchmark_repetitions={self.runs}",
             "--benchmark_report_aggregates_only=true"],
            check=True, capture_output=True, text=True)
        for result in json.loads(done.stdout)["benchmarks"]:
            if result.get("aggregate_name") != "median":
                continue
            case = result["run_name"]
            self.row("emulator", case, "guest instructions",
                     result["instructions"], "1/s",
                     UNICORN_INSTRUCTIONS.get(case))
            self.row("emulator", case, "synaptic events",
                     result["items_per_second"], "1/s")

    def prediction(self):
        """One choice of a shipped model, and the features of a layer."""
        done = subprocess.run(
            [os.path.join(os.path.dirname(self.engine), "prediction-benchmark"),
             "--benchmark_format=json",
             f"--benchmark_repetitions={self.runs}",
             "--benchmark_report_aggregates_only=true"],
            check=True, capture_output=True, text=True)
        for result in json.loads(done.stdout)["benchmarks"]:
            if result.get("aggregate_name") == "median":
                self.row("prediction", result["run_name"], "cpu",
                         result["cpu_time"] / 1000, "us")

    def chip(self):
        """Whole runs on the emulated chip, both cores of the host."""
        runs = {
            "braille": (np.load(os.path.join(
                DATA, "nir/braille/input_letter_A_256x12.npy")), 256),
            "digits": (np.load(os.path.join(
                ROOT, "models", "digits", "test_inputs.npy")), 360 * 32),
            "nmnist": (networks.nmnist_frames(os.path.join(
                DATA, "nir/nmnist/sample_nmnist.bin")), 311),
        }
        for case, (stimulus, ticks) in runs.items():
            path, options = MODELS[case]
            subprocess.run([self.snnc, "compile", os.path.join(DATA, path),
                            *options, "-o", "net.s2x"], cwd=self.folder,
                           check=True, capture_output=True)
            np.save(os.path.join(self.folder, "in.npy"), stimulus)
            for backend in ("emulator", "native"):
                wall, cpu, _ = self.measure(
                    self.snnc, "run", "net.s2x", "--input", "in.npy",
                    "--backend", backend, "--report", "json")
                self.row("chip", f"{case}, {backend}", "wall", wall, "s")
                self.row("chip", f"{case}, {backend}", "cpu", cpu, "s")
                self.row("chip", f"{case}, {backend}", "ticks", ticks / wall,
                         "1/s")

    def selector(self):
        """Plans of whole networks, and what choosing costs the host."""
        selector.run(self, MODELS, DATA)

    def paradigms(self):
        """A layer of 500 x 500 in both paradigms (docs/paradigms.md)."""
        paradigms.run(self)

    def cpu(self):
        cpu.Cpu(self, self.folder,
                ("cuba",) if self.quick else tuple(cpu.NETWORKS)).run()

    def batches(self):
        """Many samples at once, beside the framework."""
        batches.run(self, DATA)

    def encodings(self):
        """Rows of each encoding beside what limits them."""
        encodings_limits.run(self)

    def growth(self):
        """Networks from 10^4 synapses on, until memory ends."""
        growth.run(self)

    def lists(self):
        """Memory and time of millions of listed synapses."""
        lists.run(self)

    def mapping(self):
        """Populations onto boards of 48 chips, beside PACMAN."""
        mapping.Mapping(self, self.folder, self.quick).run()

    def map_bytes(self):
        """Weight-delay maps against plain ones."""
        mapbytes.run(self)


NAMES = ("compile", "check", "synapse", "neuron", "emulator", "prediction", "chip",
         "selector", "paradigms", "chip-loops", "map-bytes")
# Not of "everything": its files are large.
ON_REQUEST = ("lists", "cpu", "batches", "mapping", "encodings", "growth")


def append_history(options):
    """The results with where they come from, one JSON object a line."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT,
        capture_output=True, text=True, check=False).stdout.strip()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file
                  if line.startswith("model name")]
    origin = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
              "commit": commit, "machine": models[0] if models else "",
              "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    with open(options.json, encoding="utf-8") as results, \
            open(options.history, "a", encoding="utf-8") as history:
        for line in results:
            history.write(json.dumps({**origin, **json.loads(line)}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=NAMES + ON_REQUEST,
                        help="one benchmark; repeat for more")
    parser.add_argument("--json", metavar="FILE", required=True,
                        help="where the JSON lines go")
    parser.add_argument("--runs", type=int, default=5,
                        help="counted runs of each timing")
    parser.add_argument("--quick", action="store_true",
                        help="--only cpu: 2 runs of CUBA alone; Brunel's "
                        "network takes the peer minutes to draw and compile; "
                        "--only mapping: one board")
    parser.add_argument("--history", metavar="FILE",
                        help="append the lines there too, with machine, commit "
                        "and time")
    parser.add_argument("--snnc", default=os.path.join(BIN, "snnc"))
    parser.add_argument("--engine",
                        default=os.path.join(BIN, "emulator-benchmark"))
    options = parser.parse_args()
    for path in (options.snnc, options.engine, os.path.join(DATA, "nir")):
        if not os.path.exists(path):
            print(f"benchmarks: no {path}; scripts/build makes the programs, "
                  "SNNC_SHARED_DATA names the data", file=sys.stderr)
            return 1
    with tempfile.TemporaryDirectory(prefix="snnc-bench-") as folder, \
            open(options.json, "w", encoding="utf-8") as out:
        bench = Benchmarks(options.snnc, options.engine, folder, options.runs,
                           out)
        bench.quick = options.quick
        if options.quick:
            bench.runs = min(bench.runs, 2)
        for name in options.only or NAMES:
            getattr(bench, name.replace("-", "_"))()
    if options.history:
        append_history(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
