"""Brunel's network (models/yaml/brunel.yaml: 12,500 neurons, 15.6 million
synapses) for 0.4 seconds: rates, irregularity, synchrony.

    python brunel.py [milliseconds]
"""

import pathlib
import sys

import numpy as np

import snnc

ROOT = pathlib.Path(__file__).resolve().parents[2]
ticks = int(float(sys.argv[1] if sys.argv[1:] else 400) * 10) # of 0.1 ms

net = snnc.load(ROOT / "models/yaml/brunel.yaml")
result = net.compile("cpu").run(ticks=ticks)
print("rates, Hz:", {k: round(v, 1) for k, v in result.rates("Hz").items()})
events = result.events("exc")
cvs = []
for neuron in range(500):
    intervals = np.diff(events[events[:, 1] == neuron, 0])
    if len(intervals) > 2:
        cvs.append(intervals.std() / intervals.mean())
if cvs:
    print(f"CV of the intervals: {np.mean(cvs):.2f} (1: Poisson)")
counts = np.bincount(events[:, 0] // 10, minlength=ticks // 10)[100:]
print(f"spikes in a millisecond: variance / mean "
      f"{counts.var() / counts.mean():.1f} (1: independent neurons)")
