"""Makes models/shapes: a square, a plus or a cross in a noisy picture of spikes?
Writes the network, the test data, the expected spikes and the figures beside
itself. See README.md."""

import os
import sys

# One thread: the order of float additions, hence the result, is then fixed.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir))

import numpy as np

import readout
from simulate import pooled, simulate

SIZE, TICKS, CLASSES = 10, 16, 3
TRAIN, TEST = 900, 60
SEED = 11
# What a filter likes: level and upright strokes, both diagonals, a corner, a dot.
KERNELS = [[[-1, -1, -1], [2, 2, 2], [-1, -1, -1]],
           [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]],
           [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]],
           [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]],
           [[2, 2, -1], [2, -1, -1], [-1, -1, -1]],
           [[-1, 1, -1], [1, 2, 1], [-1, 1, -1]]]


def picture(shape, side):
    at = np.arange(side)
    image = np.zeros((side, side), bool)
    if shape == 0:
        image[[0, -1]] = image[:, [0, -1]] = True
    elif shape == 1:
        image[side // 2] = image[:, side // 2] = True
    else:
        image[at, at] = image[at, side - 1 - at] = True
    return image


def recordings(rng, count):
    """Spikes (count x ticks x 1 x size x size) and labels."""
    labels = rng.integers(0, CLASSES, count)
    chance = np.full((count, 1, 1, SIZE, SIZE), 0.04)
    for n, shape in enumerate(labels):
        side = rng.choice([5, 7])
        x, y = rng.integers(0, SIZE - side + 1, 2)
        part = chance[n, 0, 0, x:x + side, y:y + side]
        part[picture(shape, side)] = 0.5
    spikes = rng.random((count, TICKS, 1, SIZE, SIZE)) < chance
    return spikes.astype(np.uint8), labels


def nodes(kernel, weight, bias):
    hidden = (len(kernel), SIZE - 2, SIZE - 2)

    def neurons(value):
        return np.full(hidden, value, np.float32)

    dt, one, two = readout.DT, np.array([1, 1]), np.array([2, 2])
    return {
        "input": ("Input", {"shape": np.array([1, SIZE, SIZE])}),
        "conv": ("Conv2d", {
            "weight": kernel, "bias": np.zeros(len(kernel), np.float32),
            "stride": one, "padding": 0 * one, "dilation": one, "groups": 1,
            "input_shape": np.array([SIZE, SIZE])}),
        # 1 - dt/tau: 0.875; a weighted spike adds its weight.
        "hidden": ("LIF", {"tau": neurons(8 * dt), "r": neurons(8),
                           "v_leak": neurons(0), "v_threshold": neurons(2),
                           "v_reset": neurons(0)}),
        "pool": ("SumPool2d", {"kernel_size": two, "stride": two,
                               "padding": 0 * two}),
        "flatten": ("Flatten", {
            "start_dim": 0, "end_dim": -1,
            "input_type": np.array([len(kernel), 4, 4])}),
        "fc": ("Affine", {"weight": weight, "bias": bias}),
        "readout": ("I", {"r": np.full(CLASSES, 1 / dt, np.float32)}),
        "output": ("Output", {"shape": np.array([CLASSES])})}


def main():
    rng = np.random.default_rng(SEED)
    kernel = readout.on_grid(KERNELS)[:, None] / 4
    inputs, labels = recordings(rng, TRAIN)
    test_inputs, test_labels = recordings(rng, TEST)
    features = len(kernel) * 16
    none = np.zeros((CLASSES, features), np.float32), np.zeros(CLASSES)
    hidden, _ = simulate((kernel, *none), inputs)
    weight, bias = readout.train(pooled(hidden).sum(1), labels, CLASSES, 100.0)
    bias = readout.on_grid(bias / TICKS)
    layers = (kernel, weight, bias)
    parts = nodes(*layers)
    readout.write(os.path.join(HERE, "shapes.nir"), parts,
                  list(zip(parts, list(parts)[1:])))
    seen = readout.accuracy(simulate(layers, inputs)[1], labels)
    hidden, potentials = simulate(layers, test_inputs)
    figures = {"float_accuracy": readout.accuracy(potentials, test_labels),
               "training_accuracy": seen, "samples": TEST,
               "training_samples": TRAIN, "ticks": TICKS, "seed": SEED,
               "spike_rate": {"input": float(test_inputs.mean()),
                              "hidden": float(hidden.mean())}}
    readout.save(HERE, test_inputs, test_labels, hidden, potentials, figures)
    print(figures)


if __name__ == "__main__":
    main()
