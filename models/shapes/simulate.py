"""The network of shapes.nir in numpy, float32 in the order of operations that
docs/semantics.md states."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir))

import h5py
import numpy as np

import readout


def read(path):
    with h5py.File(path) as file:
        nodes = file["node/nodes"]
        return (nodes["conv/weight"][:], nodes["fc/weight"][:],
                nodes["fc/bias"][:])


def simulate(layers, inputs):
    """Spikes of `hidden` and potentials of `readout`: samples x ticks x 6 x 8 x
    8 and samples x ticks x classes."""
    kernel, weight, bias = layers
    size = inputs.shape[-1] - 2
    windows = np.lib.stride_tricks.sliding_window_view(
        inputs[:, :, 0].astype(np.float64), (3, 3), axis=(2, 3))
    drive = np.einsum("stxyab,kab->stkxy", windows,
                      kernel[:, 0].astype(np.float64)).astype(np.float32)
    v = np.zeros((len(inputs), len(kernel), size, size), np.float32)
    raster = np.zeros(drive.shape, np.uint8)
    for t in range(inputs.shape[1]):
        v = v * np.float32(0.875) + drive[:, t]
        fired = v > 2
        v[fired] = 0
        raster[:, t] = fired
    return raster, readout.integrate(pooled(raster), weight, bias)


def pooled(raster):
    """Sums of 2 x 2, flattened."""
    s, t, k, x, y = raster.shape
    sums = raster.reshape(s, t, k, x // 2, 2, y // 2, 2).sum(axis=(4, 6))
    return sums.reshape(s, t, -1)
