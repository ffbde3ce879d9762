"""sinabs.zip: IAF and LIF that emit one spike a tick at most (SingleSpike), and
convolutions. Its exporter knows no recurrent layer and no synaptic current. Run
by ./make in the framework's environment."""

import sinabs.layers as sl
import torch
from sinabs.activation import MembraneReset, MembraneSubtract, SingleSpike
from sinabs.nir import to_nir

from common import (CHANNELS, HIDDEN, INPUTS, OUTPUTS, TICKS, Store, inputs)

X = {name: torch.tensor(array).float() for name, array in inputs().items()}
RESETS = {"subtract": MembraneSubtract, "zero": MembraneReset}


def layer(kind, size, reset):
    rest = dict(spike_fn=SingleSpike, reset_fn=RESETS[reset](), batch_size=1,
                spike_threshold=torch.ones(size) if size else torch.tensor(1.0))
    if kind == "iaf":
        return sl.IAFSqueeze(**rest)
    return sl.LIFSqueeze(tau_mem=torch.full((size,), 8.0), **rest)


def dense(kind, reset):
    def make(seed):
        torch.manual_seed(seed)
        net = torch.nn.Sequential(
            torch.nn.Linear(INPUTS, HIDDEN), layer(kind, HIDDEN, reset),
            torch.nn.Linear(HIDDEN, OUTPUTS), layer(kind, OUTPUTS, reset))
        for linear in (net[0], net[2]):
            linear.weight.data *= 2 if kind == "iaf" else 20
        raster = net(X["dense"]).numpy()
        return to_nir(net, X["dense"]), raster
    return make


def conv(reset):
    def make(seed):
        torch.manual_seed(seed)
        net = torch.nn.Sequential(
            torch.nn.Conv2d(CHANNELS, 4, 3), layer("iaf", 0, reset),
            sl.SumPool2d(2), torch.nn.Flatten(),
            torch.nn.Linear(64, OUTPUTS), layer("iaf", 0, reset))
        net[0].weight.data *= 2
        net[4].weight.data *= 2
        raster = net(X["image"]).numpy()
        graph = to_nir(net, X["image"])
        graph.infer_types()  # the exporter leaves shapes open
        return graph, raster
    return make


def main():
    store = Store("sinabs")
    for reset in RESETS:
        for kind in ("iaf", "lif"):
            store.add(f"{kind}_{reset}", dense(kind, reset), "3",
                      ["--reset", reset])
        store.add("conv_iaf_" + reset, conv(reset), "5", ["--reset", reset],
                  "image")
    store.write()


if __name__ == "__main__":
    with torch.no_grad():
        main()
