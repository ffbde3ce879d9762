"""rockpool.zip: LIFTorch and LIFNeuronTorch that emit one spike a tick at most.
Its exporter drops biases and recurrent weights. Run by ./make in the framework's
environment."""

import torch
from rockpool.nn.combinators import Sequential
from rockpool.nn.modules import LIFNeuronTorch, LIFTorch, LinearTorch
from rockpool.nn.modules.torch.nir import to_nir
from rockpool.parameters import Constant

from common import HIDDEN, INPUTS, OUTPUTS, Store, inputs

X = torch.tensor(inputs()["dense"]).float()


def layer(kind, size):
    rest = dict(tau_mem=Constant(torch.full((size,), 20e-3)), dt=1e-3,
                threshold=Constant(torch.ones(size)),
                bias=Constant(torch.zeros(size)),
                max_spikes_per_dt=torch.tensor(1.0))
    if kind == "lif_neuron":
        return LIFNeuronTorch(size, **rest)
    return LIFTorch(size, tau_syn=Constant(torch.full((size, 1), 5e-3)), **rest)


def dense(kind):
    def make(seed):
        torch.manual_seed(seed)
        net = Sequential(
            LinearTorch((INPUTS, HIDDEN), has_bias=False), layer(kind, HIDDEN),
            LinearTorch((HIDDEN, OUTPUTS), has_bias=False),
            layer(kind, OUTPUTS))
        scale = 1.0 if kind == "lif_neuron" else 0.15
        for name in ("0_LinearTorch", "2_LinearTorch"):
            net[name].weight.data *= scale
        raster, _, _ = net(X[None])
        return to_nir(net), raster.detach().numpy()
    return make


def main():
    store = Store("rockpool")
    store.add("lif", dense("lif"), "3_LIFTorch")
    store.add("lif_neuron", dense("lif_neuron"), "3_LIFNeuronTorch")
    store.write()


if __name__ == "__main__":
    main()
