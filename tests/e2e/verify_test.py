"""snnc verify: integers against float, and a run against recordings of every
form. What it reports is computed again with numpy."""

import json
import os
import unittest

import numpy as np

from support import ROOT, SnncTest, write_network

DIGITS = os.path.join(ROOT, "models", "digits")
NET = os.path.join(DIGITS, "digits.nir")
SAMPLES = 24


def differing(before, after):
    """1 - 2 * equal / (before + after)."""
    spikes = int(before.sum()) + int(after.sum())
    return 1 - 2 * int(np.minimum(before, after).sum()) / spikes if spikes else 0


def first(before, after):
    place = np.argwhere(before != after)
    return [int(i) for i in place[0]] if len(place) else None


class AgainstFloat(SnncTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.input = os.path.join(cls.folder, "x.npy")
        inputs = np.load(os.path.join(DIGITS, "test_inputs.npy"))[:SAMPLES]
        np.save(cls.input, inputs)
        cls.arguments = [NET, "--input", cls.input, "--against", "float"]

    def verify(self, *more, code=0):
        done = self.snnc("verify", *self.arguments, "--json", *more, code=code)
        return json.loads(done.stdout)

    def test_spikes_are_those_of_snntorch_and_of_numpy(self):
        """The model's own files: float by snnTorch, int8 by simulate.py."""
        with np.load(os.path.join(DIGITS, "test_expected_spikes.npz")) as known:
            before = known["float_spikes"][:SAMPLES]
            after = known["quantised_spikes"][:SAMPLES]
        report = self.verify("--weights", "int8")
        layer = {l["name"]: l for l in report["layers"]}["readout"]
        self.assertGreater(differing(before, after), 0.01)
        self.assertAlmostEqual(layer["differing"], differing(before, after))
        self.assertEqual(layer["before"]["spikes"], int(before.sum()))
        self.assertEqual(layer["after"]["spikes"], int(after.sum()))
        self.assertAlmostEqual(layer["before"]["rate"], before.mean())
        where = layer["first_divergence"]
        place = [where["sample"], where["tick"], where["neuron"]]
        self.assertEqual(place, first(before, after))
        self.assertEqual([where["before"], where["after"]],
                         [before[tuple(place)], after[tuple(place)]])

    def test_states(self):
        run = {p: self.record(NET, ["--input", self.input, "--backend",
                                    "reference", "--precision", p], p + ".npz")
               for p in ("float", "quantized")}
        layers = {l["name"]: l for l in self.verify()["layers"]}
        for name in ("hidden", "readout"):
            before, after = (run[p][name + ":v"].astype(np.float64)
                             for p in ("float", "quantized"))
            state, = layers[name]["states"]
            self.assertEqual(state["variable"], "v")
            self.assertAlmostEqual(state["max_error"],
                                   np.abs(after - before).max())
            self.assertAlmostEqual(state["rms_error"],
                                   np.sqrt(np.mean((after - before)**2)))
            self.assertAlmostEqual(state["rms_before"],
                                   np.sqrt(np.mean(before**2)))

    def test_backends_and_tolerance(self):
        reports = [self.verify("--backend", b)
                   for b in ("reference", "native", "emulator", "cpu")]
        for report in reports[1:]:
            self.assertEqual(report["layers"], reports[0]["layers"])
        worst = max(l["differing"] for l in reports[0]["layers"])
        self.verify("--tolerance", worst + 1e-9)
        report = self.verify("--tolerance", worst - 1e-9, code=4)
        self.assertFalse(report["within_tolerance"])
        done = self.snnc("verify", *self.arguments, "--tolerance", 0, code=4)
        self.assertRegex(done.stdout, r"first divergence of each layer:\n"
                         r"  hidden: sample \d+, tick \d+, neuron \d+: "
                         r"\d spike\(s\) before, \d after\n  readout: ")

    def test_silenced_and_saturated(self):
        """A weight of 127 on a channel that is silent makes the step of int8
        1: 0.4 becomes 0, 0.6 becomes 1."""
        ones = np.ones(2, np.float32)
        write_network(
            self.path("step.nir"),
            {"input": ("Input", {"shape": np.array([4])}),
             "fc": ("Linear", {"weight": np.array(
                 [[127, 0.4, 0, 0], [127, 0, 0.6, -0.4]], np.float32)}),
             # tau = dt: the potential is the sum of the tick.
             "lif": ("LIF", {"tau": 1e-3 * ones, "r": ones, "v_leak": 0 * ones,
                             "v_threshold": 0.5 * ones}),
             "output": ("Output", {"shape": np.array([2])})},
            [("input", "fc"), ("fc", "lif"), ("lif", "output")])

        def layer(row):
            np.save(self.path("step.npy"), np.tile(row, (20, 1)))
            run = ["verify", self.path("step.nir"), "--dt", "1e-3", "--input",
                   self.path("step.npy"), "--against", "float", "--weights",
                   "int8"]
            text = self.snnc(*run, code=4).stdout
            one, = json.loads(self.snnc(*run, "--json", code=4).stdout)["layers"]
            return one, text

        # Sums of both neurons: 0.8 and 0; in integers 0 and 0.
        one, text = layer([0, 2, 0, 0])
        self.assertEqual([one["before"]["spikes"], one["after"]["spikes"]],
                         [20, 0])
        self.assertTrue(one["went_silent"])
        self.assertIn("went silent: lif (20 spikes before, none after)", text)
        # 0.4 and 0.2; in integers 0 and 1.
        one, text = layer([0, 1, 1, 1])
        self.assertEqual([one["before"]["spikes"], one["after"]["spikes"]],
                         [0, 20])
        self.assertTrue(one["saturated"])
        self.assertIn("saturated: lif (1 neurons of 2 fire in every tick, 0 "
                      "before)", text)
        # 0.8 and 0.4; in integers 0 and 2: as many spikes, none the same.
        one, text = layer([0, 2, 2, 2])
        self.assertEqual([one["before"]["spikes"], one["after"]["spikes"],
                          one["shared_spikes"], one["differing"]],
                         [20, 20, 0, 1])

    def test_a_bundle_has_no_float(self):
        self.snnc("compile", NET, "-o", self.path("d.s2x"))
        done = self.snnc("verify", self.path("d.s2x"), "--input", self.input,
                         "--against", "float", code=1)
        self.assertIn("SNN0440", done.stderr)
        done = self.snnc("verify", NET, "--input", self.input, "--tolerance",
                         0.1, code=2)
        self.assertIn("--against float", done.stderr)


class Recorded(SnncTest):
    """--against a file, in every form in which people keep rasters."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.input = os.path.join(cls.folder, "x.npy")
        np.save(cls.input,
                np.load(os.path.join(DIGITS, "test_inputs.npy"))[:3])
        cls.arguments = [NET, "--input", cls.input, "--backend", "reference"]

    def setUp(self):
        self.run = self.record(NET, self.arguments[1:])
        self.raster = self.run["readout:spikes"]
        self.assertGreater(self.raster.sum(), 0)

    def against(self, file, *more, code=0):
        return self.snnc("verify", *self.arguments, "--against", file, *more,
                         code=code)

    def saved(self, array, name="raster.npy"):
        np.save(self.path(name), array)
        return self.path(name)

    def test_element_types(self):
        for kind in (bool, np.float32, np.float64, np.int64, np.uint16):
            file = self.saved(self.raster.astype(kind))
            done = self.against(file, "-r", "readout:spikes")
            self.assertIn("agree on 1 array(s), 32 tick(s)", done.stdout)
            wrong = self.raster.astype(kind)
            wrong[1, 5, 3] = 1 - wrong[1, 5, 3]
            done = self.against(self.saved(wrong), "-r", "readout:spikes",
                                code=4)
            self.assertIn("sample 1, tick 5, population 'readout', neuron 3",
                          done.stdout)

    def test_states_in_double(self):
        file = self.saved(self.run["readout:v"].astype(np.float64))
        self.against(file, "-r", "readout:v")

    def test_lists_of_spikes(self):
        places = np.argwhere(self.raster)
        rng = np.random.default_rng(1)
        for kind in (np.int64, np.uint16):
            file = self.saved(rng.permutation(places).astype(kind))
            self.against(file, "-r", "readout:spikes")
        done = self.against(self.saved(places[1:]), "-r", "readout:spikes",
                            code=4)
        sample, tick, neuron = places[0]
        self.assertIn(f"tick {tick}, population 'readout', neuron {neuron}, "
                      "spikes: 1 against 0", done.stdout)
        outside = places.copy()
        outside[4, 2] = 10
        done = self.against(self.saved(outside), "-r", "readout:spikes", code=1)
        self.assertIn("row 4 of the list of spikes names neuron 10, the run "
                      "has 10", done.stderr)
        self.assertIn("SNN0911", done.stderr)

    def test_one_sample_and_own_axes(self):
        np.save(self.path("one.npy"), np.load(self.input)[0])
        run = [NET, "--input", self.path("one.npy"), "--backend", "reference"]
        for shape in ((1, 32, 10), (32, 10, 1), (32, 1, 10), (32, 2, 5)):
            file = self.saved(self.raster[0].reshape(shape).astype(bool))
            self.snnc("verify", *run, "--against", file, "-r",
                      "readout:spikes")
        for shape in ((10, 32), (16, 20), (2, 16, 10)):
            file = self.saved(self.raster[0].reshape(shape))
            done = self.snnc("verify", *run, "--against", file, "-r",
                             "readout:spikes", code=1)
            self.assertIn("SNN0430", done.stderr)

    def test_events_of_nirdata(self):
        self.snnc("run", *self.arguments, "-o", self.path("all.h5"))
        done = self.against(self.path("all.h5"))
        self.assertIn("agree on 4 array(s)", done.stdout)

    def test_counts_what_it_compared(self):
        np.savez(self.path("two.npz"), **{
            k: self.run[k] for k in ("hidden:spikes", "readout:spikes")})
        done = self.against(self.path("two.npz"))
        self.assertIn("agree on 2 array(s)", done.stdout)

    def test_first_of_every_layer(self):
        wrong = {k: v.copy() for k, v in self.run.items()}
        wrong["hidden:spikes"][2, 9, 7] ^= 1
        wrong["readout:v"][0, 3, 4] += 1
        wrong["readout:spikes"][0, 30, 1] ^= 1
        np.savez(self.path("wrong.npz"), **wrong)
        done = self.against(self.path("wrong.npz"), code=4)
        self.assertRegex(done.stdout, "first divergence .*: tick 3, population "
                         "'readout', neuron 4, v: ")
        self.assertIn("4 array(s) compared over 32 tick(s)", done.stdout)
        self.assertIn("  sample 2, tick 9, population 'hidden', neuron 7, "
                      "spikes: ", done.stdout)
        done = self.against(self.path("wrong.npz"), "--json", code=4)
        report = json.loads(done.stdout)
        self.assertEqual([l["population"] for l in report["layers"]],
                         ["hidden", "readout"])
        self.assertEqual(report["first_divergence"], report["layers"][1])

    def test_values_that_are_no_counts(self):
        for value in (0.5, -1, np.nan, np.inf, 256):
            wrong = self.raster.astype(np.float64)
            wrong[2, 1, 9] = value
            done = self.against(self.saved(wrong), "-r", "readout:spikes",
                                code=1)
            self.assertIn("element [2, 1, 9]", done.stderr)
            self.assertIn("SNN0911", done.stderr)


if __name__ == "__main__":
    unittest.main()
