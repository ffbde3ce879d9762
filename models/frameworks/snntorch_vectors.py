"""snntorch.zip: Leaky, Synaptic, RLeaky and RSynaptic with every reset, and
convolutions. Run by ./make in the framework's environment."""

import snntorch as snn
import torch
from snntorch.export_nir import export_to_nir

from common import (CHANNELS, HIDDEN, INPUTS, OUTPUTS, TICKS, Store, inputs)
from fold import fold

KINDS = ("leaky", "synaptic", "rleaky", "rsynaptic")
X = {name: torch.tensor(array).float() for name, array in inputs().items()}


def layer(kind, shape, reset, late, uneven=False):
    def spread(low, high):
        return low + (high - low) * torch.rand(shape)

    rest = dict(threshold=spread(0.6, 1.4) if uneven else torch.ones(shape),
                reset_mechanism=reset, reset_delay=late, init_hidden=True)
    beta = spread(0.6, 0.97) if uneven else torch.full(shape, 0.875)
    alpha = spread(0.3, 0.9) if uneven else torch.full(shape, 0.75)
    all_to_all = dict(all_to_all=True, linear_features=shape[0])
    return {"leaky": lambda: snn.Leaky(beta=beta, **rest),
            "synaptic": lambda: snn.Synaptic(alpha=alpha, beta=beta, **rest),
            "rleaky": lambda: snn.RLeaky(beta=beta, **all_to_all, **rest),
            "rsynaptic": lambda: snn.RSynaptic(alpha=alpha, beta=beta,
                                               **all_to_all, **rest),
            "rleaky1to1": lambda: snn.RLeaky(
                beta=beta, all_to_all=False, V=spread(-1, 1), **rest),
            }[kind]()


def run(net, source):
    for module in net.modules():
        if hasattr(module, "reset_mem"):
            module.reset_mem()
    x = X[source]
    raster = torch.cat([net(x[t:t + 1]) for t in range(TICKS)])
    return export_to_nir(net, x[:1], ignore_dims=[0]), raster.numpy()


def dense(kind, reset, late, uneven=False, readout=None):
    def make(seed):
        torch.manual_seed(seed)
        net = torch.nn.Sequential(
            torch.nn.Linear(INPUTS, HIDDEN),
            layer(kind, (HIDDEN,), reset, late, uneven),
            torch.nn.Linear(HIDDEN, OUTPUTS),
            layer("leaky", (OUTPUTS,), readout or reset, late, uneven))
        for linear in (net[0], net[2]):
            linear.weight.data *= 2
        graph, raster = run(net, "dense")
        if readout:
            graph.nodes["3"].metadata = {"reset": readout}
        return graph, raster
    return make


def conv(kind, reset, late):
    def make(seed):
        torch.manual_seed(seed)
        net = torch.nn.Sequential(
            torch.nn.Conv2d(CHANNELS, 4, 3), layer(kind, (4, 8, 8), reset, late),
            torch.nn.AvgPool2d(2), torch.nn.Flatten(),
            torch.nn.Linear(64, OUTPUTS),
            layer(kind, (OUTPUTS,), reset, late))
        net[0].weight.data *= 2
        net[4].weight.data *= 6
        return run(net, "image")
    return make


def normed(seed):
    """With BatchNorm and Dropout; the raster is that of the whole network, the
    file that of the folded one."""
    torch.manual_seed(seed)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(CHANNELS, 4, 3, bias=False), torch.nn.BatchNorm2d(4),
        layer("leaky", (4, 8, 8), "subtract", True), torch.nn.AvgPool2d(2),
        torch.nn.Dropout(0.25), torch.nn.Flatten(),
        torch.nn.Linear(64, OUTPUTS), torch.nn.BatchNorm1d(OUTPUTS),
        layer("leaky", (OUTPUTS,), "subtract", True))
    for norm in (net[1], net[7]):
        norm.running_mean = 0.25 * torch.randn(norm.num_features)
        norm.running_var = 0.02 + 0.1 * torch.rand(norm.num_features)
        norm.weight.data = 0.5 + torch.rand(norm.num_features)
        norm.bias.data = 0.25 * torch.randn(norm.num_features)
    net.eval()
    x = X["image"]
    raster = torch.cat([net(x[t:t + 1]) for t in range(TICKS)]).numpy()
    return run(fold(net), "image")[0], raster


def options(reset, late):
    return ["--reset", reset, *([] if late else ["--no-reset-late"])]


def main():
    store = Store("snntorch")
    for reset, late in (("subtract", True), ("subtract", False),
                        ("zero", True), ("zero", False), ("none", True)):
        how = f"{reset}_{'late' if late else 'now'}".replace("none_late", "none")
        said = options(reset, late)
        for kind in KINDS:
            if kind == "rsynaptic" and not late:
                continue  # snnTorch 1.0 itself fails
            store.add(f"{kind}_{how}", dense(kind, reset, late), "3", said)
        for kind in ("leaky", "synaptic"):
            store.add(f"conv_{kind}_{how}", conv(kind, reset, late), "5", said,
                      "image")
    for late in (True, False):
        how = "late" if late else "now"
        store.add(f"uneven_leaky_subtract_{how}",
                  dense("leaky", "subtract", late, True), "3",
                  options("subtract", late))
    store.add("rleaky1to1_zero_late", dense("rleaky1to1", "zero", True), "3",
              options("zero", True))
    # The output never resets: its metadata say so, no option.
    store.add("readout_without_reset", dense("leaky", "subtract", True,
                                             readout="none"), "3")
    store.add("conv_batchnorm", normed, "5", options("subtract", True), "image")
    store.write()


if __name__ == "__main__":
    with torch.no_grad():
        main()
