"""The tables and rules of models/microcircuit/make.py, for the peers."""

import importlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, os.pardir, "models", "microcircuit"))
make = importlib.import_module("make")
