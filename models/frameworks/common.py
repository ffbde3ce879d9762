"""What the makers of vectors share: the inputs, the search for a network that
shows enough, and FRAMEWORK.zip, which holds NAME.nir as the framework exported
it, vectors.json with {NAME: {input, layer, options}} and rasters.npz with the
inputs and, for each NAME, the spikes that the framework itself computed for the
layer (ticks x neurons)."""

import io
import json
import os
import tempfile
import zipfile

import nir
import numpy as np

TICKS, INPUTS, HIDDEN, OUTPUTS = 50, 20, 16, 5
CHANNELS, SIDE = 2, 10  # of an image
HERE = os.path.dirname(os.path.abspath(__file__))


def inputs():
    """dense: ticks x 20; image: ticks x 2 x 10 x 10. 0 and 1."""
    draw = np.random.Generator(np.random.Philox(9))
    return {"dense": (draw.random((TICKS, INPUTS)) < 0.25).astype(np.uint8),
            "image": (draw.random((TICKS, CHANNELS, SIDE, SIDE)) < 0.15
                      ).astype(np.uint8)}


def is_lively(raster):
    return raster.max() <= 1 and 0.1 <= raster.mean() <= 0.7


def lively(make):
    """What make(seed), a graph and its raster, gives for the first seed that
    shows enough: an output that is nearly silent, or never so, shows little."""
    for seed in range(400):
        graph, raster = make(seed)
        raster = np.asarray(raster)
        if is_lively(raster):
            return graph, raster.astype(np.uint8).reshape(TICKS, -1)
    raise RuntimeError("no seed gives a lively output")


class Store:
    """The vectors of one framework."""

    def __init__(self, framework):
        self.framework, self.rasters, self.about = framework, inputs(), {}
        self.files = {}

    def add(self, name, make, layer, options=(), source="dense"):
        """`options`: those beside --framework that say how it was trained."""
        graph, raster = lively(make)
        with tempfile.TemporaryDirectory() as scratch:
            path = os.path.join(scratch, "net.nir")
            graph.edges = sorted(graph.edges)  # some exporters keep a set
            nir.write(path, graph)
            with open(path, "rb") as file:
                self.files[name + ".nir"] = file.read()
        self.rasters[name] = raster
        self.about[name] = {"input": source, "layer": layer, "options": [
            "--framework", self.framework, *options]}
        print(f"{name}: {int(raster.sum())} spikes", flush=True)

    def write(self):
        stream = io.BytesIO()
        np.savez_compressed(stream, **self.rasters)
        self.files["rasters.npz"] = stream.getvalue()
        self.files["vectors.json"] = json.dumps(self.about, indent=1).encode()
        path = os.path.join(HERE, self.framework + ".zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED,
                             compresslevel=9) as file:
            for name in sorted(self.files):
                entry = zipfile.ZipInfo(name)  # the same bytes at any date
                entry.compress_type = zipfile.ZIP_DEFLATED
                file.writestr(entry, self.files[name])
        print(f"{path}: {os.path.getsize(path)} bytes")
