"""spyx.zip: IF, LIF, CuBaLIF, their recurrent kin, PSU_LIF, and convolutions.
Run by ./make in the framework's environment."""

import jax.numpy as jnp
import numpy as np
from flax import nnx
from spyx import nn
from spyx.nir import to_nir

from common import (CHANNELS, HIDDEN, INPUTS, OUTPUTS, SIDE, Store, inputs,
                    is_lively)

X = {name: jnp.asarray(array, jnp.float32) for name, array in inputs().items()}
KINDS = {"if": nn.IF, "lif": nn.LIF, "cuba": nn.CuBaLIF, "rif": nn.RIF,
         "rlif": nn.RLIF, "rcuba": nn.RCuBaLIF, "psu": nn.PSU_LIF}


def run(net, x):
    """ticks x neurons. Compiled, as users run it, where a tick after the other
    shows enough."""
    state, rows = net.initial_state(1), []
    for tick in x:
        row, state = net(tick[None], state)
        rows.append(np.asarray(row))
    raster = np.concatenate(rows)
    return np.asarray(nn.run(net, x[:, None])[0]) if is_lively(raster) else raster


def dense(kind):
    def make(seed):
        rngs = nnx.Rngs(seed)
        net = nn.Sequential(
            nnx.Linear(INPUTS, HIDDEN, rngs=rngs),
            KINDS[kind]((HIDDEN,), rngs=rngs),
            nnx.Linear(HIDDEN, OUTPUTS, rngs=rngs),
            KINDS[kind.removeprefix("r")]((OUTPUTS,), rngs=rngs))
        net.layers[0].bias[...] += 0.125  # where layers start shows
        net.layers[2].bias[...] += 0.125
        if kind.startswith("r"):
            weight = net.layers[1].recurrent_w
            weight[...] = weight[...] * 0.25
        raster = run(net, X["dense"])
        graph = to_nir(net, {"input": np.array([INPUTS])},
                       {"output": np.array([OUTPUTS])})
        return graph, raster
    return make


def conv(kind):
    def make(seed):
        rngs = nnx.Rngs(seed)
        net = nn.Sequential(
            nnx.Conv(CHANNELS, 4, (3, 3), padding="VALID", rngs=rngs),
            KINDS[kind]((8, 8, 4), rngs=rngs),
            nn.SumPool((2, 2), (2, 2), "VALID"),
            nnx.Conv(4, OUTPUTS, (4, 4), padding="VALID", rngs=rngs),
            KINDS[kind]((1, 1, OUTPUTS), rngs=rngs))
        images = jnp.transpose(X["image"], (0, 2, 3, 1))  # channels last
        raster = run(net, images)
        graph = to_nir(net, {"input": np.array([CHANNELS, SIDE, SIDE])},
                       {"output": np.array([OUTPUTS, 1, 1])})
        return graph, raster
    return make


def main():
    store = Store("spyx")
    for kind in KINDS:
        layer = "layer_3" + ("_threshold" if kind == "psu" else "")
        store.add(kind, dense(kind), layer)
    for kind in ("if", "lif"):
        store.add("conv_" + kind, conv(kind), "layer_4", source="image")
    store.write()


if __name__ == "__main__":
    main()
