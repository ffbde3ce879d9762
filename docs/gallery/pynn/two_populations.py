"""Two populations: Poisson sources drive excitatory cells, those drive
inhibitory ones, which answer.

    python two_populations.py [snnc.pynn | pyNN.nest | pyNN.brian2] [seed]
"""

import importlib
import sys

sim = importlib.import_module(sys.argv[1] if sys.argv[1:] else "snnc.pynn")
seed = int(sys.argv[2]) if sys.argv[2:] else 1
rng = importlib.import_module(
    "snnc.pynn" if sim.__name__ == "snnc.pynn" else "pyNN.random")

sim.setup(timestep=0.1, min_delay=0.1, max_delay=10.0, **(
    {"rng_seed": seed} if sim.__name__ != "pyNN.brian2" else {}))
numbers = rng.NumpyRNG(seed=seed)
cell = sim.IF_curr_exp(cm=0.25, tau_m=10.0, tau_refrac=2.0, tau_syn_E=2.0,
                       tau_syn_I=5.0, v_rest=-70.0, v_reset=-70.0, v_thresh=-55.0)
noise = sim.Population(200, sim.SpikeSourcePoisson(rate=20.0), label="noise")
exc = sim.Population(200, cell, label="exc")
inh = sim.Population(50, cell, label="inh")
for population in (exc, inh):
    population.initialize(v=rng.RandomDistribution("uniform", low=-70.0, high=-55.0,
                                                   rng=numbers))
    population.record("spikes")


def join(source, target, chance, weight, receptor="excitatory"):
    sim.Projection(source, target, sim.FixedProbabilityConnector(chance, rng=numbers),
                   sim.StaticSynapse(weight=weight, delay=1.5), receptor_type=receptor)


join(noise, exc, 0.3, 0.25)
join(exc, inh, 0.2, 0.3)
join(inh, exc, 0.2, -0.2, "inhibitory")
sim.run(2000.0)
for population in (exc, inh):
    print(f"{population.label}: {population.mean_spike_count() / 2.0:.2f} Hz")
sim.end()
