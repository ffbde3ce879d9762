"""The network of motion.nir in numpy, float32 in the order of operations that
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
        return (nodes["fc/weight"][:], nodes["recurrent/weight"][:],
                nodes["fc_out/weight"][:], nodes["fc_out/bias"][:])


def simulate(layers, inputs):
    """Spikes of `hidden` and potentials of `readout`, samples x ticks x
    neurons. A spike that returns counts in the next tick."""
    into, back, weight, bias = layers
    shape = (len(inputs), len(into))
    v, i = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    fired = np.zeros(shape, np.uint8)
    raster = np.zeros((len(inputs), inputs.shape[1], len(into)), np.uint8)
    for t in range(inputs.shape[1]):
        drive = (inputs[:, t] @ into.T.astype(np.float64)
                 + fired @ back.T.astype(np.float64)).astype(np.float32)
        i = i * np.float32(0.75) + drive
        v = v * np.float32(0.875) + i
        fired = (v > 2).astype(np.uint8)
        v[fired > 0] = 0
        raster[:, t] = fired
    return raster, readout.integrate(raster, weight, bias)
