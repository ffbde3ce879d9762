"""Trains the spiking digit classifier, exports it to NIR and writes the test
data, the expected spikes and the figures beside itself. See README.md."""

import argparse
import json
import os
import platform
import time
from collections import OrderedDict

# One thread: the order of float additions, hence the result, is then fixed.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import h5py
import nir
import nirtorch
import numpy as np
import sklearn
import snntorch as snn
import torch
from importlib.metadata import version
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from snntorch import surrogate
from snntorch.export_nir import export_to_nir

import simulate
from encode import PIXELS, TICKS, encode

SEED = 20
HIDDEN = 128
CLASSES = 10
TEST_SAMPLES = 360
VALIDATION_SAMPLES = 287  # of the training set, only with --validate
# 1 - beta is a power of two, so dt/tau, r and beta are exact in float32.
BETA = 1 - 1 / 16
THRESHOLD = 1.0
EPOCHS = 80
BATCH = 64
LEARNING_RATE = 2e-3
# Standard deviation of the weight noise, relative to the largest weight of the
# row. An int8 rounding error is at most 0.5/127 = 0.4 % of the same number.
WEIGHT_NOISE = 0.01
# Exported weights are multiples of this, so float32 sums of them are exact and
# no order of summation can change a spike.
WEIGHT_GRID = 2.0**-12
HERE = os.path.dirname(os.path.abspath(__file__))


class NoisyLinear(torch.nn.Linear):
    """Linear; while training, each batch sees its weights slightly moved, which
    teaches the network to keep clear of the threshold."""

    def disturb(self):
        row = self.weight.detach().abs().amax(dim=1, keepdim=True)
        self.noise = torch.randn_like(self.weight) * row * WEIGHT_NOISE

    def forward(self, x):
        weight = self.weight + self.noise if self.training else self.weight
        return torch.nn.functional.linear(x, weight, self.bias)


def leaky(neurons):
    # Arrays, not scalars: the exporter then stores one value per neuron.
    return snn.Leaky(beta=torch.full((neurons,), BETA),
                     threshold=torch.full((neurons,), THRESHOLD),
                     spike_grad=surrogate.atan(), init_hidden=True,
                     reset_mechanism="zero", reset_delay=False)


def network():
    return torch.nn.Sequential(OrderedDict(
        fc1=NoisyLinear(PIXELS, HIDDEN), hidden=leaky(HIDDEN),
        fc2=NoisyLinear(HIDDEN, CLASSES), readout=leaky(CLASSES)))


def present(net, spikes):
    """spikes (samples, ticks, 64) -> rasters of both layers, same axes."""
    for layer in (net.hidden, net.readout):
        layer.reset_mem()
        layer.mem = torch.zeros(0)
    hidden, readout = [], []
    for t in range(spikes.shape[1]):
        hidden.append(net.hidden(net.fc1(spikes[:, t])))
        readout.append(net.readout(net.fc2(hidden[-1])))
    return torch.stack(hidden, 1), torch.stack(readout, 1)


