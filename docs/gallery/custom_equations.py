"""A neuron of one's own: written as equations, run on this computer and, bit
for bit the same, by machine code on the emulated chip.

    python custom_equations.py
"""

import numpy as np

import figure
import snnc

net = snnc.Network("adaptive", dt="1 ms", seed=4)
# A threshold that every spike raises and that falls back by itself.
net.model("adaptive",
          states={"v": 0.0, "a": 0.0},
          params={"alpha": 0.9, "rho": 0.98, "beta": 0.3, "threshold": 1.0},
          equations=["v = v * alpha + input",
                     "limit = threshold + beta * a",
                     "a = a * rho"],
          spike="v > limit",
          reset=["v = v - limit", "a = a + 1"])
noise = net.input("noise", size=50, kind="poisson", rate="40 Hz")
for name, beta in (("plain", 0.0), ("adapting", 0.3)):
    cells = net.population(name, 100, "adaptive", params={"beta": beta})
    net.project(noise, cells, {"fixed_indegree": 20}, weight=0.2,
                seed=7)

on_cpu = net.run(ticks=400)
for name in ("plain", "adapting"):
    spikes = on_cpu[f"{name}:spikes"]
    print(f"{name:9} {spikes[:100].mean() * 1000:5.1f} Hz at first, "
          f"{spikes[-100:].mean() * 1000:5.1f} Hz at last")

on_chip = net.run(target="spinnaker2", ticks=400)
print(snnc.verify(on_cpu, on_chip))


def draw(page):
    left, right = page.subplots(1, 2)
    figure.raster(left, on_chip["adapting:spikes"], "adapting, emulated chip")
    for name in ("plain", "adapting"):
        rate = on_chip[f"{name}:spikes"].mean(axis=1) * 1000
        right.plot(np.convolve(rate, np.ones(20) / 20, "valid"), label=name)
    right.set(title="rate, mean of 20 ticks", xlabel="tick", ylabel="Hz", ylim=(0, None))
    right.legend(loc="upper left", ncols=2)
    right.margins(y=0.2)


figure.save(__file__, draw, (10, 3.2))
