"""A trained classifier (models/digits, from a NIR file): accuracy in floats, in
the chip's integers, and what the emulated chip takes for it.

    python classifier.py
"""

import pathlib

import numpy as np

import figure
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


def draw(page):
    axes = page.subplots(2, 10, height_ratios=(1, 1))
    for column in range(10):
        picture, votes = axes[:, column]
        picture.imshow(inputs[column].sum(axis=0).reshape(8, 8), cmap="gray_r")
        picture.set(xticks=[], yticks=[])
        counts = few["readout:spikes"][column].sum(axis=0)
        votes.bar(range(10), counts, color=["C1" if n == labels[column] else "C0"
                                            for n in range(10)])
        votes.set(xticks=[int(counts.argmax())], yticks=[], ylim=(0, 17))
    page.suptitle("ten images; spikes of each class on the emulated chip "
                  "(orange: the right one)")


figure.save(__file__, draw, (10, 2.6))
