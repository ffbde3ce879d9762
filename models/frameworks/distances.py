"""Prints the conformance table of docs/frameworks.md: for each stored vector the
places of the framework's raster that differ in float, int8 and int16. With
--write it replaces the table there. SNNC names the command."""

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "..", "..", "docs", "frameworks.md")
SNNC = os.environ.get("SNNC", os.path.join(HERE, "..", "..", "build", "release",
                                           "bin", "snnc"))
FRAMEWORKS = ("snntorch", "norse", "sinabs", "spyx", "rockpool", "spikingjelly",
              "lava")
HEAD = ("| network | options | spikes | places | float | int8 | int16 |\n"
        "|---|---|---|---|---|---|---|\n")


def distance(folder, name, about, want, *numbers):
    out = os.path.join(folder, "out.npz")
    key = about["layer"] + ":spikes"
    subprocess.run(
        [SNNC, "-q", "run", os.path.join(folder, name + ".nir"),
         *about["options"], "-i", os.path.join(folder, about["input"] + ".npy"),
         "--backend", "reference", "-r", key, "-o", out, *numbers], check=True)
    with np.load(out) as arrays:
        found = arrays[key]
    return int((found != want.reshape(found.shape)).sum())


def rows(framework):
    with (tempfile.TemporaryDirectory() as folder,
          zipfile.ZipFile(os.path.join(HERE, framework + ".zip")) as file):
        file.extractall(folder)
        rasters = np.load(io.BytesIO(file.read("rasters.npz")))
        for source in ("dense", "image"):
            np.save(os.path.join(folder, source + ".npy"), rasters[source])
        for name, about in json.loads(file.read("vectors.json")).items():
            want = rasters[name]
            figures = [distance(folder, name, about, want, *numbers)
                       for numbers in (("--precision", "float"),
                                       ("--weights", "int8"),
                                       ("--weights", "int16"))]
            yield (f"| `{framework}/{name}` | `{' '.join(about['options'])}` | "
                   f"{int(want.sum())} | {want.size} | "
                   + " | ".join(map(str, figures)) + " |\n")


def main():
    table = HEAD + "".join(row for name in FRAMEWORKS for row in rows(name))
    print(table, end="")
    if "--write" in sys.argv[1:]:
        with open(PAGE, encoding="utf-8") as file:
            text = file.read()
        begin = text.index(HEAD)
        end = text.index("\n\n", begin) + 1
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(text[:begin] + table + text[end:])


if __name__ == "__main__":
    main()
