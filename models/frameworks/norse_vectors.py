"""norse.zip: LIFCell, LIFBoxCell and IAFCell, and convolutions. Its exporter
knows no recurrent cell, no pooling and no Flatten. Run by ./make in the
framework's environment."""

import torch
from norse.torch import LIFBoxCell, LIFCell, LIFParameters, SequentialState
from norse.torch.functional.iaf import IAFParameters
from norse.torch.functional.lif_box import LIFBoxParameters
from norse.torch.functional.reset import reset_subtract
from norse.torch.module.iaf import IAFCell
from norse.torch.utils.export_nir import to_nir

from common import (CHANNELS, HIDDEN, INPUTS, OUTPUTS, TICKS, Store, inputs)

X = {name: torch.tensor(array).float() for name, array in inputs().items()}


def layer(cell, shape, rest):
    def full(value):
        return torch.full(shape, value)

    if cell == "lif":
        return LIFCell(LIFParameters(
            tau_syn_inv=full(200.0), tau_mem_inv=full(100.0),
            v_leak=full(rest), v_th=full(0.25), v_reset=full(0.0)))
    if cell == "iaf":
        return IAFCell(IAFParameters(v_th=full(1.0), v_reset=full(0.0)))
    how = {"reset_method": reset_subtract} if cell == "boxsub" else {}
    return LIFBoxCell(LIFBoxParameters(
        tau_mem_inv=full(100.0), v_leak=full(rest), v_th=full(0.0625),
        v_reset=full(0.0), **how))


def run(net, source):
    state, rows = None, []
    for t in range(TICKS):
        x = X[source][t] if source == "dense" else X[source][t:t + 1]
        row, state = net(x, state)
        rows.append(row.reshape(1, -1))
    return torch.cat(rows).numpy()


def dense(cell, rest=0.0):
    def make(seed):
        torch.manual_seed(seed)
        net = SequentialState(torch.nn.Linear(INPUTS, HIDDEN),
                              layer(cell, (HIDDEN,), rest),
                              torch.nn.Linear(HIDDEN, OUTPUTS),
                              layer(cell, (OUTPUTS,), rest))
        raster = run(net, "dense")
        return to_nir(net, X["dense"][0]), raster
    return make


def conv(cell):
    def make(seed):
        torch.manual_seed(seed)
        net = SequentialState(torch.nn.Conv2d(CHANNELS, 4, 3, stride=2),
                              layer(cell, (4, 4, 4), 0.0),
                              torch.nn.Conv2d(4, OUTPUTS, 4),
                              layer(cell, (OUTPUTS, 1, 1), 0.0))
        net[2].weight.data *= 3
        raster = run(net, "image")
        graph = to_nir(net, X["image"][0])
        graph.infer_types()  # the exporter leaves Conv2d's input_shape open
        return graph, raster
    return make


def main():
    store = Store("norse")
    for cell in ("lif", "box", "iaf"):
        store.add(cell, dense(cell), "3")
    store.add("box_subtract", dense("boxsub"), "3", ["--reset", "subtract"])
    store.add("lif_rest", dense("lif", 0.0625), "3")
    store.add("box_rest", dense("box", 0.015625), "3")
    for cell in ("lif", "box", "iaf"):
        store.add("conv_" + cell, conv(cell), "3", source="image")
    store.write()


if __name__ == "__main__":
    with torch.no_grad():
        main()
