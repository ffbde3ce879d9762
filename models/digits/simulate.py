"""A numpy simulation of a feed-forward LIF chain stored as NIR.

It is independent of snnTorch and of snnc: it reads the .nir file with h5py and
follows docs/semantics.md. A layer sees its input of the same tick, the state is
float32, operations run in the written order: v = v*beta + (acc + bias); spike
when v > threshold; reset to zero in the same tick.
"""

from dataclasses import dataclass

import h5py
import numpy as np

INT8_MAX = 127


@dataclass
class Layer:
    """One weight node and the LIF node that it feeds."""

    name: str  # of the LIF node
    weight: np.ndarray  # (neurons, inputs); float32, or int8 values as float32
    bias: np.ndarray  # (neurons,) float32, in units of the accumulator
    beta: np.ndarray  # (neurons,) float32, decay per tick
    threshold: np.ndarray  # (neurons,) float32, in units of the accumulator


def _text(dataset):
    value = dataset[()]
    return value.decode() if isinstance(value, bytes) else value


def _chain(graph):
    """Node names from the Input node to the Output node."""
    edges = [tuple(e.decode() for e in row) for row in graph["edges"][()]]
    after = dict(edges)
    if len(after) != len(edges):
        raise ValueError("not a chain: a node has several successors")
    kinds = {name: _text(node["type"]) for name, node in graph["nodes"].items()}
    names = [name for name, kind in kinds.items() if kind == "Input"]
    if len(names) != 1:
        raise ValueError(f"expected one Input node, found {len(names)}")
    while names[-1] in after and len(names) <= len(kinds):
        names.append(after[names[-1]])
    if kinds[names[-1]] != "Output" or len(names) != len(kinds):
        raise ValueError(f"not a chain from Input to Output: {names}")
    return names[1:-1]


def _layer(name, synapses, lif):
    """Folds r into the weights; refuses what this file does not simulate."""
    kinds = _text(synapses["type"]), _text(lif["type"])
    if kinds[0] not in ("Affine", "Linear") or kinds[1] != "LIF":
        raise ValueError(f"{name}: expected Affine or Linear then LIF, {kinds}")
    tau = lif["tau"][()].astype(np.float64)
    r = lif["r"][()].astype(np.float64)
    # snnTorch's exporter stores r = tau/dt, so that an input has gain 1.
    dt = tau / r
    if np.any(lif["v_leak"][()]) or np.any(lif["v_reset"][()]):
        raise ValueError(f"{name}: v_leak and v_reset must be 0")
    weight = synapses["weight"][()].astype(np.float32)
    bias = np.zeros(len(weight), np.float32)
    if "bias" in synapses:
        bias = synapses["bias"][()].astype(np.float32)
    return Layer(name, weight, bias, (1.0 - dt / tau).astype(np.float32),
                 lif["v_threshold"][()].astype(np.float32))


def read(path):
    """The layers of a .nir file, input side first."""
    with h5py.File(path, "r") as file:
        graph = file["node"]
        names = _chain(graph)
        if len(names) % 2:
            raise ValueError(f"weights and neurons must alternate: {names}")
        nodes = graph["nodes"]
        return [_layer(lif, nodes[synapses], nodes[lif])
                for synapses, lif in zip(names[::2], names[1::2])]


def quantise(layer):
    """int8 weights, nearest-even, one scale per target neuron, folded into the
    threshold and the bias of that neuron."""
    largest = np.abs(layer.weight.astype(np.float64)).max(axis=1)
    scale = np.where(largest > 0, INT8_MAX / np.where(largest > 0, largest, 1),
                     1.0)
    weight = np.rint(layer.weight.astype(np.float64) * scale[:, None])
    return Layer(layer.name, weight.astype(np.float32),
                 (layer.bias * scale).astype(np.float32), layer.beta,
                 (layer.threshold * scale).astype(np.float32))


def run(layers, spikes):
    """spikes: (samples, ticks, inputs) 0/1 -> one (samples, ticks, neurons)
    uint8 raster per layer."""
    rasters = []
    for layer in layers:
        samples, ticks, _ = spikes.shape
        v = np.zeros((samples, len(layer.bias)), np.float32)
        raster = np.zeros((samples, ticks, len(layer.bias)), np.uint8)
        for t in range(ticks):
            acc = spikes[:, t].astype(np.float32) @ layer.weight.T
            v = v * layer.beta + (acc + layer.bias)
            fired = v > layer.threshold
            v[fired] = 0
            raster[:, t] = fired
        rasters.append(raster)
        spikes = raster
    return rasters


def predict(raster):
    """The class with the most spikes; the lowest index wins a tie."""
    return raster.sum(axis=1, dtype=np.int64).argmax(axis=1)