def fit(net, spikes, labels, epochs):
    """Cross entropy on the spike counts of the readout."""
    optimiser = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    net.train()
    for epoch in range(epochs):
        total, right = 0.0, 0
        for batch in torch.randperm(len(spikes)).split(BATCH):
            net.fc1.disturb()
            net.fc2.disturb()
            counts = present(net, spikes[batch])[1].sum(1)
            loss = torch.nn.functional.cross_entropy(counts, labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
            right += (counts.argmax(1) == labels[batch]).sum().item()
        schedule.step()
        print(f"epoch {epoch + 1:3d}  loss {total / len(spikes):.4f}  "
              f"training accuracy {100 * right / len(spikes):.2f} %",
              flush=True)
    net.eval()


def off_ties(weight):
    """Moves a weight that lies (almost) halfway between two int8 steps by one
    grid step towards zero, so that int8 rounding does not hang on the last bit
    of a scale. The row's largest weight, hence the scale, never moves."""
    steps = weight.double() * simulate.INT8_MAX / weight.double().abs().amax(
        dim=1, keepdim=True)
    tie = ((steps - torch.floor(steps)) - 0.5).abs() < 1e-3
    return torch.where(tie, weight - weight.sign() * WEIGHT_GRID, weight)


def snap(net):
    """Rounds weights and biases to the grid and proves that sums are exact."""
    with torch.no_grad():
        for layer in (net.fc1, net.fc2):
            for values in (layer.weight, layer.bias):
                values.copy_(torch.round(values / WEIGHT_GRID) * WEIGHT_GRID)
            layer.weight.copy_(off_ties(layer.weight))
            largest = layer.weight.abs().sum(1).max() + layer.bias.abs().max()
            if largest.item() >= 2.0**24 * WEIGHT_GRID:
                raise SystemExit("weights too large for exact float32 sums")


def split(validate):
    digits = load_digits()
    sets = train_test_split(digits.data, digits.target, test_size=TEST_SAMPLES,
                            stratify=digits.target, random_state=SEED)
    if validate:  # for choosing hyper-parameters: the test set stays unseen
        sets = train_test_split(sets[0], sets[2], test_size=VALIDATION_SAMPLES,
                                stratify=sets[2], random_state=SEED)
    return sets


def accuracy(raster, labels):
    return float((simulate.predict(raster) == labels).mean())


def evaluate(net, layers, spikes, labels):
    """Rasters from snnTorch and from numpy, float and int8; figures."""
    with torch.no_grad():
        torch_rasters = [r.numpy().astype(np.uint8)
                         for r in present(net, torch.tensor(spikes).float())]
    rasters = simulate.run(layers, spikes)
    quantised = simulate.run([simulate.quantise(x) for x in layers], spikes)
    for ours, theirs in zip(rasters, torch_rasters):
        if not np.array_equal(ours, theirs):
            raise SystemExit(f"numpy and snnTorch differ in "
                             f"{np.count_nonzero(ours != theirs)} spikes")
    figures = {
        "float_accuracy": accuracy(torch_rasters[1], labels),
        "quantised_accuracy": accuracy(quantised[1], labels),
        "float_quantised_agreement": float(np.mean(
            simulate.predict(rasters[1]) == simulate.predict(quantised[1]))),
        "spike_rate": {
            "input": float(spikes.mean()),
            "hidden": float(rasters[0].mean()),
            "readout": float(rasters[1].mean()),
        },
    }
    return rasters, quantised, figures


def save(folder, spikes, labels, rasters, quantised, figures):
    np.save(os.path.join(folder, "test_inputs.npy"), spikes)
    np.save(os.path.join(folder, "test_labels.npy"), labels.astype(np.uint8))
    np.savez_compressed(
        os.path.join(folder, "test_expected_spikes.npz"),
        float_counts=rasters[1].sum(1).astype(np.uint8),
        float_spikes=rasters[1],
        float_hidden_counts=rasters[0].sum(1).astype(np.uint8),
        quantised_counts=quantised[1].sum(1).astype(np.uint8),
        quantised_spikes=quantised[1],
        quantised_hidden_counts=quantised[0].sum(1).astype(np.uint8))
    with open(os.path.join(folder, "expected.json"), "w") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default=HERE, help="folder to write into")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--validate", action="store_true",
                        help="measure on a part of the training set, write "
                        "nothing")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(options.seed)
    train_x, test_x, train_y, test_y = split(options.validate)
    spikes = encode(test_x)
    net = network()
    begin = time.monotonic()
    fit(net, torch.tensor(encode(train_x)).float(), torch.tensor(train_y),
        options.epochs)
    snap(net)
    print(f"trained in {time.monotonic() - begin:.0f} s")

    folder = options.output
    path = os.path.join(folder, "digits.nir")
    if options.validate:
        path = os.path.join(folder, "validate.nir")
    graph = export_to_nir(net, torch.tensor(spikes[:1, 0]).float(),
                          ignore_dims=[0])
    # The exporter keeps edges in a set: sort them, or the file would differ
    # from run to run.
    graph.edges = sorted(graph.edges)
    # How it was trained, which NIR has no field for (docs/frameworks.md).
    graph.metadata = {"framework": "snntorch", "reset": "zero",
                      "reset_late": False}
    nir.write(path, graph)
    nir.read(path)  # the official reader accepts it, or raises
    rasters, quantised, figures = evaluate(net, simulate.read(path), spikes,
                                           test_y)
    print(json.dumps(figures, indent=2))
    if options.validate:
        os.remove(path)
        return
    figures.update({
        "samples": len(spikes), "ticks": TICKS, "classes": CLASSES,
        "training_samples": len(train_y), "hidden_neurons": HIDDEN,
        "record": "readout", "dt_seconds": 1e-4, "beta": BETA,
        "seed": options.seed, "epochs": options.epochs,
        "versions": {
            "h5py": h5py.__version__, "nir": version("nir"),
            "nirtorch": version("nirtorch"), "numpy": np.__version__,
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "snntorch": snn.__version__, "torch": torch.__version__,
        },
    })
    save(folder, spikes, test_y, rasters, quantised, figures)


if __name__ == "__main__":
    main()
