"""Cells on a grid, more likely joined where they are near, with delays that grow
with the distance; half of them excite, half inhibit.

    python distances.py [snnc.pynn | pyNN.nest | pyNN.brian2] [seed]
"""

import importlib
import sys

sim = importlib.import_module(sys.argv[1] if sys.argv[1:] else "snnc.pynn")
seed = int(sys.argv[2]) if sys.argv[2:] else 1
other = sim.__name__ != "snnc.pynn"
rng = importlib.import_module("pyNN.random" if other else "snnc.pynn")
space = importlib.import_module("pyNN.space" if other else "snnc.pynn")

sim.setup(timestep=0.1, min_delay=0.1, max_delay=20.0, **(
    {"rng_seed": seed} if sim.__name__ != "pyNN.brian2" else {}))
numbers = rng.NumpyRNG(seed=seed)
cell = sim.IF_curr_exp(cm=0.2, tau_m=20.0, tau_refrac=3.0, tau_syn_E=4.0,
                       tau_syn_I=8.0, v_rest=-65.0, v_reset=-65.0, v_thresh=-50.0)
sheet = space.Grid2D(dx=10.0, dy=10.0)
exc = sim.Population(400, cell, structure=sheet, label="exc")
inh = sim.Population(100, cell, structure=space.Grid2D(dx=20.0, dy=20.0), label="inh")
noise = sim.Population(400, sim.SpikeSourcePoisson(rate=400.0), label="noise")
sim.Projection(noise, exc, sim.OneToOneConnector(),
               sim.StaticSynapse(weight=0.35, delay=1.0))
for source, target, weight, receptor in (
        (exc, exc, 0.05, "excitatory"), (exc, inh, 0.1, "excitatory"),
        (inh, exc, -0.3, "inhibitory"), (inh, inh, -0.3, "inhibitory")):
    sim.Projection(
        source, target, sim.DistanceDependentProbabilityConnector(
            "exp(-d / 40.0)", allow_self_connections=False, rng=numbers),
        sim.StaticSynapse(weight=weight, delay="0.5 + d * 0.02"),
        receptor_type=receptor)
for population in (exc, inh):
    population.record("spikes")
sim.run(1000.0)
for population in (exc, inh):
    print(f"{population.label}: {population.mean_spike_count():.2f} Hz")
sim.end()
