"""Izhikevich's cells (2003): regular spiking ones with constant currents, and a
population of fast spiking ones that Poisson sources drive.

    python izhikevich.py [snnc.pynn | pyNN.nest | pyNN.brian2] [seed]
"""

import importlib
import sys

sim = importlib.import_module(sys.argv[1] if sys.argv[1:] else "snnc.pynn")
seed = int(sys.argv[2]) if sys.argv[2:] else 1
rng = importlib.import_module(
    "snnc.pynn" if sim.__name__ == "snnc.pynn" else "pyNN.random")

CURRENTS = [0.005, 0.010, 0.015] # nA: I of the published equations by 1,000
sim.setup(timestep=0.1, min_delay=0.1, max_delay=10.0, **(
    {"rng_seed": seed} if sim.__name__ != "pyNN.brian2" else {}))
regular = sim.Population(3, sim.Izhikevich(a=0.02, b=0.2, c=-65.0, d=8.0,
                                           i_offset=CURRENTS), label="regular")
fast = sim.Population(100, sim.Izhikevich(a=0.1, b=0.2, c=-65.0, d=2.0), label="fast")
for population in (regular, fast):
    population.initialize(v=-65.0, u=-13.0)
    population.record("spikes")
noise = sim.Population(100, sim.SpikeSourcePoisson(rate=100.0), label="noise")
sim.Projection(noise, fast, sim.FixedProbabilityConnector(
    0.1, rng=rng.NumpyRNG(seed=seed)), sim.StaticSynapse(weight=3.0, delay=1.0))
sim.run(1000.0)
counts = regular.get_spike_counts()
for current, cell in zip(CURRENTS, sorted(counts)):
    print(f"regular, {current:.3f} nA: {counts[cell]:.2f} Hz")
print(f"fast: {fast.mean_spike_count():.2f} Hz")
sim.end()
