"""A network of Norse, exported by Norse: what its spikes become with and without
knowing who wrote the file.

    python norse_lif.py      pip install norse nirtorch

NIR keeps equations; how a framework steps through them is its profile
(docs/frameworks.md). Where Norse is not installed the script says so and takes
the network and the spikes that models/frameworks/norse_vectors.py made with it.
"""

import io
import json
import pathlib
import tempfile
import zipfile

import numpy as np

import figure
import snnc

STORE = pathlib.Path(__file__).resolve().parents[2] / "models/frameworks/norse.zip"


def inputs():
    with zipfile.ZipFile(STORE) as store:
        with np.load(io.BytesIO(store.read("rasters.npz"))) as rasters:
            return rasters["dense"], rasters["lif"]


def made_here(spikes):
    """20-16-5 LIF cells, weights drawn; the graph and Norse's own raster."""
    import torch
    from norse.torch import LIFCell, LIFParameters, SequentialState
    from norse.torch.utils.export_nir import to_nir

    def cells(size):
        return LIFCell(LIFParameters(
            tau_syn_inv=torch.full((size,), 200.0), tau_mem_inv=torch.full((size,), 100.0),
            v_leak=torch.zeros(size), v_th=torch.full((size,), 0.25),
            v_reset=torch.zeros(size)))
    x = torch.tensor(spikes).float()
    torch.manual_seed(11)
    with torch.no_grad():
        net = SequentialState(torch.nn.Linear(20, 16), cells(16),
                              torch.nn.Linear(16, 5), cells(5))
        net[0].weight.mul_(3)  # enough for the second layer to fire
        net[2].weight.abs_()
        state, rows = None, []
        for t in range(len(x)):
            row, state = net(x[t], state)
            rows.append(row.numpy())
        graph = to_nir(net, x[0])
    return graph, np.array(rows).astype(np.uint8)


spikes, theirs = inputs()
scratch = tempfile.TemporaryDirectory()
try:
    import norse.torch  # noqa: F401
    import nirtorch  # noqa: F401
except ImportError as missing:
    print(f"NOT MADE HERE, {missing.name} is not installed: going on with what Norse "
          "once exported and computed")
    with zipfile.ZipFile(STORE) as store:
        network = store.extract("lif.nir", scratch.name)
        assert json.loads(store.read("vectors.json"))["lif"]["layer"] == "3"
else:
    network, theirs = made_here(spikes)

print(f"Norse: {theirs.sum()} spikes of 5 neurons in {len(theirs)} steps")


def differ(result):
    return f"{np.count_nonzero(result['3'] != theirs)} of {theirs.size} places differ"


known = snnc.load(network, framework="norse")
print("as Norse's, floats:   ", differ(known.compile("cpu", precision="float").run(spikes)))
on_chip = {}
for width in ("int8", "int16"):
    on_chip[width] = known.replace(weights=width).compile("spinnaker2").run(spikes)
    print(f"as Norse's, {width} chip:", differ(on_chip[width]))
# The same equations in plain Euler steps: in Norse an input makes a jump that the
# equations damp.
taken = snnc.load(network, framework="none", dt=1e-6).compile(
    "cpu", precision="float").run(spikes)
print("as nobody's, floats:  ", differ(taken))


def draw(page):
    axes = page.subplots(1, 3, sharey=True)
    for ax, (title, rows) in zip(axes, (("Norse", theirs), ("emulated chip, int8", on_chip["int8"]["3"]),
                                        ("read without the profile", taken["3"]))):
        figure.raster(ax, rows, title, ms=12)


figure.save(__file__, draw, (10, 2.4))
