"""A recurrent network (models/motion): which way does a bump move round a ring of
sensors? It has to remember, for no single tick tells.

    python recurrent.py

A chip needs a tick for a spike to come back; NIR's feedback has that tick, so the
network is mapped without a change, and the emulated chip computes bit for bit
what this computer does. In integers a chaotic network leaves the float one in
time: what counts is what it says in the end.
"""

import pathlib

import numpy as np

import figure
import snnc

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models/motion"
CLASSES = ("up", "down", "to and fro")
inputs = np.load(MODEL / "test_inputs.npy")     # recordings x ticks x sensors
labels = np.load(MODEL / "test_labels.npy")
with np.load(MODEL / "test_expected.npz") as arrays:
    expected = arrays["hidden_spikes"]          # of the float network in NumPy

net = snnc.load(MODEL / "motion.nir")


def right(result):
    return (result["readout:v"][:, -1].argmax(axis=1) == labels).mean()


def equal(spikes):
    """The share of spikes that both have, in %."""
    return 200 * (spikes & expected).sum() / (spikes.sum() + expected.sum())


runs = {"floats": net.compile("cpu", precision="float").run(inputs)}
for width in ("int8", "int16"):
    runs[width] = net.replace(weights=width).compile("cpu").run(inputs)
for name, result in runs.items():
    print(f"{name:7} {right(result):.1%} of {len(labels)} recordings; "
          f"{equal(result['hidden']):.1f} % of the spikes as expected")
chip = net.compile("spinnaker2")
on_chip = chip.run(inputs, samples=10)
for layer in chip.report["layers"]:
    print(f"chip: {layer['name']}, {layer['neurons']} neurons, {layer['paradigm']}, "
          f"{layer['pes']} PE(s)")
print("chip against this computer:",
      snnc.verify(net.compile("cpu").run(inputs, samples=10), on_chip))


def draw(page):
    for column, kind in enumerate(range(3)):
        which = int(np.flatnonzero(labels == kind)[0])
        top, middle, bottom = (page.add_subplot(3, 3, 3 * row + column + 1)
                               for row in range(3))
        figure.raster(top, inputs[which], f"sensors: {CLASSES[kind]}")
        figure.raster(middle, runs["int8"]["hidden"][which], "hidden")
        for name, v in zip(CLASSES, runs["int8"]["readout:v"][which].T):
            bottom.plot(v, label=name)
        bottom.set(title="readout", xlabel="tick", ylabel="v")
        for axes in top, middle:
            axes.set(xlabel="", xticklabels=[])
        if column == 0:
            bottom.legend(fontsize=7)


figure.save(__file__, draw, (10, 7))
