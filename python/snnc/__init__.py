"""Spiking neural networks, compiled for SpiNNaker2 and run.

>>> import snnc
>>> net = snnc.load("net.nir")                        # doctest: +SKIP
>>> result = net.compile("spinnaker2").run(spikes)    # doctest: +SKIP
>>> result["out:spikes"], result.rates()              # doctest: +SKIP

``load`` takes NIR and YAML files, graphs of the ``nir`` package, dicts and
:class:`Network`. Errors are :class:`Error`, with code, place and hints; the
same numbers come out as from the command ``snnc``.
"""

import atexit as _atexit
import os as _os

from . import _snnc
from ._snnc import Divergence, backends, machines
from .build import Input, Network, Population, Projection
from .core import (Artifact, Check, Model, Result, Verification, load, sweep,
                   verify)
from .errors import Error, Finding, Warning, explain
from .spikes import Spikes

__version__ = _snnc.version()
__all__ = ["Artifact", "Check", "Divergence", "Error", "Finding", "Input",
           "Model", "Network", "Population", "Projection", "Result", "Spikes",
           "Verification", "Warning", "backends", "explain", "load",
           "machines", "sweep", "verify"]

# No lock of the compiler is held in a child.
_os.register_at_fork(before=_snnc.before_fork,
                     after_in_parent=_snnc.after_fork_in_parent,
                     after_in_child=_snnc.after_fork_in_child)


@_atexit.register
def _finish():
    try:
        finished = _snnc.join_leftovers(0.2)
    except KeyboardInterrupt:  # once more
        finished = False
    if not finished:
        _snnc.abandon_leftovers()
