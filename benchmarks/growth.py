"""How time and memory grow with the network: 10^4 synapses to 3 x 10^8.

Each network is one balanced random population of Brunel's kind with drawn
weights and delays, 1,000 synapses a neuron (100 below 10^6), spiking at some
10 Hz, so that only the size changes. Whole processes on one thread, CPU time; a
synaptic event's time is the difference of a long and a short run, the neurons'
share, measured on the same neurons without synapses, taken off. Writes a plot
(SVG) beside the JSON file where matplotlib is installed (benchmarks/peers).
"""

import os
import re
import statistics
import subprocess

from processes import has_module, peers_python, timed

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = (1e4, 1e5, 1e6, 3e6, 1e7, 3e7, 1e8, 3e8)  # synapses
QUICK = 5
# The mean weight of a neuron's inputs is 0 and its drive what keeps it at some
# spikes a second, whatever the size.
NETWORK = """network: {{name: growth, dt: 0.1 ms, seed: 7}}
populations:
  p: {{size: {neurons}, model: iaf_psc_delta, initial: {{v: {{dist: uniform, low: -70 mV, high: -55 mV}}}}}}
drives:
  d: {{to: p, kind: poisson, rate: 8000 Hz, weight: 0.19 mV}}
"""
PROJECTION = """projections:
  - {{from: p, to: p, connector: {{fixed_indegree: {degree}}}, weight: {{dist: normal, mean: -0.01 mV, std: 0.02 mV}}, delay: {{dist: uniform_int, low: 5, high: 40}}}}
"""


class Growth:

    def __init__(self, bench):
        self.bench = bench
        self.file = os.path.join(bench.folder, "growth.yaml")

    def usage(self, text, ticks, runs):
        """CPU seconds and peak bytes, medians, and what snnc says."""
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text)
        command = (self.bench.snnc, "run", self.file, "--backend", "cpu",
                   "--threads", "1", "--ticks", str(ticks), "--record",
                   "p:spikes", "--events", "-o",
                   "out.npz")
        taken = [timed(*command, cwd=self.bench.folder) for _ in range(runs)]
        return (statistics.median(t.cpu for t in taken),
                statistics.median(t.peak for t in taken))

    def spikes(self):
        import numpy as np
        with np.load(os.path.join(self.bench.folder, "out.npz")) as file:
            return len(file["p:spikes"])

    def measure(self, synapses):
        degree = 100 if synapses < 1e6 else 1000
        neurons = round(synapses / degree)
        synapses = neurons * degree
        alone = NETWORK.format(neurons=neurons)
        whole = alone + PROJECTION.format(degree=degree)
        # Some 10^8 events, and no fewer ticks than delays have.
        ticks = int(min(20000, max(200, 1e8 / (synapses * 1e-3))))
        runs = self.bench.runs if synapses < 3e7 else 1
        start, _ = self.usage(whole, 1, runs)
        taken, peak = self.usage(whole, ticks, runs)
        spikes = self.spikes()
        rest_start, base = self.usage(alone, 1, runs)
        rest, _ = self.usage(alone, ticks, runs)
        events = spikes * degree
        neuron = (rest - rest_start) / ticks / neurons
        found = {
            "synapses": synapses, "neurons": neurons, "ticks": ticks,
            "rate": spikes / neurons / (ticks * 1e-4),
            "start and build": start,
            "build, a synapse": max(0.0, start - rest_start) / synapses * 1e9,
            "peak memory": peak,
            "memory, a synapse": (peak - base) / synapses,
            "neuron update and drive": neuron * 1e9,
            "event": (taken - start - (rest - rest_start)) / events * 1e9,
        }
        units = {"synapses": "", "neurons": "", "ticks": "", "rate": "Hz",
                 "start and build": "s CPU", "peak memory": "B",
                 "memory, a synapse": "B"}
        for metric, value in found.items():
            self.bench.row("growth", f"{synapses:.0e} synapses", metric, value,
                           units.get(metric, "ns"))
        return found

    def run(self):
        sizes = SIZES[:QUICK] if self.bench.quick else SIZES
        found = [self.measure(size) for size in sizes]
        svg = os.path.splitext(self.bench.out.name)[0] + ".svg"
        python = peers_python()
        if not has_module(python, "matplotlib"):
            print("growth: no matplotlib (benchmarks/peers/install); no plot")
            return
        import json
        subprocess.run([python, os.path.join(HERE, "peers", "growth_plot.py"),
                        svg], input=json.dumps(found), text=True, check=True)
        print(f"growth: {svg}")


def run(bench):
    Growth(bench).run()
