"""Verifies the files of models/shapes against each other; needs numpy and h5py.
Exit 1 and one line per fault when something is off.
  check.py [folder]     default: the folder of this script"""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from simulate import read, simulate  # extends the path to models/

import readout


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else HERE
    try:
        layers = read(os.path.join(folder, "shapes.nir"))
        faults = readout.check(folder, lambda spikes: simulate(layers, spikes))
    except (OSError, KeyError, ValueError) as error:
        faults = [f"{type(error).__name__}: {error}"]
    for fault in faults:
        print(f"check: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
