"""Does it fit, and does it keep up? Asked before anything is compiled, for
networks of growing size.

    python fit_and_real_time.py
"""

import figure
import snnc


def network(neurons):
    net = snnc.Network("grown", dt="1 ms", seed=1)
    noise = net.input("noise", size=200, kind="poisson", rate="10 Hz")
    cells = net.population("cells", neurons, "lif", rate="10 Hz",
                           params={"tau": "20 ms", "threshold": 1.0})
    net.project(noise, cells, {"fixed_probability": 0.1}, weight=0.3)
    net.project(cells, cells, {"fixed_indegree": 100}, weight=0.002,
                delay={"dist": "uniform_int", "low": 1, "high": 8})
    return net


fits = []
for neurons in (1_000, 8_000, 30_000, 160_000):
    check = network(neurons).check(plan=True, tick=1e-3)
    if check.ok:
        layer, total = check.plan["layers"][0], check.plan["total"]
        limit = check.plan["available_pes"]
        fits.append((neurons, total["pes"], total["cycles"]))
        dram = total.get("dram_bytes")
        print(f"{neurons:>9,} neurons: {layer['paradigm']}, {total['pes']} of "
              f"{check.plan['available_pes']} PEs, {total['bytes']:,} B, "
              f"{f'{dram:,} B of rows in DRAM, ' if dram else ''}"
              f"{total['cycles']:,.0f} of 300,000 cycles a tick")
        continue
    error = next(f for f in check.findings if f.severity == "error")
    print(f"{neurons:>9,} neurons: {error.message} [{error.code}]")
    for hint in error.hints:
        print(f"{'':11}help: {hint}")


def draw(page):
    pes, cycles = page.subplots(1, 2)
    names = [f"{neurons:,}" for neurons, *_ in fits]
    for axes, column, most, title in ((pes, 1, limit, "PEs"),
                                      (cycles, 2, 300_000, "cycles of a tick of 1 ms")):
        axes.bar(names, [row[column] for row in fits])
        axes.axhline(most, color="C3", label="limit")
        axes.set(title=title, xlabel="neurons")
        axes.legend()


figure.save(__file__, draw, (8, 3))
