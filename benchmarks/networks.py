"""Networks and inputs that the benchmarks make themselves."""

from dataclasses import dataclass

import h5py
import numpy as np


@dataclass(frozen=True)
class Layer:
    """Input -> Linear -> neurons that never spike."""

    kind: str
    inputs: int
    neurons: int
    density: float = 1.0

    def weights(self):
        random = np.random.default_rng(7)
        # No zero and no weight that int8 rounds to zero.
        values = random.uniform(0.2, 1.0, (self.neurons, self.inputs))
        values *= random.choice((-1.0, 1.0), values.shape)
        if self.density < 1:
            values[random.random(values.shape) >= self.density] = 0
        return values.astype(np.float32)

    def neuron_fields(self):
        ones = np.ones(self.neurons, np.float32)
        # One threshold a neuron, as scales make it.
        fields = {"r": ones, "v_threshold": 1e6 * ones}
        if self.kind == "LIF":
            fields |= {"tau": 0.02 * ones, "v_leak": 0 * ones}
        elif self.kind == "CubaLIF":
            fields |= {"tau_mem": 0.02 * ones, "tau_syn": 0.005 * ones,
                       "v_leak": 0 * ones, "w_in": ones}
        return fields


def write(path, layer):
    nodes = {
        "input": ("Input", {"shape": np.array([layer.inputs])}),
        "fc": ("Linear", {"weight": layer.weights()}),
        "neurons": (layer.kind, layer.neuron_fields()),
        "output": ("Output", {"shape": np.array([layer.neurons])}),
    }
    edges = [("input", "fc"), ("fc", "neurons"), ("neurons", "output")]
    with h5py.File(path, "w") as file:
        file["version"] = "1.0"
        graph = file.create_group("node")
        graph["type"] = "NIRGraph"
        graph.create_dataset("edges", data=[[a.encode(), b.encode()]
                                            for a, b in edges])
        parts = graph.create_group("nodes")
        for name, (kind, fields) in nodes.items():
            node = parts.create_group(name)
            node["type"] = kind
            for field, value in fields.items():
                node[field] = value


def nmnist_frames(path, tick_us=1000):
    """N-MNIST's 5-byte events as spike counts, ticks x 2 x 34 x 34."""
    raw = np.fromfile(path, dtype=np.uint8).reshape(-1, 5).astype(np.uint32)
    x, y, polarity = raw[:, 0], raw[:, 1], raw[:, 2] >> 7
    when = ((raw[:, 2] & 0x7F) << 16) | (raw[:, 3] << 8) | raw[:, 4]
    frames = np.zeros((int(when.max()) // tick_us + 1, 2, 34, 34), np.uint8)
    np.add.at(frames, (when // tick_us, polarity, y, x), 1)
    return frames
