"""lava.zip: CUBA neurons of lava-dl (slayer), dense, recurrent and convolutional.
lava-dl has no NIR exporter: the graphs are written here from the parameters of
its layers, as docs/frameworks.md says. Run by ./make in the framework's
environment."""

import lava.lib.dl.slayer as slayer
import nir
import numpy as np
import torch

from common import (CHANNELS, HIDDEN, INPUTS, OUTPUTS, SIDE, TICKS, Store,
                    inputs)

X = {name: torch.tensor(array).float() for name, array in inputs().items()}
DECAYS = {"cuba": (0.25, 0.125), "lif": (1.0, 0.125), "if": (1.0, 0.0)}


def neuron(kind):
    current, voltage = DECAYS[kind]
    return slayer.neuron.cuba.Neuron(threshold=1.0, current_decay=current,
                                     voltage_decay=voltage)


def node(layer, shape):
    """The neuron as NIR has it: tau = dt / decay, gains tau / dt, dt = 1."""
    def full(value):
        return np.full(shape, value, np.float32)

    current, voltage = (float(decay) / layer.p_scale for decay in (
        layer.cx_current_decay, layer.cx_voltage_decay))
    ends = {"v_threshold": full(layer.threshold), "v_reset": full(0)}
    if voltage == 0:
        return nir.IF(r=full(1), **ends)
    leak = {"v_leak": full(0), "r": full(1 / voltage), **ends}
    if current == 1:
        return nir.LIF(tau=full(1 / voltage), **leak)
    return nir.CubaLIF(tau_syn=full(1 / current), tau_mem=full(1 / voltage),
                       w_in=full(1 / current), **leak)


def synapse(kind, layer, scale, *sizes):
    made = kind(*sizes)
    made.weight.data *= scale
    made.pre_hook_fx = layer.quantize_8bit  # what a neuron's block does
    return made


def weights(made):
    return made.pre_hook_fx(made.weight).detach().numpy()


def graph(*nodes, more=(), edges=()):
    """`nodes` one behind the other, named by place; `more` nodes by name."""
    named = {"input": nir.Input(np.array(nodes[0])),
             **{str(i): part for i, part in enumerate(nodes[1:])}, **dict(more)}
    last = str(len(nodes) - 2)
    named["output"] = nir.Output(named[last].output_type["output"])
    chain = ["input", *map(str, range(len(nodes) - 1)), "output"]
    return nir.NIRGraph(named, [*zip(chain, chain[1:]), *edges])


def dense(kind, scale):
    def make(seed):
        torch.manual_seed(seed)
        first, second = neuron(kind), neuron(kind)
        one = synapse(slayer.synapse.Dense, first, scale, INPUTS, HIDDEN)
        two = synapse(slayer.synapse.Dense, second, scale, HIDDEN, OUTPUTS)
        spikes = second(two(first(one(X["dense"].T[None]))))
        return graph((INPUTS,), nir.Linear(weights(one)[..., 0, 0, 0]),
                     node(first, HIDDEN), nir.Linear(weights(two)[..., 0, 0, 0]),
                     node(second, OUTPUTS)), spikes[0].T.numpy()
    return make


def recurrent(kind, scale):
    def make(seed):
        torch.manual_seed(seed)
        first, second = neuron(kind), neuron(kind)
        one = synapse(slayer.synapse.Dense, first, scale, INPUTS, HIDDEN)
        back = synapse(slayer.synapse.Dense, first, scale, HIDDEN, HIDDEN)
        two = synapse(slayer.synapse.Dense, second, scale, HIDDEN, OUTPUTS)
        first.persistent_state = True  # it is called once a tick
        drive, rows = one(X["dense"].T[None]), []
        spike = torch.zeros(1, HIDDEN, 1)
        for t in range(TICKS):
            spike = first(drive[..., t:t + 1] + back(spike))
            rows.append(spike)
        spikes = second(two(torch.cat(rows, dim=-1)))
        return graph((INPUTS,), nir.Linear(weights(one)[..., 0, 0, 0]),
                     node(first, HIDDEN), nir.Linear(weights(two)[..., 0, 0, 0]),
                     node(second, OUTPUTS),
                     more=[("back", nir.Linear(weights(back)[..., 0, 0, 0]))],
                     edges=[("1", "back"), ("back", "1")]
                     ), spikes[0].T.numpy()
    return make


def conv(kind, scale):
    def make(seed):
        torch.manual_seed(seed)
        first, second = neuron(kind), neuron(kind)
        one = synapse(slayer.synapse.Conv, first, scale, CHANNELS, 4, 3)
        two = synapse(slayer.synapse.Conv, second, scale, 4, OUTPUTS, SIDE - 2)
        images = X["image"].permute(1, 2, 3, 0)[None]
        spikes = second(two(first(one(images))))

        def layer(made, side):
            return nir.Conv2d((side, side), weights(made)[..., 0], 1, 0, 1, 1,
                              np.zeros(made.weight.shape[0], np.float32))
        return graph((CHANNELS, SIDE, SIDE), layer(one, SIDE),
                     node(first, (4, SIDE - 2, SIDE - 2)),
                     layer(two, SIDE - 2), node(second, (OUTPUTS, 1, 1))
                     ), spikes[0].reshape(OUTPUTS, TICKS).T.numpy()
    return make


def main():
    store = Store("lava")
    options = ["--dt", "1"]
    for kind, scale in (("cuba", 1), ("lif", 2), ("if", 1.5)):
        store.add(kind, dense(kind, scale), "3", options)
        store.add("r" + kind, recurrent(kind, scale), "3", options)
        store.add("conv_" + kind, conv(kind, scale), "3", options, "image")
    store.write()


if __name__ == "__main__":
    with torch.no_grad():
        main()
