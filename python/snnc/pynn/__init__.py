"""PyNN on snnc: ``import snnc.pynn as sim``.

The part of PyNN that sPyNNaker's scripts use, with PyNN's units. A network is
compiled for this computer, or with ``setup(target="spinnaker2")`` for the
emulated chip, and gives the same spikes there. Drawn connectors between whole
populations stay rules: nothing is expanded in Python. Where snnc differs:

* A second ``run()`` goes on from the first, by simulating from the start again
  to the same bits; nothing may change between.
* ``normal_clipped`` weights and delays of drawn connectors are clipped to their
  bounds, where PyNN draws anew.
* A spike or state of tick t is recorded with the time t * timestep.
* Between whole populations ``Projection.get`` asks the compiler which synapses it
  draws; onto views and assemblies, and by distance, they are drawn in Python.
* What is missing (plasticity, currents that change, changes between two ``run()``)
  raises with what to do instead.
"""

from __future__ import annotations

from .cells import (EIF_cond_exp_isfa_ista, IF_cond_exp, IF_curr_alpha,
                    IF_curr_delta, IF_curr_exp, Izhikevich, STANDARD,
                    SpikeSourceArray, SpikeSourcePoisson)
from .currents import DCSource, NoisyCurrentSource
from .populations import Population
from .projections import Projection
from .random import NumpyRNG, RandomDistribution
from .space import (Cuboid, Grid2D, Grid3D, Line, RandomStructure, Space, Sphere)
from .state import IGNORED, Simulation, current
from .synapses import (AllToAllConnector, ArrayConnector,
                       DistanceDependentProbabilityConnector,
                       FixedNumberPostConnector, FixedNumberPreConnector,
                       FixedProbabilityConnector, FixedTotalNumberConnector,
                       FromFileConnector, FromListConnector, OneToOneConnector,
                       StaticSynapse)
from .views import Assembly, PopulationView, lacks


def setup(timestep=0.1, min_delay="auto", max_delay=None, *, target="cpu",
          seed=1, **more):
    """Begins a simulation; the one before is forgotten.

    Parameters
    ----------
    timestep : float
        Milliseconds of a tick; delays and spike times are rounded to it.
    min_delay : float or "auto"
        Milliseconds, of projections without a delay; default: one tick.
    target : str
        ``"cpu"``, or a machine of :func:`snnc.machines`.
    seed : int
        Of all that is drawn; PyNN's ``rng_seed`` and ``rng_seeds`` say it too.
    """
    if "rng_seeds" in more: # one for each process there; here is one
        more.setdefault("rng_seed", list(more.pop("rng_seeds"))[0])
    seed = more.pop("rng_seed", seed)
    for name in more:
        if name not in IGNORED:
            raise lacks(f"setup({name}=..)", "leave it out")
    current.begin(Simulation(timestep, min_delay, max_delay, target, seed))
    return 0


def run(simtime, callbacks=None):
    """Simulates `simtime` ms more; the time."""
    if callbacks:
        raise lacks("a callback of run()", "call run() for each stretch")
    return current.now.run(simtime)


run_for = run


def run_until(time_point, callbacks=None):
    return run(time_point - get_current_time(), callbacks)


def reset(annotations=None):
    """Back to time 0; the next run() records a new segment."""
    current.now.reset()


def end(compatible_output=True):
    """Forgets the simulation."""
    current.end()


def get_current_time():
    return current.now.time


def get_time_step():
    return current.now.dt


def get_min_delay():
    return current.now.min_delay


def get_max_delay():
    return current.now.max_delay


def num_processes():
    return 1


def rank():
    return 0


def create(cellclass, cellparams=None, n=1):
    return Population(n, cellclass, cellparams)


def connect(pre, post, weight=0.0, delay=None, receptor_type=None, p=1, rng=None):
    return Projection(pre, post, FixedProbabilityConnector(p, rng=rng),
                      StaticSynapse(weight, delay), receptor_type=receptor_type)


def record(variables, source, filename=None, sampling_interval=None,
           annotations=None):
    if filename is not None:
        raise lacks("record() to a file", "write_data() after the run")
    source.record(variables, sampling_interval=sampling_interval)


def initialize(cells, **values):
    cells.initialize(**values)


def set(cells, **values):  # noqa: A001  PyNN's name
    cells.set(**values)


def list_standard_models():
    return [cell.__name__ for cell in STANDARD]


def set_number_of_neurons_per_core(neuron_type, max_permitted):
    """snnc decides how many cells a core holds, by bytes and cycles."""


set_number_of_synapse_cores = set_number_of_neurons_per_core


_PLASTIC = ("STDP", "Tsodyks", "SpikePairRule", "WeightDependence", "Stochastic",
            "Plastic", "TimingDependence", "Structural")
_CURRENTS = ("Source", "Current")


def __getattr__(name):
    # PyNN's names that are not here say so in words.
    if name.startswith("_"):
        raise AttributeError(name)
    there = (f"there are the cells {', '.join(list_standard_models())}, "
             "StaticSynapse and the connectors of the module's help")
    if any(part in name for part in _PLASTIC):
        hint = ("weights do not change while a network runs: train elsewhere, and "
                "give the weights to StaticSynapse or FromListConnector")
    elif any(part in name for part in _CURRENTS):
        hint = ("of currents there are DCSource and NoisyCurrentSource, always "
                "on; of spikes SpikeSourceArray and SpikeSourcePoisson")
    elif name.endswith("Connector"):
        hint = "FromListConnector and ArrayConnector connect any pairs"
    elif name in ("extra_models", "external_devices"):
        hint = ("sPyNNaker's own models are not here; snnc.Network.model takes the "
                "equations of a neuron")
    else:
        hint = there
    raise AttributeError(f"snnc.pynn has no {name!r}: {hint}")
