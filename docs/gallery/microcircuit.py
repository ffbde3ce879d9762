"""The cortical microcircuit of Potjans and Diesmann, a tenth of it: 7,717 neurons
in four layers of cortex, 3 million synapses with drawn weights and delays.

    python microcircuit.py [scale] [milliseconds]

models/microcircuit/make.py writes the network. Below full size each neuron has
fewer and stronger inputs and a current for what is lost, so rates come near the
published ones, not to them; at scale 1 they do (README.md, 77,169 neurons).
"""

import pathlib
import subprocess
import sys
import tempfile

import figure
import snnc

ROOT = pathlib.Path(__file__).resolve().parents[2]
PUBLISHED = {"L23E": 0.90, "L23I": 2.97, "L4E": 4.41, "L4I": 5.88,
             "L5E": 7.57, "L5I": 8.63, "L6E": 1.11, "L6I": 7.83}
scale = sys.argv[1] if sys.argv[1:] else "0.1"
ticks = int(float(sys.argv[2] if sys.argv[2:] else 500) * 10)  # of 0.1 ms
settle = min(1000, ticks // 2)                                 # left out

with tempfile.TemporaryDirectory() as folder:
    file = pathlib.Path(folder) / "microcircuit.yaml"
    with open(file, "w", encoding="utf-8") as out:
        subprocess.run([sys.executable, ROOT / "models/microcircuit/make.py", "--scale", scale],
                       stdout=out, check=True)
    net = snnc.load(file)
    result = net.compile("cpu").run(ticks=ticks)

print("layer  neurons   Hz  published at full size")
for name, hertz in PUBLISHED.items():
    spikes = result[name][settle:]
    print(f"{name:5} {spikes.shape[1]:8,} {spikes.mean() * 1e4:5.2f} {hertz:5.2f}")


def draw(page):
    dots, bars = page.subplots(1, 2, width_ratios=(3, 1))
    first, places = 0, []
    for i, name in enumerate(PUBLISHED):
        tick, neuron = result[name][settle:].nonzero()
        dots.plot(tick / 10, first + neuron, ",", color=("C0", "C3")[i % 2])
        places.append(first + result[name].shape[1] / 2)
        first += result[name].shape[1]
    dots.set(xlabel="ms", yticks=places, yticklabels=PUBLISHED, ylim=(first, 0),
             title="every spike (blue: excitatory, red: inhibitory)")
    bars.barh(range(8), [result[n][settle:].mean() * 1e4 for n in PUBLISHED],
              color=["C0", "C3"] * 4)
    bars.plot(list(PUBLISHED.values()), range(8), "k|", ms=14, label="published")
    bars.set(yticks=range(8), yticklabels=PUBLISHED, ylim=(7.6, -0.6), xlabel="Hz", title="rates")
    bars.legend()


figure.save(__file__, draw, (10, 5))
