"""Brunel's network (models/yaml/brunel.yaml: 12,500 neurons, 15.6 million
synapses) for 0.4 seconds: rates, irregularity, synchrony.

Inhibition outweighs excitation: how regularly a cell fires, and how much all of
them wax and wane together, is what such networks are looked at for.

    python brunel.py [milliseconds]
"""

import pathlib
import sys

import numpy as np

import figure
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


def draw(page):
    top, bottom = page.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    some = events[events[:, 1] < 200]
    top.plot(some[:, 0] / 10, some[:, 1], "|", ms=2)
    top.set(title="spikes of 200 excitatory neurons of 10,000", ylabel="neuron")
    bottom.bar(range(ticks // 10), np.bincount(events[:, 0] // 10, minlength=ticks // 10),
               width=1)
    bottom.set(title="spikes of all in a millisecond", xlabel="ms", xlim=(0, ticks / 10))


figure.save(__file__, draw, (8, 5))
