"""Small networks of snnTorch's and Norse's own neurons, exported by the
frameworks, with the spikes that the frameworks compute: vectors.zip holds
NAME.nir and rasters.npz with `input` (ticks x 20) and a raster (ticks x 5) for
each NAME. A network whose last layer is nearly silent, or never so, shows
little: the seed is the first that gives 25 to 175 spikes of 250.

Run by ./make in its virtual environment; tests read what is stored."""

import os
import sys
import tempfile
import zipfile

import nir
import numpy as np
import torch
import snntorch as snn
from norse.torch import LIFBoxCell, LIFCell, LIFParameters, SequentialState
from norse.torch.functional.lif_box import LIFBoxParameters
from norse.torch.utils.export_nir import to_nir
from snntorch.export_nir import export_to_nir

TICKS, INPUTS, HIDDEN, OUTPUTS = 50, 20, 16, 5
HERE = os.path.dirname(os.path.abspath(__file__))


def snntorch_layer(kind, size, reset, late):
    rest = dict(threshold=torch.ones(size), reset_mechanism=reset,
                reset_delay=late, init_hidden=True)
    beta = torch.full((size,), 0.875)
    alpha = torch.full((size,), 0.75)
    recurrent = dict(linear_features=size, all_to_all=True)
    return {"leaky": lambda: snn.Leaky(beta=beta, **rest),
            "synaptic": lambda: snn.Synaptic(alpha=alpha, beta=beta, **rest),
            "rleaky": lambda: snn.RLeaky(beta=beta, **recurrent, **rest),
            "rsynaptic": lambda: snn.RSynaptic(alpha=alpha, beta=beta,
                                               **recurrent, **rest)}[kind]()


def run_snntorch(net, spikes):
    for module in net.modules():
        if hasattr(module, "reset_mem"):
            module.reset_mem()
    return torch.cat([net(spikes[t:t + 1]) for t in range(TICKS)])


def make_snntorch(kind, reset, late, spikes):
    net = torch.nn.Sequential(
        torch.nn.Linear(INPUTS, HIDDEN),
        snntorch_layer(kind, HIDDEN, reset, late),
        torch.nn.Linear(HIDDEN, OUTPUTS),
        snntorch_layer("leaky", OUTPUTS, reset, late))
    for layer in (net[0], net[2]):
        layer.weight.data *= 2
    raster = run_snntorch(net, spikes)
    graph = export_to_nir(net, spikes[:1], ignore_dims=[0])
    return graph, raster


def make_norse(cell, spikes):
    if cell == "lif":
        def layer(n):
            return LIFCell(LIFParameters(
                tau_syn_inv=torch.full((n,), 200.0),
                tau_mem_inv=torch.full((n,), 100.0), v_leak=torch.zeros(n),
                v_th=torch.full((n,), 0.25), v_reset=torch.zeros(n)))
    else:
        def layer(n):
            return LIFBoxCell(LIFBoxParameters(
                tau_mem_inv=torch.full((n,), 100.0), v_leak=torch.zeros(n),
                v_th=torch.full((n,), 0.0625), v_reset=torch.zeros(n)))
    net = SequentialState(torch.nn.Linear(INPUTS, HIDDEN), layer(HIDDEN),
                          torch.nn.Linear(HIDDEN, OUTPUTS), layer(OUTPUTS))
    state, rows = None, []
    for t in range(TICKS):
        row, state = net(spikes[t], state)
        rows.append(row[None])
    return to_nir(net, spikes[0]), torch.cat(rows)


def networks():
    for kind in ("leaky", "synaptic", "rleaky", "rsynaptic"):
        for reset in ("subtract", "zero"):
            for late in (True, False):
                yield (f"snntorch_{kind}_{reset}_{'late' if late else 'now'}",
                       lambda x, how=(kind, reset, late): make_snntorch(*how, x))
    for cell in ("lif", "lifbox"):
        yield "norse_" + cell, lambda x, cell=cell: make_norse(cell, x)


def lively(make, spikes):
    """The network and raster of the first seed that shows enough."""
    for seed in range(200):
        torch.manual_seed(seed)
        graph, raster = make(spikes)
        if 25 <= int(raster.sum()) <= 175:
            return graph, raster
    raise RuntimeError("no seed gives 25 to 175 spikes")


def main(folder):
    torch.manual_seed(9)
    spikes = (torch.rand(TICKS, INPUTS) < 0.25).float()
    rasters = {"input": spikes.numpy().astype(np.uint8)}
    with tempfile.TemporaryDirectory() as scratch, torch.no_grad():
        for name, make in networks():
            try:
                graph, raster = lively(make, spikes)
            except TypeError as error:  # RSynaptic without delay, snnTorch 1.0
                print(f"{name}: the framework fails: {error}")
                continue
            nir.write(os.path.join(scratch, name + ".nir"), graph)
            rasters[name] = raster.numpy().astype(np.uint8).reshape(TICKS, -1)
            print(f"{name}: {int(rasters[name].sum())} spikes")
        np.savez_compressed(os.path.join(scratch, "rasters.npz"), **rasters)
        with zipfile.ZipFile(os.path.join(folder, "vectors.zip"), "w",
                             zipfile.ZIP_DEFLATED, compresslevel=9) as file:
            for name in sorted(os.listdir(scratch)):
                entry = zipfile.ZipInfo(name)  # the same bytes at any date
                entry.compress_type = zipfile.ZIP_DEFLATED
                with open(os.path.join(scratch, name), "rb") as stream:
                    file.writestr(entry, stream.read())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else HERE)
