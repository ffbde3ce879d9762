"""docs/semantics.md S6: which integers the weights become.

Every source spikes alone in a tick of its own, so a neuron that keeps only its
last sum shows its integer weights, q / s, in the user's units. They are
compared with a second implementation of S6, the one below.
"""

import json
import pathlib
import unittest

import numpy as np

from support import SnncTest

MODELS = """
models:
  met: {receptors: [exc, inh], states: {v: 0.0}, equations: ["v = exc + inh"]}
  apart:
    receptors: [exc, inh]
    states: {e: 0.0, g: 0.0, v: 0.0}
    params: {ge: 0.5, gi: 2.0}
    equations: ["e = exc", "g = inh", "v = ge * e + gi * g"]
  bent: {receptors: [exc, inh], states: {v: 0.0}, equations: ["v = exc + inh + min(exc * exc, 0)"]}
  keep: {receptors: [input], states: {v: 0.0}, equations: ["v = input"]}
"""


def limit(bits):
    return 2 ** (bits - 1) - 1


def scale_of(weights, bits):
    """S6.2, S6.7: one scale for each row."""
    return np.array([[scale_of_sizes(np.unique(np.abs(row[row != 0])), limit(bits))]
                     for row in weights])


def scale_of_sizes(sizes, most):
    for power in range(-30, 30):  # the least that makes all whole
        whole = sizes * 2.0 ** power
        if (whole == np.rint(whole)).all():
            if whole.max() <= most:
                return 2.0 ** power
            break
    for m in range(most, most // 2, -1) if len(sizes) <= 4 else ():
        scaled = sizes / sizes.max() * m
        if (np.abs(scaled - np.rint(scaled)) <= 2.0 ** -22 * np.rint(scaled)).all():
            return m / sizes.max()
    return most / sizes.max()


def rounded(weights, scale, bits):
    return np.clip(np.rint(weights * scale), -limit(bits), limit(bits)) / scale


def sum_error(weights, bits, scale=None):
    """S6.9."""
    scale = scale_of(weights, bits) if scale is None else scale
    lost = np.abs(weights - rounded(weights, scale, bits)).sum(axis=1)
    return (lost / np.abs(weights).sum(axis=1)).mean()


def clipped_scale(weights, bits):
    """S6.10."""
    scale = scale_of(weights, bits)
    for row in range(len(weights)):
        w = weights[row]
        error = lambda s: ((w - rounded(w, s, bits)) ** 2).sum()
        most, now = np.abs(w).max(), error(scale[row])
        places = [most - k / 8 * min(now ** 0.5, most) for k in range(1, 8)]
        errors = [error(limit(bits) / c) for c in places]
        if min(errors) <= 0.75 * now:
            scale[row] = limit(bits) / places[int(np.argmin(errors))]
    return scale


class Integers(SnncTest):

    def network(self, population, model, weights):
        """One input a projection; `weights` {receptor: [neurons][sources]}."""
        inputs, projections = [], []
        for receptor, w in weights.items():
            np.save(self.path(f"{receptor}.npy"), w.astype(np.float32))
            inputs.append(f"{receptor}: {{size: {w.shape[1]}}}")
            projections.append(
                f" - {{from: {receptor}, to: {population}, receptor: {receptor}, "
                f"connector: all_to_all, weight: {{file: {receptor}.npy}}}}\n")
        path = self.path("net.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("network: {name: n, dt: 1.0}\n" + MODELS
                       + f"inputs: {{{', '.join(inputs)}}}\n"
                       f"populations: {{{population}: {{size: {len(w)}, model: {model}}}}}\n"
                       "projections:\n" + "".join(projections))
        return path

    def alone(self, weights, most=None):
        """The options of inputs where one source, of the first `most`, spikes
        in each tick but the last."""
        total = sum(w.shape[1] for w in weights.values())
        most = most or total
        ticks, given = np.eye(most + 1, total, dtype=np.uint8), []
        ticks[most] = 0
        for receptor, w in weights.items():
            np.save(self.path(f"{receptor}.x.npy"), ticks[:, :w.shape[1]])
            ticks = ticks[:, w.shape[1]:]
            given.append(f"--input={receptor}={self.path(receptor + '.x.npy')}")
        return given

    def report(self, path, *options):
        pathlib.Path(self.path("n.s2x")).unlink(missing_ok=True)  # its code would be taken over
        done = self.snnc("compile", path, "-o", self.path("n.s2x"), "--report", "json",
                         *options)
        return json.loads(done.stdout)["layers"][0]["quantization"], done.stderr

    def everywhere(self, path, given, *options):
        """The same bits on the reference, the host and the emulated chip."""
        runs = self.record(path, ["--backend", "reference", *given, *options])
        self.report(path, *options)
        self.assert_equal_runs(runs, self.record(self.path("n.s2x"), given))
        self.assert_equal_runs(
            runs, self.record(self.path("n.s2x"), ["--backend", "native", *given]))
        return runs

    def shown(self, rows):
        """Row by row, what arrived a tick after each spike: [neurons][sources]."""
        return rows[1:].T

    def weights(self, seed=1):
        draw = np.random.default_rng(seed)
        exc = draw.uniform(0.5, 1.5, (5, 30)).astype(np.float32)
        inh = -draw.uniform(50, 150, (5, 8)).astype(np.float32)
        return {"exc": exc.astype(float), "inh": inh.astype(float)}

    def test_receptors_with_different_ranges_have_scales_of_their_own(self):
        weights = self.weights()
        given = self.alone(weights)
        real = np.hstack([rounded(w, scale_of(w, 8), 8) for w in weights.values()])
        joint = np.hstack(list(weights.values()))
        together = rounded(joint, scale_of(joint, 8), 8)
        self.assertGreater(np.abs(together - joint)[:, :30].mean(), 0.1)
        for model in ("met", "bent", "apart"):
            with self.subTest(model):
                path = self.network("p", model, weights)
                runs = self.everywhere(path, given)
                if model == "apart":
                    shown = self.shown(runs["p:e"] + runs["p:g"])
                    sums = np.repeat([0.5, 2.0], [30, 8]) * real
                    np.testing.assert_allclose(self.shown(runs["p:v"]), sums,
                                               rtol=1e-6)
                else:
                    shown = self.shown(runs["p:v"])
                np.testing.assert_allclose(shown, real, rtol=1e-6)
                found, messages = self.report(path)
                self.assertEqual((found["bits"], messages), (8, ""))
                for receptor, w in weights.items():
                    self.assertAlmostEqual(found["receptors"][receptor]["sum_error"],
                                           sum_error(w, 8), delta=1e-7)

    def test_one_scale_where_ranges_do_not_differ(self):
        weights = self.weights()
        weights["inh"] = weights["inh"] / 100
        joint = np.hstack(list(weights.values()))
        path = self.network("p", "met", weights)
        runs = self.everywhere(path, self.alone(weights))
        np.testing.assert_allclose(self.shown(runs["p:v"]),
                                   rounded(joint, scale_of(joint, 8), 8), rtol=1e-6)
        # Whole weights stay as they are, whatever their range.
        weights = {"exc": np.tile([1.0, 2.0, 3.0], (2, 1)), "inh": np.full((2, 2), -100.0)}
        path = self.network("p", "met", weights)
        runs = self.everywhere(path, self.alone(weights))
        np.testing.assert_array_equal(self.shown(runs["p:v"]),
                                      np.hstack(list(weights.values())))

    def test_ratios_of_few_sizes_are_kept(self):
        for options, bits in (["--weights", "int8"], 8), (["--weights", "int16"], 16):
            w = np.tile([0.1, -0.5, 0.1, 0.2], (3, 2))
            w[1] *= 1.7
            w[2, :2] = [0.07, 0.3]  # five sizes: a step is not looked for
            w = w.astype(np.float32).astype(float)
            path = self.network("p", "keep", {"input": w})
            runs = self.everywhere(path, self.alone({"input": w}), *options)
            real = rounded(w, scale_of(w, bits), bits)
            np.testing.assert_allclose(real[:2], w[:2], rtol=1e-6)
            if bits == 8:
                self.assertGreater(np.abs(real[2] / w[2] - 1).max(), 1e-3)
            np.testing.assert_allclose(self.shown(runs["p:v"]), real, rtol=1e-6)

    def test_a_large_error_of_the_sums_makes_them_int16(self):
        # No weight vanishes; 0.5 beside `most` rounds to 1 or 2 in int8.
        for most in (1.9, 50.3, 100.3):
            w = np.random.default_rng(3).uniform(0.49, 0.51, (2, 40))
            w[:, 0] = most
            w = w.astype(np.float32).astype(float)
            with self.subTest(most):
                path = self.network("p", "keep", {"input": w})
                error = sum_error(w, 8)
                bits = 16 if error > 0.05 else 8
                self.assertEqual(bits, 8 if most == 1.9 else 16)
                found, messages = self.report(path, "--quiet")
                self.assertEqual(found["bits"], bits)
                self.assertAlmostEqual(found["sum_error"], sum_error(w, bits), delta=1e-7)
                self.assertEqual(found["underflow"], 0)
                self.assertEqual("SNN0343" in messages, bits == 16)
                if bits == 16:
                    self.assertIn(f"off by {100 * error:.1f} %", messages)
                narrow, messages = self.report(path, "--weights", "int8")
                self.assertAlmostEqual(narrow["sum_error"], error, delta=1e-7)
                self.assertEqual("SNN0344" in messages, bits == 16)
                if bits == 16:
                    self.assertIn("help: use --weights int16", messages)
                self.assertEqual(self.report(path, "--weights", "int16")[1], "")

    def test_outliers_are_clipped_where_that_lowers_the_error(self):
        draw = np.random.default_rng(5)
        w = draw.uniform(0.0216, 0.0218, (2, 2000))
        w[0, 7], w[0, 9] = 0.5, -0.495
        w = w.astype(np.float32).astype(float)
        scale = clipped_scale(w, 8)
        plain = scale_of(w, 8)
        self.assertGreater(scale[0], plain[0])
        self.assertEqual(scale[1], plain[1])  # no outlier
        path = self.network("p", "keep", {"input": w})
        runs = self.everywhere(path, self.alone({"input": w}, most=40), "--weights", "int8")
        np.testing.assert_allclose(self.shown(runs["p:v"]),
                                   rounded(w, scale, 8)[:, :40], rtol=1e-6)
        found, messages = self.report(path, "--weights", "int8")
        clipped = np.abs(w * scale) >= 127.5
        self.assertEqual(found["saturated"], clipped.sum())
        self.assertIn(f"{clipped.sum()} of the {np.count_nonzero(w)} weights of", messages)
        self.assertRegex(messages, rf"the largest from 0.5 to {127 / scale[0, 0]:.6g}")
        error = lambda s: ((w - rounded(w, s, 8)) ** 2).sum(axis=1)
        self.assertLessEqual(error(scale)[0], 0.75 * error(plain)[0])
        # The advice holds.
        wide, messages = self.report(path, "--weights", "int16")
        self.assertEqual((wide["saturated"], messages), (0, ""))


if __name__ == "__main__":
    unittest.main()
