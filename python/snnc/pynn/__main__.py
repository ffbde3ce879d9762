"""``python -m snnc.pynn SCRIPT -o NETWORK.yaml``: a PyNN script as a YAML
network, in PyNN's cells and units as snnc has them, to read and to change.

The script is run up to its first ``run()``, whose time the inputs that it lists
(SpikeSourceArray) are written for. Imports of other simulators (``pyNN.nest``,
``pyNN.spiNNaker``, ...) get this package.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import runpy
import sys
import types

import snnc.pynn as sim
from ..text import Writer
from .state import Simulation

SIMULATORS = ("spiNNaker", "nest", "neuron", "brian2", "mock")


class Written(BaseException):
    """The network is written: the rest of the script is not run."""


def take_places():
    """What scripts import is this package, whether PyNN is there or not."""
    for package in ("pyNN", "spynnaker"):
        if package not in sys.modules:
            try:
                __import__(package)
            except ImportError:
                sys.modules[package] = types.ModuleType(package)
                sys.modules[package].__path__ = []
    for name in SIMULATORS:
        sys.modules["pyNN." + name] = sim
        setattr(sys.modules["pyNN"], name, sim)
    sys.modules["spynnaker.pyNN"] = sys.modules["spynnaker"].pyNN = sim


def write(simulation, ticks, output):
    """The .yaml, and beside it a folder of arrays where they are long; "-": all
    in one text on standard output."""
    network = simulation.network(ticks)
    network.probes = simulation._records()
    if output == "-":
        sys.__stdout__.write(Writer(None, sys.maxsize).network(network.to_dict()))
        return
    folder = os.path.splitext(output)[0] + ".arrays"

    def arrays():
        os.makedirs(folder, exist_ok=True)
        return folder

    class Beside(Writer):
        def _store(self, array):
            return os.path.join(os.path.basename(folder), super()._store(array))
    text = Beside(arrays).network(network.to_dict())
    part = output + ".part"
    with open(part, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(part, output)


def convert(script, output, arguments=()):
    """Runs `script` until there is a network; how many ticks it runs for."""
    take_places()
    ticks = []

    def run(simulation, milliseconds):
        if not simulation.populations:
            raise ValueError("there is no population to run")
        ticks.append(int(round(float(milliseconds) / simulation.dt)))
        write(simulation, ticks[0], output)
        raise Written

    before, Simulation.run = Simulation.run, run
    words, sys.argv = sys.argv, [script, *arguments]
    try:
        runpy.run_path(script, run_name="__main__")
    except Written:
        return ticks[0]
    finally:
        Simulation.run, sys.argv = before, words
    raise SystemExit(f"{script}: it ends without a run(), so that there is no "
                     "network to write: add run(TIME) to its end")


def main():
    parser = argparse.ArgumentParser(
        prog="python -m snnc.pynn", description=__doc__.split("\n\n")[0])
    parser.add_argument("script")
    parser.add_argument("arguments", nargs="*", help="of the script")
    parser.add_argument("-o", "--output", help="default: SCRIPT.yaml")
    given = parser.parse_intermixed_args()
    output = given.output or os.path.splitext(
        os.path.basename(given.script))[0] + ".yaml"
    if output == "-":  # what the script prints is no part of the network
        with contextlib.redirect_stdout(sys.stderr):
            convert(given.script, output, given.arguments)
        return
    ticks = convert(given.script, output, given.arguments)
    print(f"snnc run {output} --ticks {ticks} -o results.npz")


if __name__ == "__main__":
    main()
