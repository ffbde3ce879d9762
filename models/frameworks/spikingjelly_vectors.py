"""spikingjelly.zip: IFNode, LIFNode, ParametricLIFNode and CUBALIFNode with the
hard reset, the only one that its exporter takes, and convolutions. Run by ./make
in the framework's environment."""

import torch
from spikingjelly.activation_based import functional, neuron
from spikingjelly.activation_based.nir_exchange import export_to_nir

from common import (CHANNELS, HIDDEN, INPUTS, OUTPUTS, TICKS, Store, inputs)

X = {name: torch.tensor(array).float() for name, array in inputs().items()}
KINDS = {
    "if": lambda v: neuron.IFNode(v_reset=v),
    "lif": lambda v: neuron.LIFNode(tau=4.0, v_threshold=0.25, v_reset=v),
    "lif_undamped": lambda v: neuron.LIFNode(tau=4.0, decay_input=False,
                                             v_reset=v),
    "plif": lambda v: neuron.ParametricLIFNode(init_tau=4.0, v_threshold=0.25,
                                               v_reset=v),
    "cuba": lambda v: neuron.CUBALIFNode(v_reset=v),
}


def run(net, source):
    functional.reset_net(net)
    x = X[source]
    raster = torch.cat([net(x[t:t + 1]) for t in range(TICKS)]).numpy()
    functional.reset_net(net)
    return export_to_nir(net, x[:1]), raster


def dense(kind, v_reset):
    def make(seed):
        torch.manual_seed(seed)
        net = torch.nn.Sequential(
            torch.nn.Linear(INPUTS, HIDDEN), KINDS[kind](v_reset),
            torch.nn.Linear(HIDDEN, OUTPUTS), KINDS[kind](v_reset))
        for linear in (net[0], net[2]):
            linear.weight.data *= 3
        return run(net, "dense")
    return make


def conv(kind):
    def make(seed):
        torch.manual_seed(seed)
        net = torch.nn.Sequential(
            torch.nn.Conv2d(CHANNELS, 4, 3), KINDS[kind](0.0),
            torch.nn.AvgPool2d(2), torch.nn.Flatten(),
            torch.nn.Linear(64, OUTPUTS), KINDS[kind](0.0))
        net[0].weight.data *= 2
        net[4].weight.data *= 6
        return run(net, "image")
    return make


def main():
    store = Store("spikingjelly")
    for kind in KINDS:
        store.add(kind, dense(kind, 0.0), "_3")
        store.add(kind + "_below", dense(kind, -0.125), "_3")
    for kind in ("if", "lif", "cuba"):
        store.add("conv_" + kind, conv(kind), "_5", source="image")
    store.write()


if __name__ == "__main__":
    with torch.no_grad():
        main()
