"""The command ``snnc``: the one that the package brings along."""

import os
import sys


def main():
    path = os.path.join(os.path.dirname(__file__), "bin", "snnc")
    os.execv(path, ["snnc", *sys.argv[1:]])
