"""A relay: spikes at given times and Poisson sources of five rates drive cells
by conductance; potentials and conductances are recorded, of a view only.

    python driven_cells.py [snnc.pynn | pyNN.nest | pyNN.brian2] [seed]
"""

import importlib
import sys

sim = importlib.import_module(sys.argv[1] if sys.argv[1:] else "snnc.pynn")
seed = int(sys.argv[2]) if sys.argv[2:] else 1
rng = importlib.import_module(
    "snnc.pynn" if sim.__name__ == "snnc.pynn" else "pyNN.random")

RATES = [100.0, 200.0, 400.0, 800.0, 1600.0] # Hz
sim.setup(timestep=0.1, min_delay=0.1, max_delay=10.0, **(
    {"rng_seed": seed} if sim.__name__ != "pyNN.brian2" else {}))
cell = sim.IF_cond_exp(cm=0.25, tau_m=15.0, tau_refrac=2.0, tau_syn_E=3.0,
                       tau_syn_I=8.0, e_rev_E=0.0, e_rev_I=-80.0, v_rest=-65.0,
                       v_reset=-65.0, v_thresh=-50.0)
pulses = sim.Population(1, sim.SpikeSourceArray(spike_times=[20.0, 60.0, 61.0]))
single = sim.Population(3, cell, label="single")
sim.Projection(pulses, single[0:2], sim.AllToAllConnector(),
               sim.StaticSynapse(weight=0.008, delay=2.0))
single[0:2].record(["v", "gsyn_exc"])
driven = []
for rate in RATES:
    noise = sim.Population(40, sim.SpikeSourcePoisson(rate=rate / 10.0))
    cells = sim.Population(40, cell, label=f"at {rate:.0f} Hz")
    sim.Projection(noise, cells, sim.FixedProbabilityConnector(
        0.25, rng=rng.NumpyRNG(seed=seed)), sim.StaticSynapse(weight=0.004, delay=1.0))
    cells.record("spikes")
    driven.append(cells)
sim.run(2000.0)

segment = single.get_data().segments[0]
v = segment.filter(name="v")[0].magnitude
g = segment.filter(name="gsyn_exc")[0].magnitude
peaks = [int(signal[:, 0].argmax()) for signal in (v, g)]
print(f"v peaks at {v.max():.2f} mV after {peaks[0] / 10:.1f} ms, the conductance "
      f"at {g.max():.4f} uS after {peaks[1] / 10:.1f} ms; {v.shape[1]} cells")
for cells in driven:
    print(f"{cells.label}: {cells.mean_spike_count() / 2.0:.2f} Hz")
sim.end()
