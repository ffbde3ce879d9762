"""N-MNIST: a convolutional network that Sinabs trained (8,970 neurons) looks at
one recording of an event camera, on one emulated chip.

    python nmnist.py

Network and recording are other people's and not in this repository: the script
takes them from ../shared/data, or from where $SNNC_SHARED_DATA says, and ends
with 77 where they are not. (neuromorphs/NIR, paper/02_cnn/cnn_sinabs.nir; any
file of the N-MNIST data set is a recording.)
"""

import os
import pathlib
import sys

import numpy as np

import figure
import snnc

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("SNNC_SHARED_DATA") or ROOT.parent / "shared/data") / "nir/nmnist"
if not DATA.is_dir():
    print(f"SKIPPED: no {DATA}")
    sys.exit(77)


def frames(path, tick_us=1000):
    """Events of 5 bytes (x, y, polarity and 23 bits of microseconds) as spike
    counts, ticks x 2 x 34 x 34."""
    raw = np.fromfile(path, np.uint8).reshape(-1, 5).astype(np.uint32)
    when = (raw[:, 2] & 0x7F) << 16 | raw[:, 3] << 8 | raw[:, 4]
    counts = np.zeros((int(when.max()) // tick_us + 1, 2, 34, 34), np.uint8)
    np.add.at(counts, (when // tick_us, raw[:, 2] >> 7, raw[:, 1], raw[:, 0]), 1)
    return counts


events = frames(DATA / "sample_nmnist.bin")
print(f"{events.sum():,} events in {len(events)} ms")
# Sinabs: a spike subtracts the threshold. A tick is one step of the file.
net = snnc.load(DATA / "cnn_sinabs.nir", dt=1, framework="sinabs")
chip = net.compile("spinnaker2", inputs=events)
for layer in chip.report["layers"]:
    print(f"{layer['name']:4} {layer['neurons']:5,} neurons {layer['synapses']:9,} synapses  "
          f"{layer['paradigm']:8} {layer['pes']} PE(s)")
result = chip.run(events)
order = [layer["name"] for layer in chip.report["layers"]]
votes = result[order[-1]].sum(axis=0)
print("spikes of each class:", votes.tolist(), "->", votes.argmax())
print("chip against this computer:", snnc.verify(net.compile("cpu").run(events), result))


def draw(page):
    picture, layers, classes = page.subplots(1, 3, width_ratios=(1, 1.6, 1))
    picture.imshow(events.sum(axis=(0, 1)), cmap="magma")
    picture.set(title="all events", xticks=[], yticks=[])
    for name in order:
        layers.plot(np.convolve(result[name].reshape(len(events), -1).sum(axis=1),
                                np.ones(10) / 10, "same"), label=name)
    layers.set(title="spikes of a layer in a tick", xlabel="tick (ms)", yscale="symlog")
    layers.legend(fontsize=7, title="layer", ncols=5, loc="lower center")
    classes.bar(range(10), votes, color=["C1" if n == votes.argmax() else "C0" for n in range(10)])
    classes.set(title="spikes of each class", xticks=range(10))


figure.save(__file__, draw, (10, 3.2))
