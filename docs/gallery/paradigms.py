"""Serial or parallel: the learned selector against both ways for every layer of
one network, with the spikes to show that it changes nothing but the cost.

    python paradigms.py
"""

import figure
import snnc


def network():
    net = snnc.Network("layers", dt="1 ms", seed=2)
    noise = net.input("noise", size=128, kind="poisson", rate="100 Hz")
    dense = net.population("dense", 128, "lif", params={"alpha": 0.9,
                                                        "threshold": 1.0})
    sparse = net.population("sparse", 400, "lif", params={"alpha": 0.9,
                                                          "threshold": 1.0})
    net.project(noise, dense, "all_to_all",
                weight={"dist": "normal", "mean": 0.02, "std": 0.05})
    net.project(dense, sparse, {"fixed_indegree": 6}, weight=0.3)
    return net


results, layers = {}, {}
for paradigm in ("serial", "parallel", "auto"):
    artifact = network().compile("spinnaker2", paradigm=paradigm)
    results[paradigm] = artifact.run(ticks=100)
    layers[paradigm] = artifact.report["layers"]
    row = ", ".join(f"{layer['name']}: {layer['paradigm']}, {layer['pes']} PE(s)"
                    for layer in artifact.report["layers"])
    print(f"{paradigm:9} {artifact.cores} PEs; {row}")
for paradigm in ("parallel", "auto"):
    print(paradigm, "against serial:",
          snnc.verify(results["serial"], results[paradigm]))


def draw(page):
    for axes, name in zip(page.subplots(1, 2), ("dense", "sparse")):
        cycles = [next(layer["cycles_expected"] for layer in layers[paradigm]
                       if layer["name"] == name) for paradigm in layers]
        taken = [next(layer["paradigm"] for layer in layers[paradigm] if layer["name"] == name)
                 for paradigm in layers]
        axes.bar(list(layers), cycles,
                 color=["C0" if kind == "serial" else "C1" for kind in taken])
        axes.set(title=name, ylabel="planned cycles of a tick")
    page.suptitle("blue: Arm core, orange: MAC array")


figure.save(__file__, draw, (9, 3))
