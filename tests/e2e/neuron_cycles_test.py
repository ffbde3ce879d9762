"""The planner's cycles of a neuron, counted from its model's region, against
what the emulated chip measures: every model that ships and some equations."""

import json
import unittest

from support import SnncTest

NEVER = "threshold: 1.0e+6"
NEVER_EACH = "threshold: {dist: uniform, low: 1.0e+6, high: 2.0e+6}"
LIF = "alpha: 0.95"
CUBA = "alpha: 0.95, syn: 0.8"
STEP = "drop: 1.5"
REST = "refractory: 5"

MODELS = {
    "i": "", "if_value": NEVER, "if_subtract": f"{NEVER}, {STEP}",
    "if_value_late": NEVER, "if_subtract_late": f"{NEVER}, {STEP}",
    "li": LIF, "lif_value": f"{LIF}, {NEVER}",
    "lif_subtract": f"{LIF}, {NEVER}, {STEP}",
    "lif_value_late": f"{LIF}, {NEVER}", "lif_value_skip": f"{LIF}, {NEVER}",
    "lif_subtract_late": f"{LIF}, {NEVER}, {STEP}",
    "lif_subtract_lowered": f"{LIF}, {NEVER}, {STEP}",
    "cuba_li": CUBA, "cuba_lif_value": f"{CUBA}, {NEVER}",
    "cuba_lif_subtract": f"{CUBA}, {NEVER}, {STEP}",
    "cuba_lif_value_late": f"{CUBA}, {NEVER}",
    "cuba_lif_subtract_late": f"{CUBA}, {NEVER}, {STEP}",
    "cuba_lif_subtract_lowered": f"{CUBA}, {NEVER}, {STEP}",
    "threshold": NEVER,
    "if_value_refractory": f"{NEVER}, {REST}",
    "if_subtract_refractory": f"{NEVER}, {STEP}, {REST}",
    "lif_value_refractory": f"{LIF}, {NEVER}, {REST}",
    "lif_subtract_refractory": f"{LIF}, {NEVER}, {STEP}, {REST}",
    "cuba_lif_value_refractory": f"{CUBA}, {NEVER}, {REST}",
    "cuba_lif_subtract_refractory": f"{CUBA}, {NEVER}, {STEP}, {REST}",
    "alif": f"alpha: 0.9, rho: 0.95, beta: 0.1, {NEVER}",
    "izhikevich": "a: 0.02, b: 0.2, c: -65, d: 8, h: 0.1",
    "iaf_psc_delta": "", "iaf_psc_exp": "", "iaf_psc_alpha": "",
    "iaf_cond_exp": "", "adex": ""}
RECEPTORS = ("iaf_psc_exp", "iaf_psc_alpha", "iaf_cond_exp", "adex")
# The same with parameters that differ between neurons.
EACH = {"lif_value": f"{LIF}, {NEVER_EACH}",
        "cuba_lif_subtract": f"{CUBA}, {NEVER_EACH}, {STEP}",
        "iaf_cond_exp": "C_m: {dist: uniform, low: 240, high: 260}"}
# Operations that the library's models lack, each in `v * a + ...`.
EQUATIONS = {"larger": "max(x, 0)", "limit": "max(x, 3)", "size": "abs(x)",
             "least": "min(x, p)", "clip": "min(max(x, -1), 1)",
             "any": "max(x, v)",
             "quotient": "x / (1 + v)", "power": "exp(v - 9)",
             "either": "(x > p and v < q ? v : x)"}
SIZES = (128, 256)


def network():
    """Text, and (name, model, parameters) of its populations, of two sizes."""
    lines = ["network: {dt: 0.1 ms, seed: 5}", "models:"]
    for name, term in EQUATIONS.items():
        lines += [f"  eq_{name}:", "    receptors: [x]", "    states: {v: 0.0}",
                  "    params: {a: 0.9, t: 1000.0, p: 0.5, q: 2.0}",
                  f"    equations: ['v = v * a + {term}']",
                  "    spike: v > t", "    reset: [v = 0]"]
    lines += ["inputs:", "  in: {size: 1, kind: poisson, rate: 0}",
              "populations:"]
    ends = []
    cells = [(name, name, params) for name, params in MODELS.items()]
    cells += [(f"{name}_each", name, params) for name, params in EACH.items()]
    cells += [(f"eq_{name}", f"eq_{name}", "") for name in EQUATIONS]
    for name, model, params in cells:
        more = ", initial: {v: -65, u: -13}" if model == "izhikevich" else ""
        if model not in ("i", "li", "cuba_li"):
            more += ", rate: {per_tick: 0}"
        for size in SIZES:
            lines.append(f"  {name}_{size}: {{size: {size}, model: {model}, "
                         f"params: {{{params}}}, paradigm: serial{more}}}")
            where = ", receptor: ex" if model in RECEPTORS else ""
            ends.append(f"  - {{from: in, to: {name}_{size}, connector: "
                        f"all_to_all, weight: 0.5, delay: 1{where}}}")
    ends.append(f"probes: ['threshold_{SIZES[0]}:spikes']")  # no states
    return "\n".join(lines + ["projections:"] + ends) + "\n", cells


