"""--paradigm auto: the default, as good as planning both, never silently wrong.

The models of most tests are trained here on a few layers: what is tested is
the tool around a model. That the shipped ones load, and decide small networks
as the oracle does, is a test of its own.
"""

import json
import os
import shutil
import unittest
import zipfile

import numpy as np

from support import ROOT, SnncTest

DIGITS = [os.path.join(ROOT, "models", "digits", "digits.nir"), "--reset",
          "zero"]
MOTION = os.path.join(ROOT, "models", "motion", "motion.nir")
YAML = os.path.join(ROOT, "models", "yaml")
SMALL = {"motion": [MOTION], "digits": DIGITS,
         "delays": [os.path.join(YAML, "delays.yaml")],
         "equations": [os.path.join(YAML, "equations.yaml")]}

PINNED = """
network: {name: pinned, dt: 1.0e-3, seed: 3}
inputs: {noise: {size: 64, kind: poisson, rate: {per_tick: 0.2}}}
populations:
  a: {size: 64, model: lif, params: {tau: 20.0e-3, threshold: 1.0}, paradigm: PARADIGM}
  b: {size: 64, model: lif, params: {tau: 20.0e-3, threshold: 1.0}}
projections:
  - {from: noise, to: a, connector: all_to_all, weight: 0.1}
  - {from: a, to: b, connector: {fixed_probability: 0.3}, weight: 0.2, delay: {dist: uniform_int, low: 1, high: 4}}
"""

# Four ticks a product take one PE more than two.
WIDE = """
network: {name: wide, dt: 1.0e-3, seed: 3}
inputs: {noise: {size: 256, kind: poisson, rate: {per_tick: 0.1}}}
populations:
  a: {size: 400, model: lif, params: {tau: 20.0e-3, threshold: 1.0}}
projections:
  - {from: noise, to: a, connector: all_to_all, weight: {dist: uniform, low: 0.0, high: 0.1}, delay: 4}
"""


