"""Where the scripts' figures go: build/gallery/NAME.png, by matplotlib where it
is installed, and into the notebook, if one runs. The numbers are printed either way.
"""

import hashlib
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "build/gallery"


def digest(figure, instead=None):
    """Of what is plotted, to four digits: the same whatever draws it. `instead`:
    an array in place of a plot of measured times."""
    import numpy as np
    told = hashlib.sha256()
    if instead is not None:
        told.update(np.asarray(instead, np.int64).tobytes())
        return told.hexdigest()[:16]
    for axes in figure.axes:
        arrays = [line.get_xydata() for line in axes.lines]
        arrays += [patch.get_patch_transform().transform(patch.get_path().vertices)
                   for patch in axes.patches]
        arrays += [image.get_array() for image in axes.images]
        arrays += [dots.get_offsets() for dots in axes.collections]
        told.update(axes.get_title().encode())
        for array in arrays:
            array = np.ma.filled(np.ma.asarray(array, float), np.nan)
            told.update(f"{array.shape}".encode())
            told.update(" ".join(f"{x + 0.0:.4g}" for x in array.ravel()).encode())
    return told.hexdigest()[:16]


def save(script, draw, size=(8, 4), instead=None):
    """`draw(figure)` puts axes on a figure of so many inches. `instead`: see
    digest()."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("no figure: pip install matplotlib")
        return
    figure = Figure(figsize=size, dpi=100, layout="constrained")
    draw(figure)
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / (pathlib.Path(script).stem + ".png")
    figure.savefig(path, metadata={"Software": None})
    print("figure:", path)
    print("its data:", digest(figure, instead))
    if "ipykernel" in sys.modules:
        from IPython.display import Image, display
        display(Image(filename=path))


def raster(axes, spikes, title, **dots):
    """A dot for every spike of an array, ticks x neurons."""
    tick, neuron = spikes.nonzero()
    axes.plot(tick, neuron, **{"ls": "", "marker": "|", "ms": 3, **dots})
    axes.set(title=title, xlabel="tick", ylabel="neuron",
             xlim=(-1, len(spikes)), ylim=(-1, spikes.shape[1]))
    axes.yaxis.get_major_locator().set_params(integer=True)
