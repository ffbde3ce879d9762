"""sPyNNaker's first example, from its description: 200 cells in a ring, each
joined to the next by an entry of a list; one spike goes round for ever.

    python chain_of_a_list.py [snnc.pynn | pyNN.nest | pyNN.brian2]
"""

import importlib
import sys

sim = importlib.import_module(sys.argv[1] if sys.argv[1:] else "snnc.pynn")

CELLS, WEIGHT, DELAY = 200, 2.0, 17.0 # nA, ms

sim.setup(timestep=1.0, min_delay=1.0, max_delay=144.0)
cell = dict(cm=0.25, i_offset=0.0, tau_m=20.0, tau_refrac=2.0, tau_syn_E=5.0,
            tau_syn_I=5.0, v_reset=-70.0, v_rest=-65.0, v_thresh=-50.0)
ring = sim.Population(CELLS, sim.IF_curr_exp(**cell), label="ring")
first = sim.Population(1, sim.SpikeSourceArray(spike_times=[5.0]), label="first")
loop = [(i, (i + 1) % CELLS, WEIGHT, DELAY) for i in range(CELLS)]
sim.Projection(ring, ring, sim.FromListConnector(loop))
sim.Projection(first, ring, sim.FromListConnector([(0, 0, WEIGHT, 1.0)]))
ring.record(["v", "gsyn_exc", "spikes"] if sim.__name__ == "snnc.pynn" else
            ["v", "spikes"])
sim.run(2000.0)

segment = ring.get_data().segments[0]
times = sorted((float(t), i) for i, train in enumerate(segment.spiketrains)
               for t in train)
v = segment.filter(name="v")[0].magnitude
steps = {round(b - a) for (a, _), (b, _) in zip(times, times[1:])}
order = [i for _, i in times]
print(f"{len(times)} spikes, in order: {order == list(range(len(times)))}, one "
      f"every {' or '.join(map(str, sorted(steps)))} ms")
print(f"v of {v.shape[1]} cells: {v.min():.1f} to {v.max():.1f} mV")
print(f"ring: {1000.0 * len(times) / CELLS / 2000.0:.3f} Hz")
sim.end()
