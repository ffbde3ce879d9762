"""`snnc doctor`, and the cache of costs that it and large networks keep."""

import json
import os
import resource
import shutil
import unittest

import numpy as np

from support import ROOT, SnncTest

CUBA = f"{ROOT}/models/yaml/cuba.yaml"


class Doctor(SnncTest):

    def doctor(self, *arguments, code=0, limit=None, **environment):
        env = {k: v for k, v in os.environ.items() if k != "SNNC_SHARED_DATA"}
        env |= {"XDG_CACHE_HOME": self.path("cache")} | environment
        done = self.run_snnc("doctor", *arguments, env=env, limit=limit)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def checks(self, **how):
        done = self.doctor("--json", **how)
        report = json.loads(done.stdout)
        checks = {check["name"]: check for check in report["checks"]}
        self.assertEqual(len(checks), len(report["checks"]))
        for check in checks.values():
            self.assertEqual(check["state"] == "ok", check["remedy"] is None)
            if check["remedy"]:
                self.assertIn(f"help: {check['remedy']}", done.stderr)
        self.assertEqual(report["ok"], "SNN096" not in done.stderr)
        return checks

    def cached(self):
        folder = self.path("cache/snnc")
        return [os.path.join(folder, name) for name in os.listdir(folder)]

    def test_what_it_says(self):
        text = self.doctor().stdout
        checks = self.checks()
        sections = []
        for name, check in checks.items():
            if check["section"] not in sections:
                sections.append(check["section"])
            if not name.startswith(("bit", "dense", "diag", "index", "weight")) \
                    and " ms" not in check["value"] \
                    and name not in ("memory", "temporary files"):
                self.assertRegex(text, rf"(?m)^  {name} +\S")
                self.assertIn(check["value"], text)
        self.assertEqual([s for s in text.splitlines() if s[0] != " "], sections)
        for name in ("cpu", "spinnaker2"):
            self.assertRegex(checks[name]["value"], "^a neuron built and run on")
        self.assertEqual(sections, ["computer", "parts", "data", "packages",
                                    "boards", "caches"])
        self.assertRegex(checks["temporary files"]["value"], r"/.*, [\d.]+ GB free")
        self.assertIn("spinnaker2-48 (", checks["emulated"]["value"])
        self.assertEqual(checks["connected"]["value"].split(":")[0], "none")
        for name, check in checks.items():
            if check["section"] == "packages":
                self.assertRegex(check["value"], "^there$|^in PATH$|: .*pip install")
        self.assertRegex(checks["cores"]["value"], r"^\d+ of \d+$")
        self.assertRegex(checks["memory"]["value"], r"GB .*million synapses$")
        self.assertIn("spinnaker2", checks["machines"]["value"])
        name, = [os.path.basename(path) for path in self.cached()]
        self.assertEqual(checks["file"]["value"], name)
        with open(self.cached()[0], encoding="utf-8") as file:
            kept = json.load(file)["ns"]
        for name, value in kept.items():
            self.assertTrue(checks[name]["value"].startswith(f"{value:.3g} ns"))

    def test_remedies(self):
        """Each printed remedy, applied, is one remedy less."""
        plain = self.path("plain")
        open(plain, "w", encoding="utf-8").close()
        for name, says, how in (
                ("folder", "set XDG_CACHE_HOME to another one's whole path",
                 {"XDG_CACHE_HOME": plain}),
                ("folder", "set HOME or XDG_CACHE_HOME",
                 {"XDG_CACHE_HOME": "", "HOME": ""}),
                ("SNNC_SHARED_DATA", "unset it", {"SNNC_SHARED_DATA": plain}),
                ("memory", "raise ulimit -v",
                 {"limit": (resource.RLIMIT_AS, 450 << 20)})):
            with self.subTest(name):
                check = self.checks(**how)[name]
                self.assertEqual(check["state"], "less")
                self.assertRegex(self.doctor("--json", **how).stderr,
                                 rf"warning: {name}: .*\[SNN0963\]")
                self.assertIn(says, check["remedy"])
                self.assertEqual(self.checks()[name]["state"], "ok")
        if len(os.sched_getaffinity(0)) > 1 and shutil.which("taskset"):
            before = os.sched_getaffinity(0)
            try:
                os.sched_setaffinity(0, {min(before)})
                self.assertIn("taskset", self.checks()["cores"]["remedy"])
            finally:
                os.sched_setaffinity(0, before)

    def test_what_is_in_the_way(self):
        done = self.doctor("--json", code=1,
                           UDUNITS2_XML_PATH=self.path("none.xml"))
        checks = {c["name"]: c for c in json.loads(done.stdout)["checks"]}
        self.assertEqual(checks["cpu"]["state"], "in the way")
        self.assertIn("libudunits2-data", checks["cpu"]["remedy"])
        self.assertRegex(done.stderr, r"error: cpu: .*\[SNN0964\]")
        plain = self.path("file")
        open(plain, "w", encoding="utf-8").close()
        done = self.doctor("--json", code=1, TMPDIR=plain)
        checks = {c["name"]: c for c in json.loads(done.stdout)["checks"]}
        self.assertIn("set TMPDIR", checks["temporary files"]["remedy"])

    def test_costs_change_the_choice_alone(self):
        """Whatever a cache says, also one that nobody can trust."""
        self.doctor()
        path, = self.cached()
        with open(path, encoding="utf-8") as file:
            measured = json.load(file)
        text = """network: {name: n, dt: 0.1 ms, seed: 4}
inputs: {x: {size: 600, kind: poisson, rate: 50 Hz}}
populations: {p: {size: 800, model: lif, params: {tau: 20 ms, threshold: 1.0}}}
projections:
  - {from: x, to: p, connector: {fixed_probability: 0.3}, weight: 0.5}
  - {from: p, to: p, connector: {fixed_probability: 0.3}, weight: -0.01, delay: 3}
"""
        net = self.path("net.yaml")
        with open(net, "w", encoding="utf-8") as file:
            file.write(text)
        env = os.environ | {"XDG_CACHE_HOME": self.path("cache")}
        results, ways = [], []
        for change in ({"bit_line": 1e4, "dense_pair8": 1e4, "dense_pair16": 1e4},
                       {"index_synapse": 1e4, "dense_pair8": 1e4},
                       {"index_synapse": 1e4, "bit_line": 1e4, "bit_tick": 1e4},
                       "{", None):
            with open(path, "w", encoding="utf-8") as file:
                file.write(change if isinstance(change, str) else json.dumps(
                    measured | {"ns": measured["ns"] | (change or {})}))
            done = self.run_snnc("run", net, "--ticks", 200, "--backend", "cpu",
                                 "--explain-paradigm", "-o",
                                 self.path("out.npz"), env=env)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("built in" if change == "{" else
                          "measured on this computer", done.stderr)
            ways.append(frozenset(
                word for word in ("index", "bit", "dense")
                if f"% in {word} rows" in done.stderr))
            with np.load(self.path("out.npz")) as arrays:
                results.append({key: arrays[key] for key in arrays.files
                                if key != "meta"})
        self.assertEqual(len(set(ways[:3])), 3, ways)
        self.assertGreater(results[0]["p:spikes"].sum(), 100)
        for other in results[1:]:
            self.assert_equal_runs(results[0], other)


if __name__ == "__main__":
    unittest.main()
