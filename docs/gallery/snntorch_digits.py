"""From training in snnTorch to the chip: train, export as NIR, compile, run on
the emulated chip, and compare with the spikes that snnTorch itself computed.

    python snntorch_digits.py [epochs]      pip install snntorch nirtorch

Trains on 280 of the 360 digits that models/digits has, in some ten seconds, and
tests on the others. Where snnTorch is not installed it says so and goes on with
what models/digits/train.py once trained, exported and computed in snnTorch.
"""

import pathlib
import sys

import numpy as np

import figure
import snnc

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models/digits"
TRAINING = 280


def leaky(size):
    import snntorch
    import torch
    # A value per neuron: the exporter writes what it finds. The reset is said
    # below once more, for NIR has no place for it.
    return snntorch.Leaky(beta=torch.full((size,), 0.9375), threshold=torch.ones(size),
                          init_hidden=True, reset_mechanism="zero", reset_delay=False)


def present(net, spikes):
    """Spikes of `hidden` and `readout`; samples x ticks x neurons, all."""
    import torch
    for layer in net.hidden, net.readout:
        layer.mem = torch.zeros(0)
    steps = []
    for t in range(spikes.shape[1]):
        hidden = net.hidden(net.fc1(spikes[:, t]))
        steps.append((hidden, net.readout(net.fc2(hidden))))
    return [torch.stack(layer, 1) for layer in zip(*steps)]


def train(inputs, labels, epochs):
    """The NIR graph, the test images, their labels, snnTorch's spikes."""
    import torch
    from snntorch.export_nir import export_to_nir
    torch.manual_seed(3)
    torch.set_num_threads(1)
    net = torch.nn.Sequential()
    for name, layer in (("fc1", torch.nn.Linear(64, 64)), ("hidden", leaky(64)),
                        ("fc2", torch.nn.Linear(64, 10)), ("readout", leaky(10))):
        net.add_module(name, layer)
    optimiser = torch.optim.Adam(net.parameters(), lr=5e-3)
    x, y = torch.tensor(inputs).float(), torch.tensor(labels).long()
    for epoch in range(epochs):
        for batch in torch.randperm(TRAINING).split(40):
            loss = torch.nn.functional.cross_entropy(
                present(net, x[batch])[1].sum(1), y[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    print(f"trained {epochs} epochs of {TRAINING} digits, loss {loss.item():.2f}")
    net.eval()
    with torch.no_grad():
        # Multiples of 2^-12 add up to the same float in any order, so that
        # spikes can be compared one by one.
        for weights in net.parameters():
            weights.copy_(torch.round(weights * 4096) / 4096)
        theirs = [layer.numpy().astype(np.uint8)
                  for layer in present(net, x[TRAINING:])]
    graph = export_to_nir(net, x[:1, 0], ignore_dims=[0])
    graph.metadata = {"framework": "snntorch", "reset": "zero", "reset_late": False}
    return graph, inputs[TRAINING:], labels[TRAINING:], theirs


def stored(inputs, labels):
    """The same of models/digits, where snnTorch's hidden layer is kept as
    counts."""
    with np.load(MODEL / "test_expected_spikes.npz") as arrays:
        theirs = [arrays["float_hidden_counts"], arrays["float_spikes"]]
    return MODEL / "digits.nir", inputs, labels, theirs


inputs = np.load(MODEL / "test_inputs.npy")
labels = np.load(MODEL / "test_labels.npy")
try:
    import nirtorch  # noqa: F401
    import snntorch  # noqa: F401
except ImportError as missing:
    print(f"NOT TRAINED HERE, {missing.name} is not installed: going on with "
          "models/digits as it was trained in snnTorch")
    network, images, answers, (hidden, readout) = stored(inputs, labels)
else:
    network, images, answers, (hidden, readout) = train(
        inputs, labels, int(sys.argv[1]) if sys.argv[1:] else 40)


def places(ours, theirs):
    """Where two arrays differ, hidden layer by counts if they are stored so."""
    if theirs.ndim < ours.ndim:
        ours = ours.sum(axis=1)
    return f"{np.count_nonzero(ours != theirs):,} of {theirs.size:,}"


def right(votes):
    return f"{(votes.sum(axis=1).argmax(axis=1) == answers).mean():.1%}"


net = snnc.load(network)
print(f"{'snnTorch':22} {right(readout)} of {len(answers)} digits")
floats = net.compile("cpu", precision="float").run(images)
print(f"{'snnc, floats':22} {right(floats['readout'])}; spikes that differ from "
      f"snnTorch: hidden {places(floats['hidden'], hidden)}, readout "
      f"{places(floats['readout'], readout)}")
chip = net.compile("spinnaker2")
ran = chip.run(images, samples=40)
integers = net.compile("cpu").run(images)
print(f"{'snnc, the integers':22} {right(integers['readout'])}; spikes that differ "
      f"from snnTorch: readout {places(integers['readout'], readout)}")
few = net.compile("cpu").run(images, samples=40)
print(f"{'emulated chip':22} {chip.cores} PEs, first 40 digits, against the "
      f"integers on this computer: {snnc.verify(few, ran)}")


def draw(page):
    left, middle, last = page.subplots(1, 3, width_ratios=(1, 2, 2))
    left.imshow(images[0].sum(axis=0).reshape(8, 8), cmap="gray_r")
    left.set(title=f"a {answers[0]}, spikes a pixel", xticks=[], yticks=[])
    figure.raster(middle, ran["hidden"][0], "hidden, emulated chip")
    figure.raster(last, readout[0], "readout: snnTorch (o), chip (|)",
                  marker="o", ms=7, mfc="none")
    figure.raster(last, ran["readout"][0], last.get_title(), ms=7)
    last.set_yticks(range(10))


figure.save(__file__, draw, (10, 3.2))
