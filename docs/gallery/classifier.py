"""A trained classifier (models/digits, from a NIR file): accuracy in floats, in
the chip's integers, and what the emulated chip takes for it.

    python classifier.py
"""

import pathlib

import numpy as np

import snnc

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models/digits"
inputs = np.load(MODEL / "test_inputs.npy")
labels = np.load(MODEL / "test_labels.npy")

net = snnc.load(MODEL / "digits.nir")


def accuracy(result):
    votes = result["readout:spikes"].sum(axis=1)
    return (votes.argmax(axis=1) == labels).mean()


floats = net.compile("cpu", precision="float").run(inputs)
integers = net.compile("cpu").run(inputs)
chip = net.compile("spinnaker2")
print(f"float {accuracy(floats):.2%}, int8 {accuracy(integers):.2%} "
      f"of {len(labels)} images")
few = chip.run(inputs, samples=20)
print(f"chip: {chip.cores} PEs; class of the first images:",
      few["readout:spikes"].sum(axis=1).argmax(axis=1)[:10].tolist())
