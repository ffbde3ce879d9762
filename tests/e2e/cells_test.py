"""Cell types against NEST's own spikes and potentials (cells_nest.json, made by
models/cells/vectors.py), the same bits on every backend; units; drives."""

import json
import os
import unittest

import numpy as np

from support import SnncTest

UNITS = {"C_m": "pF", "tau_m": "ms", "tau_syn_ex": "ms", "tau_syn_in": "ms",
         "t_ref": "ms", "E_L": "mV", "V_reset": "mV", "V_th": "mV",
         "I_e": "pA", "g_L": "nS", "E_ex": "mV", "E_in": "mV",
         "Delta_T": "mV", "V_peak": "mV", "a": "nS", "b": "pA", "tau_w": "ms"}

with open(os.path.join(os.path.dirname(__file__), "cells_nest.json"),
          encoding="utf-8") as stored:
    NEST = json.load(stored)


def one_neuron(name, cell):
    lines = ["network: {dt: 0.1 ms}", "inputs:"]
    for key, ticks in zip("ab", NEST["spikes"]):
        rows = [[tick, 0] for tick in ticks]
        lines.append(f"  {key}: {{size: 1, kind: spike_list, spikes: {rows}}}")
    params = ", ".join(f"{k}: {v} {UNITS[k]}"
                       for k, v in cell["params"].items())
    lines += ["populations:",
              f"  p: {{size: 1, model: {name}, params: {{{params}}}}}",
              "projections:"]
    for key, weight, receptor in zip("ab", cell["weights"], ("ex", "in")):
        which = "" if name == "iaf_psc_delta" else f", receptor: {receptor}"
        lines.append(f"  - {{from: {key}, to: p, connector: one_to_one, "
                     f"weight: {weight}{which}, delay: 0.1 ms}}")
    return "\n".join(lines) + "\n"


