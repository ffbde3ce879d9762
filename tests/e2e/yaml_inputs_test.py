"""What a YAML network may say: names, rates, draws, headers of number files.
Every key is obeyed or refused with its place, and nothing ends in exit 70."""

import os
import unittest

import numpy as np

from support import SnncTest


class YamlInputs(SnncTest):

    def write(self, name, text):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def network(self, text, **parts):
        """A network of one input `in` and one population `pop` around `text`."""
        parts = {"network": "{name: n, dt: 1.0, seed: 3}", "inputs": "{in: {size: 2}}",
                 "populations": "{pop: {size: 2, model: i}}"} | parts
        head = "".join(f"{key}: {value}\n" for key, value in parts.items())
        return self.write("net.yaml", head + text)

    def values(self, path, *arguments, key="pop:v", code=0):
        arrays = self.record(path, ["--backend", "reference", "--precision",
                                    "float", *arguments], code=code)
        return arrays[key]

    def refused(self, path, code, words, verb=("check",)):
        done = self.snnc(verb[0], path, *verb[1:], code=1)
        self.assertRegex(done.stderr, rf"net.yaml:\d+:\d+: error: .*\[{code}\]")
        self.assertIn(words, done.stderr)

    def test_names_are_shared(self):
        model = ('{states: [v], equations: ["v = v * 0.5 + input"], '
                 'spike: "v > 1", reset: ["v = 0"]}')
        for name in ("p0", "chip", "network", "izhikevich", "lif", "a-b"):
            own = "" if name == "izhikevich" else f"models: {{{name}: {model}}}\n"
            params = ("{a: 0.02, b: 0.2, c: -65, d: 8, h: 0.5}" if not own else "{}")
            path = self.network(
                own + f"projections: [{{name: {name}, from: in, to: {name}, "
                "connector: all_to_all}]\n", network=f"{{name: {name}}}",
                populations=f"{{{name}: {{size: 2, model: {name}, params: {params}}}}}")
            with self.subTest(name):
                bundle = self.path("n.s2x")
                self.snnc("compile", path, "-o", bundle)
                np.save(self.path("x.npy"), np.ones((6, 2), np.uint8))
                given = ["--input", self.path("x.npy")]
                self.assert_equal_runs(self.record(bundle, given),
                                       self.record(path, given + ["--backend", "reference"]))

    def test_names_that_cannot_be(self):
        for states, words in (("[spikes]", "are recorded"), ("[not]", "operator")):
            self.refused(self.network(
                f"models: {{m: {{states: {states}, equations: []}}}}\n"), "SNN1005", words)
        # The parameter that quantisation adds gives way to the user's.
        path = self.network(
            "models: {m: {receptors: [input_scale], states: [v], "
            'equations: ["v = v * v * 0.1 + input_scale"]}}\n'
            "projections: [{from: in, to: pop, connector: all_to_all}]\n",
            populations="{pop: {size: 2, model: m}}")
        self.snnc("compile", path, "-o", self.path("n.s2x"))

    def test_a_rate_per_channel_and_over_time(self):
        project = "projections: [{from: in, to: pop, connector: one_to_one, delay: 0}]\n"
        rate = "{{size: 2, kind: poisson, rate: {}}}"
        counts = lambda text, *more: np.diff(self.values(self.network(
            project, inputs="{in: " + rate.format(text) + "}"), *more),
            axis=0, prepend=0)
        each = counts("[0, 0.5]", "--ticks", 4000)
        np.testing.assert_array_equal(each[:, 0], 0)
        self.assertAlmostEqual(each[:, 1].mean(), 0.5, delta=5 * (0.5 / 4000) ** 0.5)
        # The same draws as one rate for all.
        np.testing.assert_array_equal(each[:, 1], counts("0.5", "--ticks", 4000)[:, 1])
        table = np.zeros((300, 2))
        table[100:200, 0] = 2
        np.save(self.path("rates.npy"), table)
        moving = counts("{file: rates.npy}")
        self.assertEqual(moving.shape, (300, 2))
        self.assertEqual(moving[:100].sum() + moving[200:].sum() + moving[:, 1].sum(), 0)
        self.assertAlmostEqual(moving[100:200, 0].mean(), 2, delta=5 * (2 / 100) ** 0.5)
        longer = counts("{per_tick: {file: rates.npy}}", "--ticks", 500)
        np.testing.assert_array_equal(longer[:300], moving)
        self.assertEqual(longer[300:].sum(), 0)
        for text, code, words in (("[1, 2, 3]", "SNN1014", "needs 2 (channels)"),
                                  ("[1, -2]", "SNN1006", "channel 1"),
                                  ("[[1, 2], [1, 200]]", "SNN1006", "tick 1, channel 1")):
            self.refused(self.network(project, inputs="{in: " + rate.format(text) + "}"),
                         code, words)
        # A bundle keeps the table.
        np.save(self.path("rates.npy"), table / 10)
        bundle = self.path("n.s2x")
        path = self.network(project, inputs="{in: " + rate.format("{file: rates.npy}") + "}")
        self.snnc("compile", path, "-o", bundle)
        self.assert_equal_runs(self.record(bundle, []), self.record(path, ["--backend", "reference"]))

    def test_two_encoded_inputs_draw_apart(self):
        path = self.network(
            "projections:\n - {from: x, to: p, connector: one_to_one, delay: 0}\n"
            " - {from: y, to: q, connector: one_to_one, delay: 0}\n",
            inputs="{x: {size: 4}, y: {size: 4}}",
            populations="{p: {size: 4, model: i}, q: {size: 4, model: i}}")
        np.save(self.path("half.npy"), np.full((100, 4), 0.5))
        given = [f"--input={name}={self.path('half.npy')}" for name in "xy"]
        out = self.record(path, ["--backend", "reference", "--encode", "rate", *given])
        same = np.diff(out["p:v"], axis=0) == np.diff(out["q:v"], axis=0)
        self.assertLess(abs(same.mean() - 0.5), 0.15)

    def test_no_autapses_and_no_rows(self):
        np.save(self.path("x.npy"), np.array([[1, 0]] + [[0, 0]] * 3, np.uint8))
        for connector in ("one_to_one, autapses: false", "{list: []}"):
            path = self.network(
                "projections:\n - {from: in, to: pop, connector: one_to_one}\n"
                f" - {{from: pop, to: pop, connector: {connector}}}\n",
                populations="{pop: {size: 2, model: if, params: {threshold: 0.5}}}")
            for backend in ("reference", "emulator"):
                spikes = self.record(path, ["--input", self.path("x.npy"),
                                            "--backend", backend])["pop:spikes"]
                self.assertEqual(spikes.sum(), 1, connector)

    def test_numbers_that_float32_cannot_hold(self):
        for weight, words in (("3.5e38", "3.5e38"),
                              ("{dist: lognormal, mean: 0, std: 1000}", "max"),
                              ("[[1, 1e39], [1, 1]]", "1e39")):
            path = self.network(f"projections: [{{from: in, to: pop, connector: "
                                f"all_to_all, weight: {weight}}}]\n")
            self.refused(path, "SNN1006", words)
        path = self.network("", populations="{pop: {size: 2, model: i, rate: -0.0}}")
        self.snnc("compile", path, "-o", self.path("n.s2x"))


if __name__ == "__main__":
    unittest.main()
