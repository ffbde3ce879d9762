"""Compares three runs of a classifier: the float network, the quantised
reference and the emulated chip. Prints one table.

Each run is an .npz that `snnc run --record NAME:spikes` wrote, holding spikes
as (samples, ticks, classes). Exit 1 unless the emulated chip equals the
quantised reference spike for spike, its accuracy is within 0.5 points of
float, and float and reference equal the spikes stored with the model.
"""

import argparse
import os
import sys

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir)
LIMIT_POINTS = 0.5
# Which raster of test_expected_spikes.npz a run must reproduce.
RUNS = (
    ("float", "float network", "float_spikes"),
    ("reference", "quantised reference", "quantised_spikes"),
    ("emulator", "emulated chip", None),
)


def load_run(path, record, shape):
    """The recorded raster, as 0/1 values of the expected shape."""
    with np.load(path) as file:
        names = [n for n in (f"{record}:spikes", f"{record}.spikes", record)
                 if n in file.files]
        if not names:
            raise ValueError(f"{path}: no array '{record}:spikes'; it holds "
                             f"{', '.join(file.files) or 'nothing'}")
        raster = file[names[0]]
    if raster.shape != shape:
        raise ValueError(f"{path}: '{names[0]}' is {raster.shape}, expected "
                         f"(samples, ticks, classes) = {shape}")
    if not np.all((raster == 0) | (raster == 1)):
        raise ValueError(f"{path}: '{names[0]}' holds values other than 0, 1")
    return raster.astype(np.uint8)


def count_right(raster, labels):
    """Most spikes wins, the lowest index wins a tie."""
    return int((raster.sum(1, dtype=np.int64).argmax(1) == labels).sum())


def first_difference(a, b):
    sample, tick, neuron = np.argwhere(a != b)[0]
    return f"first at sample {sample}, tick {tick}, neuron {neuron}"


def compare(runs, stored, labels):
    """Prints the table; returns one line per fault."""
    faults = []
    right = {key: count_right(raster, labels) for key, raster in runs.items()}
    print(f"{'run':<20} {'accuracy':>9} {'right':>9} {'spikes':>8}  "
          "differs from the model's stored spikes")
    for key, title, expected in RUNS:
        raster = runs[key]
        note = "-"
        if expected:
            wrong = np.count_nonzero(raster != stored[expected])
            note = f"{wrong} of {raster.size}"
            if wrong:
                faults.append(
                    f"{title}: {wrong} spikes differ from {expected}, "
                    + first_difference(raster, stored[expected]))
        print(f"{title:<20} {100 * right[key] / len(labels):>7.2f} % "
              f"{right[key]:>4}/{len(labels):<4} {int(raster.sum()):>8}  {note}")

    wrong = np.count_nonzero(runs["emulator"] != runs["reference"])
    print("emulated chip = quantised reference, spike for spike: "
          + ("no" if wrong else "yes"))
    if wrong:
        faults.append(f"emulated chip and quantised reference differ in {wrong}"
                      f" of {runs['emulator'].size} values, "
                      + first_difference(runs["emulator"], runs["reference"]))
    points = 100 * abs(right["emulator"] - right["float"]) / len(labels)
    print(f"emulated chip and float: {points:.2f} points apart "
          f"(limit {LIMIT_POINTS})")
    if points > LIMIT_POINTS:
        faults.append(f"emulated chip and float are {points:.2f} points apart, "
                      f"limit {LIMIT_POINTS}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for key, title, _ in RUNS:
        parser.add_argument(f"--{key}", required=True, metavar="NPZ",
                            help=f"recorded spikes of the {title}")
    parser.add_argument("--record", default="readout",
                        help="name of the recorded population")
    parser.add_argument("--model", metavar="FOLDER",
                        default=os.path.join(ROOT, "models", "digits"),
                        help="where test_labels.npy and "
                        "test_expected_spikes.npz are")
    options = parser.parse_args()
    try:
        labels = np.load(os.path.join(options.model, "test_labels.npy"))
        path = os.path.join(options.model, "test_expected_spikes.npz")
        with np.load(path) as file:
            stored = {key: file[key] for _, _, key in RUNS if key}
        shape = stored["float_spikes"].shape
        runs = {key: load_run(getattr(options, key), options.record, shape)
                for key, _, _ in RUNS}
    except (OSError, KeyError, ValueError) as error:
        print(f"accuracy: {error}", file=sys.stderr)
        return 1
    faults = compare(runs, stored, labels)
    for fault in faults:
        print(f"accuracy: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
