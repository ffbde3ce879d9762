"""Verifies the files of models/digits against each other; needs numpy and h5py,
neither torch nor snnc. Exit 1 and one line per fault when something is off.
  check.py [folder]     default: the folder of this script"""

import json
import os
import sys

sys.dont_write_bytecode = True

import numpy as np

import simulate
from encode import GREY_MAX, PIXELS, TICKS

CLASSES = 10
MAX_NIR_BYTES = 200_000
MIN_ACCURACY = 0.97
MAX_LOSS_POINTS = 0.5


def input_faults(spikes, labels, figures):
    """The raster is a possible encoding: 0/1, at most 16 spikes per pixel."""
    shape = (figures["samples"], TICKS, PIXELS)
    if spikes.shape != shape or spikes.dtype != np.uint8:
        yield f"test_inputs.npy: {spikes.shape} {spikes.dtype}, want {shape}"
    elif spikes.max() > 1 or spikes.sum(1, dtype=int).max() > GREY_MAX:
        yield "test_inputs.npy: not an encoded set of images"
    if labels.shape != (figures["samples"],) or labels.max() >= CLASSES:
        yield f"test_labels.npy: {labels.shape}, labels up to {labels.max()}"
    elif len(np.unique(labels)) != CLASSES:
        yield "test_labels.npy: a class is missing"


def exactness_faults(layers):
    """Float sums must be exact in any order, int8 rounding free of ties."""
    for layer in layers:
        for values in (layer.weight, layer.bias):
            if np.any(values.astype(np.float64) * 2**12 % 1):
                yield f"{layer.name}: a value is not a multiple of 2^-12"
        largest = np.abs(layer.weight).sum(1).max() + np.abs(layer.bias).max()
        if largest >= 2.0**12:
            yield f"{layer.name}: sums up to {largest} are not exact in float32"
        weight = layer.weight.astype(np.float64)
        steps = weight * 127 / np.abs(weight).max(1)[:, None]
        if np.any(np.abs(steps % 1 - 0.5) < 1e-4):
            yield f"{layer.name}: a weight is halfway between two int8 steps"


def raster_faults(kind, rasters, stored):
    wanted = {
        f"{kind}_spikes": rasters[-1],
        f"{kind}_counts": rasters[-1].sum(1),
        f"{kind}_hidden_counts": rasters[0].sum(1),
    }
    for name, ours in wanted.items():
        theirs = stored[name]
        if ours.shape != theirs.shape:
            yield f"{name}: shape {theirs.shape}, simulated {ours.shape}"
        elif not np.array_equal(ours, theirs):
            yield (f"{name}: {np.count_nonzero(ours != theirs)} of "
                   f"{ours.size} values differ from the simulation")


def accuracy_faults(kind, raster, labels, figures):
    measured = float((simulate.predict(raster) == labels).mean())
    print(f"{kind:9} accuracy {100 * measured:.2f} %")
    if abs(measured - figures[f"{kind}_accuracy"]) > 1e-9:
        yield (f"{kind} accuracy {measured} but expected.json says "
               f"{figures[f'{kind}_accuracy']}")
    if measured < MIN_ACCURACY:
        yield f"{kind} accuracy below {100 * MIN_ACCURACY:.0f} %"


def check(folder):
    """All faults of the files in this folder."""
    def path(name):
        return os.path.join(folder, name)

    with open(path("expected.json")) as file:
        figures = json.load(file)
    spikes = np.load(path("test_inputs.npy"))
    labels = np.load(path("test_labels.npy"))
    layers = simulate.read(path("digits.nir"))
    faults = list(input_faults(spikes, labels, figures))
    faults += exactness_faults(layers)
    if os.path.getsize(path("digits.nir")) > MAX_NIR_BYTES:
        faults.append(f"digits.nir: more than {MAX_NIR_BYTES} bytes")
    if not faults:
        with np.load(path("test_expected_spikes.npz")) as stored:
            for kind, chain in (
                    ("float", layers),
                    ("quantised", [simulate.quantise(x) for x in layers])):
                rasters = simulate.run(chain, spikes)
                faults += raster_faults(kind, rasters, stored)
                faults += accuracy_faults(kind, rasters[-1], labels, figures)
    loss = 100 * (figures["float_accuracy"] - figures["quantised_accuracy"])
    if abs(loss) > MAX_LOSS_POINTS:
        faults.append(f"quantised and float accuracy are {loss:.2f} points "
                      "apart")
    return faults


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    try:
        faults = check(sys.argv[1] if len(sys.argv) > 1 else here)
    except (OSError, KeyError, ValueError) as error:
        faults = [f"{type(error).__name__}: {error}"]
    for fault in faults:
        print(f"check: {fault}", file=sys.stderr)
    print(f"models/digits: {len(faults)} faults" if faults else
          "models/digits: all files agree")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