class Auto(SnncTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = cls.run_snnc("selector", "train", "--count", "150", "-o",
                            "models")
        assert done.returncode == 0, done.stderr
        cls.model = os.path.join(cls.folder, "models", "xgboost-pes.json")

    def plan(self, arguments, *options):
        """The layers of `check --plan`."""
        done = self.snnc("check", *arguments, "--plan", "--json", *options)
        report = json.loads(done.stdout)
        self.assertTrue(report["ok"], report["findings"])
        return report["plan"]["layers"]

    def auto(self, arguments, *options):
        return self.plan(arguments, "--selector-model", self.model, *options)

    def test_everything_planned_is_the_oracle(self):
        """With a budget for all layers, what the model is not sure of is
        planned; what it is sure of must then be right on these."""
        for name, arguments in SMALL.items():
            with self.subTest(network=name):
                auto = self.auto(arguments, "--selector-budget", "all")
                oracle = self.plan(arguments, "--paradigm", "oracle")
                for ours, best in zip(auto, oracle, strict=True):
                    if ours["rule"] == "model":
                        self.assertGreater(abs(ours["probability"] - 0.5),
                                           0.48)
                    else:
                        self.assertEqual(ours["paradigm"], best["paradigm"])

    def test_budget(self):
        none = self.auto(DIGITS, "--selector-budget", "0")
        every = self.auto(DIGITS, "--selector-budget", "all")
        self.assertNotIn("unsure", [layer["rule"] for layer in none])
        for before, after in zip(none, every):
            self.assertEqual(before["probability"], after["probability"])
            planned = after["serial"]["planned"] + after["parallel"]["planned"]
            self.assertEqual(planned, 1 if after["rule"] == "model" else 2)
        self.snnc("check", *DIGITS, "--plan", "--selector-budget", "many",
                  code=2)

    def test_objectives(self):
        """Each has a model of its own; one of another is refused."""
        for objective in ("memory", "cycles", "energy"):
            layers = self.plan(DIGITS, "--objective", objective,
                               "--selector-model", self.model.replace(
                                   "pes", objective))
            self.assertTrue(all(layer["probability"] is not None
                                for layer in layers))
        done = self.snnc("check", *DIGITS, "--plan", "--objective", "cycles",
                         "--selector-model", self.model, code=1)
        self.assertIn("SNN1207", done.stderr)

    def test_the_objective_decides_within_a_paradigm(self):
        """What `check` promises by cycles and by PEs is what is compiled, and
        the same spikes."""
        path = self.path("wide.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(WIDE)
        plans, runs = {}, []
        for objective in ("pes", "cycles"):
            options = ["--objective", objective, "--paradigm", "parallel"]
            plan = self.plan([path], *options)[0]["parallel"]
            bundle = self.path(f"{objective}.s2x")
            self.snnc("compile", path, *options, "-o", bundle)
            layer = json.loads(self.snnc("inspect", bundle, "--layer", "a",
                                         "--json").stdout)
            self.assertEqual(plan["pes"], layer["pes"])
            plans[objective] = plan
            runs.append(self.record(bundle, ["--ticks", "40"]))
        self.assertLess(plans["pes"]["pes"], plans["cycles"]["pes"])
        self.assertLess(plans["cycles"]["cycles"], plans["pes"]["cycles"])
        self.assert_equal_runs(*runs)

    def test_pinned_layers_stay(self):
        for paradigm in ("serial", "parallel"):
            path = self.path(f"{paradigm}.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(PINNED.replace("PARADIGM", paradigm))
            for mode in ("auto", "serial", "parallel", "oracle"):
                layers = self.plan([path], "--paradigm", mode,
                                   "--selector-model", self.model)
                self.assertEqual((layers[0]["paradigm"], layers[0]["rule"]),
                                 (paradigm, "pinned"))
                self.assertNotEqual(layers[1]["rule"], "pinned")

    def test_explain(self):
        done = self.snnc("compile", *DIGITS, "--explain-paradigm",
                         "--selector-model", self.model, "-o", "e.s2x")
        for text in ("population 'hidden' is", "with probability", "serial: ",
                     "parallel: ", "features: sources 64, neurons 128,"):
            self.assertIn(text, done.stderr)

    def test_same_bits_as_the_reference(self):
        """The choice shows in no spike."""
        auto = self.path("auto.s2x")
        self.snnc("compile", MOTION, "--selector-model",
                  self.model, "-o", auto)
        serial = self.path("serial.s2x")
        self.snnc("compile", MOTION, "--paradigm", "serial",
                  "-o", serial)
        inputs = np.load(os.path.join(os.path.dirname(MOTION),
                                      "test_inputs.npy"))
        np.save(self.path("few.npy"), inputs[:4])
        runs = [self.record(bundle, ["--input", "few.npy", "--backend", backend])
                for bundle, backend in ((auto, "emulator"), (auto, "reference"),
                                        (auto, "native"), (serial, "emulator"))]
        for run in runs[1:]:
            self.assert_equal_runs(runs[0], run)

    def test_same_bundle_for_any_threads(self):
        bundles = []
        for jobs in ("1", "4"):
            out = self.path(f"j{jobs}.s2x")
            self.snnc("compile", *DIGITS, "--selector-model", self.model, "-j",
                      jobs, "-o", out)
            with open(out, "rb") as file:
                bundles.append(file.read())
        self.assertEqual(bundles[0], bundles[1])

    def damaged(self, change):
        """A copy of the model that went through `change`."""
        with open(self.model, encoding="utf-8") as file:
            model = json.load(file)
        change(model)
        path = self.path("damaged.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(model, file)
        return path

    def test_broken_models(self):
        def other_machine(model):
            model["machine_digest"] = "sha256:" + 64 * "0"

        def future(model):
            model["format"] += 1

        def other_planner(model):
            model["planner"] += 1

        def not_finite(model):
            model["base"] = float("nan")

        with open(self.model, encoding="utf-8") as file:
            text = file.read()
        truncated = self.path("truncated.json")
        with open(truncated, "w", encoding="utf-8") as file:
            file.write(text[:len(text) // 2])
        cases = [(truncated, "SNN1200"), (self.path("none.json"), "SNN000")]
        for change, code in ((not_finite, "SNN120"), (future, "SNN1204"),
                             (other_machine, "SNN1202"),
                             (other_planner, "SNN1203")):
            path = self.damaged(change)
            kept = self.path(f"{change.__name__}.json")
            shutil.copy(path, kept)
            cases.append((kept, code))
        for path, code in cases:
            with self.subTest(model=os.path.basename(path)):
                done = self.snnc("compile", *DIGITS, "--selector-model", path,
                                 "-o", "never.s2x", code=1)
                self.assertIn(code, done.stderr)
                self.assertIn(os.path.basename(path), done.stderr)
                self.assertFalse(os.path.exists(self.path("never.s2x")))

    def test_machine_without_a_model(self):
        """A warning, and the planner decides as the oracle does."""
        self.snnc("compile", *DIGITS, "--paradigm", "serial", "-o", "m.s2x")
        with zipfile.ZipFile(self.path("m.s2x")) as bundle:
            machine = json.loads(bundle.read("machine.json"))
        machine["name"] = "another"
        machine["timer"]["clockHz"] *= 2  # and not only by its name
        path = self.path("another.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(machine, file)
        done = self.snnc("check", *DIGITS, "--plan", "--json", "--machine",
                         path)
        report = json.loads(done.stdout)
        self.assertIn("SNN1111", [f["code"] for f in report["findings"]])
        oracle = self.plan(DIGITS, "--paradigm", "oracle", "--machine", path)
        for ours, best in zip(report["plan"]["layers"], oracle):
            self.assertEqual(ours["rule"], "no-model")
            self.assertEqual(ours["paradigm"], best["paradigm"])

    def test_default(self):
        report = json.loads(self.snnc("check", *DIGITS, "--plan",
                                      "--json").stdout)
        self.assertEqual(report["plan"]["paradigm"], "auto")
        self.assertEqual(report["plan"]["objective"], "pes")
        for command in (["compile"], ["run"], ["verify"], ["check"]):
            self.assertIn("--paradigm TEXT:{auto,serial,parallel,oracle,"
                          "cost-model}=auto",
                          self.snnc(*command, "--help").stdout)


if __name__ == "__main__":
    unittest.main()
