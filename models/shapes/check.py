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


if __name__ == "__main__":
    sys.exit(readout.run_check(
        HERE, "shapes.nir",
        lambda path, spikes: simulate(read(path), spikes)))
