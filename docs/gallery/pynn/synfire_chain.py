"""A synfire chain that is closed to a ring: a volley goes round for ever.

    python synfire_chain.py [snnc.pynn | pyNN.nest | pyNN.brian2]
"""

import importlib
import sys

sim = importlib.import_module(sys.argv[1] if sys.argv[1:] else "snnc.pynn")

GROUPS, CELLS, LINK_MS = 10, 20, 10.0

sim.setup(timestep=1.0, min_delay=1.0, max_delay=20.0)
cells = dict(cm=0.25, tau_m=10.0, tau_refrac=20.0, tau_syn_E=2.0,
             tau_syn_I=2.0, v_rest=-65.0, v_reset=-65.0, v_thresh=-50.0)
groups = [sim.Population(CELLS, sim.IF_curr_exp(**cells), label=f"group {i}")
          for i in range(GROUPS)]
start = sim.Population(CELLS, sim.SpikeSourceArray(spike_times=[[5.0]] * CELLS),
                       label="start")
sim.Projection(start, groups[0], sim.AllToAllConnector(),
               sim.StaticSynapse(weight=0.3, delay=1.0),
               receptor_type="excitatory")
for i in range(GROUPS):
    sim.Projection(groups[i], groups[(i + 1) % GROUPS], sim.AllToAllConnector(),
                   sim.StaticSynapse(weight=0.3, delay=LINK_MS),
                   receptor_type="excitatory")
for group in groups:
    group.record("spikes")
sim.run(500.0)
for group in groups:
    trains = group.get_data("spikes").segments[0].spiketrains
    times = ", ".join(f"{float(t):.0f}" for t in trains[0])
    print(f"{group.label}: {sum(map(len, trains))} spikes; cell 0 at {times} ms")
sim.end()