class NeuronCycles(SnncTest):

    def write(self, text):
        with open(self.path("net.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    def planned(self):
        done = self.snnc("check", "net.yaml", "--plan", "--json", "--tick",
                         "1e-3")
        return {layer["population"]: layer["serial"]
                for layer in json.loads(done.stdout)["plan"]["layers"]}

    def measured(self, *options, ticks=32):
        done = self.snnc("run", "net.yaml", "--backend", "emulator", "--tick",
                         "1e-3", "--ticks", ticks, "--report", "json", *options)
        return {layer["name"]: layer
                for layer in json.loads(done.stdout)["layers"]}

    def test_silent_update(self):
        text, cells = network()
        self.write(text)
        plan, run = self.planned(), self.measured()
        few, many = SIZES
        for name, _, _ in cells:
            with self.subTest(model=name):
                self.assertEqual(run[f"{name}_{many}"]["pes"], 1)
                update, count = (
                    (of[f"{name}_{many}"][key] - of[f"{name}_{few}"][key]) /
                    (many - few)
                    for of, key in ((run, "cycles_per_tick"),
                                    (plan, "cycles")))
                self.assertLess(abs(count / update - 1), 0.1,
                                f"{count:.1f} planned, {update:.1f} measured")
                self.assertLess(run[f"{name}_{few}"]["worst_cycles_per_tick"],
                                plan[f"{name}_{few}"]["worst_cycles"])

    def assert_as_planned(self, paradigm, ticks):
        """Of every layer: the mean within a tenth, the worst a bound."""
        run = self.measured("--paradigm", paradigm, ticks=ticks)
        for of, layer in run.items():
            with self.subTest(paradigm=paradigm, layer=of):
                planned = layer["cycles_expected"]
                measured = layer["cycles_per_tick"]
                self.assertLess(abs(planned / measured - 1), 0.1,
                                f"{planned} {measured}")
                self.assertLess(layer["worst_cycles_per_tick"],
                                layer["cycles_worst"])

    def test_drives(self):
        """Inputs that cores draw: few spikes, many, a mean for each neuron."""
        rates = {"rare": lambda n: 0.001, "some": lambda n: 0.3,
                 "two": lambda n: 2, "many": lambda n: 40,
                 "each": lambda n: [(0.1, 1.0, 6.0)[i % 3] for i in range(n)]}
        lines = ["network: {dt: 0.1 ms, seed: 2}", "inputs:",
                 "  in: {size: 1, kind: poisson, rate: 0}", "populations:"]
        drives, ends = ["drives:"], ["projections:"]
        for name, rate in rates.items():
            for size in SIZES:
                of = f"{name}_{size}"
                lines.append(f"  {of}: {{size: {size}, model: lif_value, "
                             f"params: {{{LIF}, {NEVER}}}, "
                             "rate: {per_tick: 0}}")
                drives.append(f"  d_{of}: {{to: {of}, weight: 0.5, delay: 3, "
                              f"rate: {{per_tick: {rate(size)}}}}}")
                ends.append(f"  - {{from: in, to: {of}, connector: "
                            "all_to_all, weight: 0.5, delay: 1}")
        ends.append(f"probes: ['rare_{SIZES[0]}:spikes']")
        self.write("\n".join(lines + drives + ends) + "\n")
        for paradigm in ("serial", "parallel"):
            # The first ticks, before the delay is over, draw nothing.
            self.assert_as_planned(paradigm, ticks=400)

    def test_noise(self):
        """Numbers that cores draw: one, two, beside a drive, sizes that are no
        multiple of four."""
        lines = ["network: {dt: 0.1 ms, seed: 2}", "inputs:",
                 "  in: {size: 1, kind: poisson, rate: 0}", "populations:"]
        drives, ends = ["drives:"], ["projections:"]
        for name, count in (("one", 1), ("two", 2), ("both", 1)):
            for size in (*SIZES, 203):
                of = f"{name}_{size}"
                lines.append(f"  {of}: {{size: {size}, model: lif_value, "
                             f"params: {{{LIF}, {NEVER}}}, "
                             "rate: {per_tick: 0}}")
                drives += [f"  n{k}_{of}: {{to: {of}, kind: noise, std: 0.5, "
                           f"mean: 0.1}}" for k in range(count)]
                if name == "both":
                    drives.append(f"  d_{of}: {{to: {of}, weight: 0.5, delay: "
                                  "3, rate: {per_tick: 0.3}}")
                ends.append(f"  - {{from: in, to: {of}, connector: "
                            "all_to_all, weight: 0.5, delay: 1}")
        ends.append(f"probes: ['one_{SIZES[0]}:spikes']")
        self.write("\n".join(lines + drives + ends) + "\n")
        for paradigm in ("serial", "parallel"):
            self.assert_as_planned(paradigm, ticks=200)

    def test_worst(self):
        """All neurons spike in every tick and all states are recorded."""
        lines = ["network: {dt: 0.1 ms}", "inputs:",
                 "  in: {size: 1, kind: poisson, rate: 0}", "populations:"]
        ends = ["projections:"]
        for size in SIZES:
            lines.append(f"  p_{size}: {{size: {size}, model: lif_value, "
                         "params: {alpha: 0.9, threshold: -1, reset: 0}, "
                         "paradigm: serial}")
            lines.append(f"  q_{size}: {{size: 1, model: lif_value, params: "
                         f"{{{LIF}, {NEVER}}}, paradigm: serial}}")
            ends += [f"  - {{from: in, to: p_{size}, connector: all_to_all, "
                     "weight: 0.5, delay: 1}",
                     f"  - {{from: p_{size}, to: q_{size}, connector: "
                     "all_to_all, weight: 0.01, delay: 1}"]
        self.write("\n".join(lines + ends) + "\n")
        plan, run = self.planned(), self.measured()
        few, many = SIZES
        self.assertGreater(run[f"p_{many}"]["spikes"], 30 * many)
        for size in SIZES:
            measured = run[f"p_{size}"]["worst_cycles_per_tick"]
            worst = plan[f"p_{size}"]["worst_cycles"]
            self.assertLess(measured, worst)
            # Margins of the update, and of the input's row.
            self.assertLess(worst, 1.2 * measured)


if __name__ == "__main__":
    unittest.main()
