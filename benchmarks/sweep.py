#!/usr/bin/env python3
"""A sweep of the CUBA network (4,000 neurons, 320,000 synapses) over the weight
of its inhibitory synapses, by the Python package, against its runs alone.

usage: benchmarks/sweep.py [--values N] [--ticks N] [TARGET...]

TARGET: cpu or a machine; default: cpu spinnaker2-48. In one process, after a
network that is not counted: snnc.sweep over N values, then the runs of the same
N networks, compiled before, alone. Seconds of CPU are those of the process and
its children. Needs the package: PYTHONPATH=build/release/python/site after
scripts/python-test.
"""

import argparse
import resource
import time

import numpy as np
import snnc

PARAMS = {"C_m": "20 pF", "tau_m": "20 ms", "tau_syn_ex": "5 ms",
          "tau_syn_in": "10 ms", "t_ref": "5 ms", "E_L": "-49 mV",
          "V_reset": "-60 mV", "V_th": "-50 mV"}


def network_of(weight):
    """models/yaml/cuba.yaml with inhibitory synapses of `weight` pA."""
    net = snnc.Network("cuba", dt="0.1 ms", seed=3)
    cells = [net.population(
        name, size, "iaf_psc_exp", params=PARAMS, rate="6 Hz",
        initial={"v": {"dist": "uniform", "low": "-60 mV", "high": "-50 mV"}})
        for name, size in (("exc", 3200), ("inh", 800))]
    for source, pA in zip(cells, (1.62, weight)):
        for target in cells:
            net.project(source, target, {"fixed_probability": 0.02},
                        weight=f"{pA} pA")
    return net


def cpu_seconds():
    return sum(getattr(resource.getrusage(who), field)
               for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
               for field in ("ru_utime", "ru_stime"))


class Watch:
    """Seconds of CPU and of the wall since it was made."""

    def __init__(self):
        self.cpu, self.wall = cpu_seconds(), time.monotonic()

    def read(self):
        return cpu_seconds() - self.cpu, time.monotonic() - self.wall


def measure(target, values, run):
    """((cpu, wall) of the sweep, of the runs alone)."""
    compiling = {} if target == "cpu" else {"tick": 1e-2}
    watch = Watch()
    swept = [result.rates() for _, result in
             snnc.sweep(network_of, values, run, target=target, **compiling)]
    sweep = watch.read()
    alone = np.zeros(2)
    for value, rates in zip(values, swept):
        artifact = snnc.load(network_of(value)).compile(target, **compiling)
        watch = Watch()
        result = artifact.run(**run)
        alone += watch.read()
        assert result.rates() == rates
    return sweep, alone


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET",
                        default=["cpu", "spinnaker2-48"])
    parser.add_argument("--values", type=int, default=20)
    parser.add_argument("--ticks", type=int, default=1000)
    options = parser.parse_args()
    run = {"ticks": options.ticks, "record": ["exc:spikes", "inh:spikes"]}
    print(f"{options.values} values, {options.ticks} ticks each")
    print("target          sweep  wall   runs alone  wall   ratio  of wall")
    for target in options.targets:
        measure(target, [-7.5], run)
        values = np.linspace(-12, -8, options.values).round(3).tolist()
        sweep, alone = measure(target, values, run)
        print(f"{target:14} {sweep[0]:6.2f} {sweep[1]:5.1f}   {alone[0]:10.2f} "
              f"{alone[1]:5.1f}  {sweep[0] / alone[0]:6.2f}  "
              f"{sweep[1] / alone[1]:7.2f}")


if __name__ == "__main__":
    main()
