"""Synaptic events and neuron updates per second of each encoding of the CPU
engine, beside what limits them.

One thread, CPU time. A population that spikes at a set rate sends to another
that never does; the same two populations without synapses are the rest, so that
the difference is the rows'. An event must read so many bytes of its row; how
many a second one thread reads at all, from a buffer as large as the rows, is
measured in the same run, and with valgrind the instructions of an event (of the
AVX2 loops: valgrind knows no wider ones).
"""

import json
import os
import re
import shutil
import statistics
import subprocess

from processes import ROOT

BINARY = os.path.join(ROOT, "build", "release", "bin", "encodings-benchmark")

NETWORK = """network: {{name: rows, dt: 0.1 ms, seed: 5}}
models:
  clock:
    states: [v]
    params: {{period: 50.0}}
    equations:
      - v = v + 1.0
    spike: v > period
    reset: [v = 0.0]
populations:
  source: {{size: {sources}, model: clock, params: {{period: {period}}}, initial: {{v: {{dist: uniform, low: 0.0, high: {period}}}}}}}
  target: {{size: {targets}, model: lif, params: {{tau: 20 ms, threshold: 1.0e9}}}}
"""
PROJECTION = """projections:
  - {{from: source, to: target, connector: {connector}, weight: {weight}, delay: {delay}}}
"""
SPREAD = "{dist: normal, mean: 0.0, std: 1.0}"
TENTH, ALL = "{fixed_probability: 0.1}", "all_to_all"
LATE = "{dist: uniform_int, low: 1, high: 50}"

# Encoding, sources, targets, ticks between a source's spikes, connector, weight,
# delay; bytes of a row that an event reads.
CASES = {
    "index, one weight, 10 % of 10,000":
        ("index", 10000, 10000, 50, TENTH, "1.0", "1", 2),
    "index, int8, 10 % of 10,000":
        ("index", 10000, 10000, 50, TENTH, SPREAD, "1", 3),
    "index, int8, 50 delays, 10 % of 10,000":
        ("index", 10000, 10000, 50, TENTH, SPREAD, LATE, 3 + 8 / 20),
    "index, int8, 0.1 % of 10,000":
        ("index", 10000, 10000, 50, "{fixed_probability: 0.001}", SPREAD, "1",
         3 + 12 / 10),
    "bit, 10 % of 10,000, 200 spikes a tick":
        ("bit", 10000, 10000, 50, TENTH, "1.0", "1", 10 / 8),
    "bit, 10 % of 10,000, 10 spikes a tick":
        ("bit", 10000, 10000, 1000, TENTH, "1.0", "1", 10 / 8),
    "dense, int8, 4,000": ("dense", 4000, 4000, 50, ALL, SPREAD, "1", 1),
    "dense, int8, 4,000, 4 spikes a tick":
        ("dense", 4000, 4000, 1000, ALL, SPREAD, "1", 1),
    "diagonal, int16, 50,000":
        ("diagonal", 50000, 50000, 20, "one_to_one", SPREAD, "1", 2),
}
# Model, bytes that an update reads and writes: sums (set to 0, added to, made
# floats), states, parameters of a neuron, and the byte of its spike.
MODELS = {"lif": "{tau: 20 ms, threshold: 1.0e9}", "iaf_psc_delta": "{}",
          "iaf_psc_exp": "{}", "iaf_psc_alpha": "{}", "iaf_cond_exp": "{}",
          "adex": "{}"}
NEURONS = 50000
TICKS = 400


class Encodings:

    def __init__(self, bench):
        self.bench = bench
        self.file = os.path.join(bench.folder, "rows.yaml")

    def run_file(self, text, encoding, ticks=TICKS, under=()):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([*under, BINARY, self.file, encoding, str(ticks)],
                              cwd=self.bench.folder, check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout), done.stderr

    def seconds(self, text, encoding):
        """The median, and what the last run said."""
        taken = [self.run_file(text, encoding)[0]
                 for _ in range(self.bench.runs)]
        return statistics.median(t["seconds"] for t in taken), taken[-1]

    def stream(self, size):
        return float(subprocess.run([BINARY, "stream", str(int(size))],
                                    check=True, capture_output=True,
                                    text=True).stdout)

    def instructions(self, text, encoding):
        """Of 40 ticks, all of them: run and warm-up are 51."""
        def counted(ticks):
            _, said = self.run_file(text, encoding, ticks, (
                "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"))
            return int(re.search(r"Collected : (\d+)", said)[1])
        return counted(40) - counted(0)

    def row(self, case, metric, value, unit, peer=None):
        self.bench.row("encodings", case, metric, value, unit, peer)

    def case(self, name, encoding, sources, targets, period, connector, weight,
             delay, read):
        def text(scale=1):
            sizes = {"sources": sources // scale, "targets": targets}
            alone = NETWORK.format(period=period, **sizes)
            return alone, alone + PROJECTION.format(
                connector=connector, weight=weight, delay=delay)
        alone, whole = text()
        rest, _ = self.seconds(alone, encoding)
        taken, said = self.seconds(whole, encoding)
        fact = said["facts"][0]
        share = re.search(rf"([\d.]+) % in {encoding} rows", fact)
        if not share or float(share[1]) < 90:
            raise RuntimeError(f"{name}: another encoding: {fact}")
        synapses = int(fact.split()[0])
        size = synapses * float(re.search(r"([\d.]+) B each", fact)[1])
        events = said["spikes"]["source"] * synapses / sources
        rate = events / (taken - rest)
        bandwidth = self.stream(max(size, 1 << 16))
        self.row(name, "synapses", synapses, "")
        self.row(name, "events a second", rate, "1/s",
                 (f"reading {read:.3g} B an event from {size / 1e6:.3g} MB in "
                  f"order ({bandwidth / 1e9:.3g} GB/s)", bandwidth / read))
        self.row(name, "time of an event", 1e9 / rate, "ns")
        if shutil.which("valgrind"):
            # A tenth of the sources: valgrind takes forty times as long.
            few_alone, few = text(10)
            spikes = sources / 10 / period * 51
            self.row(name, "instructions of an event (AVX2)",
                     (self.instructions(few, encoding)
                      - self.instructions(few_alone, encoding))
                     / (spikes * synapses / sources), "")

    def model(self, name, params):
        text = NETWORK.format(period="1.0e9", sources=1, targets=NEURONS)
        text = re.sub(r"model: lif, params: \{[^}]*\}",
                      f"model: {name}, params: {params}", text)
        taken, _ = self.seconds(text, "index")
        few, _ = self.seconds(text.replace(str(NEURONS), "1"), "index")
        self.row(name, "neuron updates a second",
                 NEURONS * TICKS / (taken - few), "1/s")

    def run(self):
        self.row("one thread", "reading 1 GB in order", self.stream(1 << 30),
                 "B/s")
        for name, case in CASES.items():
            self.case(name, *case)
        for name, params in MODELS.items():
            self.model(name, params)


def run(bench):
    Encodings(bench).run()
