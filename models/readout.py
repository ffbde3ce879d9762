"""What models/motion and models/shapes share: a trained readout, the float
simulation of NIR's neurons as docs/semantics.md S2 and S3 state it, and the
writer of the NIR file. numpy and h5py only."""

import json
import os
import sys

import h5py
import numpy as np

DT = 1e-3
GRID = 2.0**-8  # weights are multiples: float32 sums are exact in any order


def on_grid(weights):
    return (np.round(np.asarray(weights) / GRID) * GRID).astype(np.float32)


def train(features, labels, classes, ridge):
    """Weights and biases (classes x features, classes): ridge regression of
    the one-hot labels, closed form."""
    x = np.hstack([features, np.ones((len(features), 1))]).astype(np.float64)
    y = np.eye(classes)[labels]
    penalty = ridge * np.eye(x.shape[1])
    penalty[-1, -1] = 0
    solution = np.linalg.solve(x.T @ x + penalty, x.T @ y).T
    scale = 1 / np.abs(solution[:, :-1]).max()  # the argmax stays
    return on_grid(solution[:, :-1] * scale), solution[:, -1] * scale


def integrate(spikes, weight, bias):
    """NIR's I behind an Affine, r = 1/dt: the potentials, samples x ticks x
    classes. Sums of multiples of GRID: exact."""
    drive = spikes.astype(np.float64) @ weight.T.astype(np.float64) + bias
    return np.cumsum(drive, axis=1).astype(np.float32)


# What the networks compute and NIR has no field for: docs/frameworks.md.
METADATA = {"framework": "none", "integrator": "forward", "reset": "value",
            "reset_late": False}


def write(path, nodes, edges):
    """{name: (type, {field: value})} and [(from, to)] as a NIR file."""
    with h5py.File(path, "w", track_order=False) as file:
        file["version"] = "1.0"
        graph = file.create_group("node")
        graph["type"] = "NIRGraph"
        graph.create_dataset("edges", data=[[a.encode(), b.encode()]
                                            for a, b in edges])
        stated = graph.create_group("metadata")
        for key, value in METADATA.items():
            stated[key] = value
        parts = graph.create_group("nodes")
        for name, (kind, fields) in nodes.items():
            node = parts.create_group(name)
            node["type"] = kind
            for field, value in fields.items():
                node[field] = value


def accuracy(potentials, labels):
    """The class with the highest potential after the last tick."""
    return float((potentials[:, -1].argmax(1) == labels).mean())


def save(folder, inputs, labels, hidden, potentials, figures):
    def path(name):
        return os.path.join(folder, name)

    np.save(path("test_inputs.npy"), inputs)
    np.save(path("test_labels.npy"), labels.astype(np.uint8))
    np.savez_compressed(path("test_expected.npz"), hidden_spikes=hidden,
                        readout_v=potentials)
    with open(path("expected.json"), "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")


def run_check(here, network, simulate):
    """The main of a check.py: one line per fault of the files in the folder of
    the command line (default `here`); the exit code. `simulate`: path of the
    NIR file, inputs -> hidden spikes and potentials."""
    folder = sys.argv[1] if len(sys.argv) > 1 else here
    path = os.path.join(folder, network)
    try:
        faults = check(folder, lambda spikes: simulate(path, spikes))
    except (OSError, KeyError, ValueError) as error:
        faults = [f"{type(error).__name__}: {error}"]
    for fault in faults:
        print(f"check: {fault}", file=sys.stderr)
    return 1 if faults else 0


def check(folder, simulate):
    """The faults of the files in `folder`; `simulate`: inputs -> hidden spikes
    and potentials, from the NIR file."""
    def path(name):
        return os.path.join(folder, name)

    with open(path("expected.json"), encoding="utf-8") as file:
        figures = json.load(file)
    hidden, potentials = simulate(np.load(path("test_inputs.npy")))
    labels = np.load(path("test_labels.npy"))
    faults = []
    with np.load(path("test_expected.npz")) as stored:
        for name, ours in (("hidden_spikes", hidden),
                           ("readout_v", potentials)):
            if stored[name].shape != ours.shape or (stored[name] != ours).any():
                faults.append(f"{name} differs from the simulation")
    measured = accuracy(potentials, labels)
    print(f"{os.path.basename(os.path.abspath(folder))}: float accuracy "
          f"{100 * measured:.2f} % of {len(labels)}")
    if abs(measured - figures["float_accuracy"]) > 1e-9:
        faults.append(f"accuracy {measured}, expected.json says "
                      f"{figures['float_accuracy']}")
    return faults
