"""The balanced random networks of Vogels and Abbott (2005), as Brette et al.
(2007) have them, at half their size: 2,000 cells by current or by conductance.

    python balanced_network.py [snnc.pynn | pyNN.nest] [current | conductance]
                               [seed]
"""

import importlib
import sys

sim = importlib.import_module(sys.argv[1] if sys.argv[1:] else "snnc.pynn")
kind = sys.argv[2] if sys.argv[2:] else "current"
seed = int(sys.argv[3]) if sys.argv[3:] else 1
rng = importlib.import_module(
    "snnc.pynn" if sim.__name__ == "snnc.pynn" else "pyNN.random")

SIZE, EXCITATORY, PROBABILITY = 2000, 1600, 0.04
common = dict(cm=0.2, tau_m=20.0, tau_refrac=5.0, v_thresh=-50.0, v_reset=-60.0,
              tau_syn_E=5.0, tau_syn_I=10.0)
if kind == "current":
    cells = sim.IF_curr_exp(v_rest=-49.0, **common)
    weights = {"excitatory": 0.0648, "inhibitory": -0.36} # nA
else:
    cells = sim.IF_cond_exp(v_rest=-60.0, e_rev_E=0.0, e_rev_I=-80.0, **common)
    weights = {"excitatory": 0.006, "inhibitory": 0.067} # uS

sim.setup(timestep=0.1, min_delay=0.1, max_delay=1.0)
numbers = rng.NumpyRNG(seed=seed)
exc = sim.Population(EXCITATORY, cells, label="exc")
inh = sim.Population(SIZE - EXCITATORY, cells, label="inh")
start = rng.RandomDistribution("uniform", low=-60.0, high=-50.0, rng=numbers)
for population in (exc, inh):
    population.initialize(v=start)
    population.record("spikes")
if kind == "conductance": # which rests below its threshold: a kick begins it
    kick = sim.Population(EXCITATORY, sim.SpikeSourcePoisson(
        rate=100.0, duration=100.0), label="kick")
    sim.Projection(kick, exc, sim.OneToOneConnector(),
                   sim.StaticSynapse(weight=0.05, delay=0.1))
for source, receptor in ((exc, "excitatory"), (inh, "inhibitory")):
    for target in (exc, inh):
        sim.Projection(
            source, target,
            sim.FixedProbabilityConnector(PROBABILITY, rng=numbers),
            sim.StaticSynapse(weight=weights[receptor], delay=0.2),
            receptor_type=receptor)
sim.run(1000.0)
for population in (exc, inh):
    print(f"{population.label}: {population.mean_spike_count():.2f} Hz")
sim.end()