class Cells(SnncTest):

    def write(self, text, name="net.yaml"):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def test_nest(self):
        for name, cell in NEST["cells"].items():
            with self.subTest(cell=name):
                run = self.record(
                    self.write(one_neuron(name, cell)),
                    ["--precision", "float", "--ticks", NEST["ticks"],
                     "--backend", "reference"])
                # NEST's time is the end of the tick.
                spikes = np.flatnonzero(run["p:spikes"][:, 0]) + 1
                late = spikes - np.array(cell["times"][:len(spikes)])
                self.assertEqual(len(spikes), len(cell["times"]))
                off = np.abs(run["p:v"][:NEST["ticks"]:10, 0]
                             - np.array(cell["potentials"]))
                if name == "adex":  # NEST's steps adapt
                    self.assertLessEqual(np.abs(late).max(), 4)
                    self.assertLess(np.median(off), 0.06)
                else:
                    self.assertEqual(list(late), [0] * len(spikes))
                    self.assertLess(off.max(), 6e-4)

    def test_same_bits_everywhere(self):
        for name, cell in NEST["cells"].items():
            with self.subTest(cell=name):
                net = self.write(one_neuron(name, cell))
                runs = [self.record(net, ["--ticks", 600, "--backend", backend])
                        for backend in ("reference", "cpu", "emulator")]
                self.assertGreater(runs[0]["p:spikes"].sum(), 0)
                self.assert_equal_runs(runs[0], runs[1])
                self.assert_equal_runs(runs[0], runs[2])

    NETWORK = """
network: {{dt: {dt}, seed: 4}}
populations:
  a: {{size: 60, model: iaf_psc_exp, params: {{tau_m: {tau}, I_e: 400{pa}}},
      initial: {{v: {{dist: uniform, low: -70{mv}, high: -55{mv}}}}}, rate: {rate}}}
  b: {{size: 40, model: lif, params: {{tau: {tau}, threshold: 1}}}}
drives:
  noise: {{to: a, kind: poisson, rate: {noise}, sources: 100, weight: 60{pa}}}
projections:
  - {{from: a, to: a, connector: {{fixed_total_number: 900}}, delay: {delay},
     weight: {{dist: normal, mean: -80{pa}, std: 8{pa}, max: 0}}}}
  - {{from: a, to: b, connector: {{fixed_indegree: 20}}, weight: 0.6,
     delay: {spread}}}
"""
    UNIT = dict(dt="0.1 ms", tau="10 ms", pa=" pA", mv=" mV", rate="20 Hz",
                noise="8 Hz", delay="1.5 ms",
                spread="{dist: normal, mean: 1.5 ms, std: 0.5 ms, min: 0.1 ms}")

    def test_units_say_the_same(self):
        plain = dict(dt="0.1 ms", tau="10", pa="", mv="", rate="0.02",
                     noise="0.008", delay="15",
                     spread="{dist: normal, mean: 15, std: 5, min: 1}")
        seconds = dict(self.UNIT, dt="100 us", tau="0.01 s", noise="0.008 kHz",
                       delay="1500 us", pa="e-3 nA")
        runs = [self.record(self.write(self.NETWORK.format(**values)),
                            ["--ticks", 300])
                for values in (self.UNIT, plain, seconds)]
        self.assertGreater(runs[0]["a:spikes"].sum(), 50)
        self.assertGreater(runs[0]["b:spikes"].sum(), 0)
        for run in runs[1:]:
            self.assert_equal_runs(runs[0], run)

    def test_drive_is_an_input_and_one_to_one(self):
        drive = "drives:\n  noise: {to: p, kind: poisson, rate: 50 Hz, " \
                "sources: 4, weight: 1500 pA}\n"
        written = "inputs:\n  noise: {size: 30, kind: poisson, rate: 200 Hz}\n"
        cells = "network: {dt: 1 ms}\npopulations:\n" \
                "  p: {size: 30, model: iaf_psc_exp}\n"
        projection = "projections:\n  - {from: noise, to: p, weight: 1500 pA, " \
                     "connector: one_to_one}\n"
        a = self.record(self.write(cells + drive), ["--ticks", 200])
        b = self.record(self.write(cells + written + projection),
                        ["--ticks", 200])
        self.assertGreater(a["p:spikes"].sum(), 50)
        self.assert_equal_runs(a, b)

    def test_drives_are_drawn_where_they_are_used(self):
        """By partitions, by several projections at once, over delays: the
        same numbers; and for more ticks than an array of them could have."""
        path = self.write("""
network: {dt: 1 ms, seed: 4}
inputs: {x: {size: 150, kind: poisson, rate: 90 Hz}}
populations:
  p: {size: 150, model: iaf_psc_exp}
  q: {size: 90, model: iaf_psc_delta}
drives:
  one: {to: p, kind: poisson, rate: 50 Hz, sources: 7, weight: 900 pA, delay: 3 ms}
  two: {to: q, kind: poisson, rate: 10 Hz, sources: 9, weight: 9 mV}
projections:
  - {from: x, to: p, connector: one_to_one, weight: 300 pA, delay: 2 ms}
  - {from: x, to: p, connector: one_to_one, weight: -250 pA, delay: 5 ms}
  - {from: x, to: q, connector: {fixed_probability: 0.1}, weight: 3 mV, delay: {dist: uniform_int, low: 1, high: 4}}
""")
        expected = self.record(path, ["--ticks", 160, "--backend",
                                      "reference"])
        self.assertGreater(expected["p:spikes"].sum(), 50)
        self.assertGreater(expected["q:spikes"].sum(), 50)
        for backend, threads in (("cpu", 1), ("cpu", 3), ("emulator", 1)):
            self.assert_equal_runs(expected, self.record(
                path, ["--ticks", 160, "--backend", backend, "--threads",
                       threads]))
        silent = self.write("""
network: {dt: 1 ms}
inputs: {x: {size: 100000, kind: poisson, rate: 0}}
populations: {p: {size: 1, model: iaf_psc_delta}}
projections: [{from: x, to: p, connector: all_to_all, weight: 1 mV}]
""")
        run = self.record(silent, ["--ticks", 6000])
        self.assertEqual(run["p:spikes"].shape, (6000, 1))

    def test_receptor_by_sign(self):
        text = "network: {dt: 1 ms}\ninputs: {x: {size: 4}}\npopulations:\n" \
               "  p: {size: 4, model: iaf_psc_exp}\nprojections:\n" \
               "  - {from: x, to: p, connector: all_to_all, weight: %s}\n"
        for weight, receptor in (("5 pA", 0), ("-5 pA", 1)):
            shown = self.snnc("compile", self.write(text % weight),
                              "--emit", "imported").stdout
            self.assertIn(f"receptor = {receptor} " if receptor else
                          'projection "x_p"', shown)
        mixed = self.snnc("check", self.write(
            text % "{dist: uniform, low: -1, high: 1}"), code=1)
        self.assertIn("receptor: ex or in", mixed.stderr)

    def test_wrong_units(self):
        text = "network: {dt: %s}\npopulations:\n" \
               "  p: {size: 1, model: iaf_psc_exp, params: {%s}}\n"
        for dt, params, code, words in (
                ("0.1 ms", "tau_m: 10 mV", "SNN1018", "tau_m is a time"),
                ("0.1 ms", "V_th: -50 mv", "SNN1018", "no unit"),
                ("0.1", "tau_m: 10", "SNN1018", "dt: 0.1 ms"),
                ("0.1 mV", "tau_m: 10 ms", "SNN1018", "dt is a time"),
                ("0.1 ms", "V_reset: -40 mV", "SNN1006", "every tick"),
                ("0.1 ms", "C_m: 0 pF", "SNN1006", "C_m is 0 pF"),
                ("0.1 ms", "tau: 10 ms", "SNN1008", "did you mean 'tau_m'"),
                ("0.1 ms", "C_m: 1e300 pF", "SNN1006", "C_m")):
            with self.subTest(params=params, dt=dt):
                done = self.snnc("check", self.write(text % (dt, params)),
                                 code=1)
                self.assertIn(code, done.stderr)
                self.assertIn(words, done.stderr)

    def test_no_table_of_units(self):
        network = self.write("network: {dt: 0.1 ms}\npopulations:\n"
                             "  p: {size: 1, model: iaf_psc_exp}\n")
        done = self.run_snnc("check", network, env={
            **os.environ, "UDUNITS2_XML_PATH": self.path("missing.xml")})
        self.assertEqual(done.returncode, 1)
        self.assertIn("table of units cannot be read", done.stderr)
        self.assertIn("UDUNITS2_XML_PATH", done.stderr)

    def test_drive_words(self):
        text = "network: {dt: 0.1 ms}\npopulations:\n" \
               "  p: {size: 1, model: iaf_psc_exp}\ndrives: {d: {%s}}\n"
        rest = "rate: 1 Hz, weight: 1 pA"
        for drive in ("to: p, ", "to: {population: p}, ", "to: p, kind: poisson, "):
            self.snnc("check", self.write(text % (drive + rest)))
        for drive, words in (("to: q, ", "no population 'q'"),
                             ("to: d, ", "'d' is an input"),
                             ("", "a drive needs the key 'to'"),
                             ("to: p, kind: dc, ", "poisson")):
            done = self.snnc("check", self.write(text % (drive + rest)), code=1)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
