"""Views, an assembly, a second run() and a reset().

    python views_and_runs.py [snnc.pynn | pyNN.nest | pyNN.brian2]
"""

import importlib
import sys

sim = importlib.import_module(sys.argv[1] if sys.argv[1:] else "snnc.pynn")

sim.setup(timestep=0.1, min_delay=0.1, max_delay=10.0, **(
    {"t_flush": 500.0} if sim.__name__ == "pyNN.nest" else {})) # it cannot go back
cell = dict(cm=0.25, tau_m=20.0, tau_refrac=2.0, tau_syn_E=5.0, tau_syn_I=5.0,
            v_rest=-65.0, v_reset=-70.0, v_thresh=-50.0)
left = sim.Population(10, sim.IF_curr_exp(**cell), label="left")
right = sim.Population(6, sim.IF_curr_alpha(**cell), label="right")
left[0:5].set(i_offset=0.25)
left[[7, 9]].set(i_offset=0.4)
both = left + right
both.initialize(v=-65.0)
both.record("spikes")
sim.Projection(left[0:5], right, sim.AllToAllConnector(),
               sim.StaticSynapse(weight=0.2, delay=1.0))
sim.run(300.0)
first = left.mean_spike_count()
sim.run(200.0)
print(f"left after {sim.get_current_time():.0f} ms: "
      f"{left.mean_spike_count() * 2.0:.2f} Hz, in the first 300 ms "
      f"{first / 0.3:.2f} Hz")
print(f"right: {right.mean_spike_count() * 2.0:.2f} Hz")
sim.reset()
left[0:5].set(i_offset=0.3)
sim.run(500.0)
segments = both.get_data("spikes").segments
counts = [sum(len(train) for train in segment.spiketrains) for segment in segments]
print(f"both, segment 0: {counts[0] / 16 * 2.0:.2f} Hz")
print(f"both, segment 1: {counts[1] / 16 * 2.0:.2f} Hz")
sim.end()
