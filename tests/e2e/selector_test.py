"""snnc selector: data, training and scores from nothing, on a small set."""

import json
import os
import pathlib
import unittest

from support import SnncTest


class Selector(SnncTest):

    TRAIN = ["selector", "train", "--set", "grid", "--count", "350", "--seed",
             "3"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = os.path.join(cls.folder, "first")
        done = cls.run_snnc(*cls.TRAIN, "-j", "1", "-o", cls.first)
        assert done.returncode == 0, done.stderr

    def test_train_from_nothing(self):
        first, second = self.first, self.path("second")
        self.snnc(*self.TRAIN, "-o", second)
        names = sorted(os.listdir(first))
        self.assertEqual(len(names), 8)  # two kinds, four objectives
        for name in names:
            one, two = (pathlib.Path(folder, name).read_bytes()
                        for folder in (first, second))
            self.assertEqual(one, two, f"{name} is not reproducible")
            model = json.loads(one)
            scores = model["scores"]["grid"]
            self.assertGreater(scores["layers"], 50)
            # The published grid in miniature: far above the majority class.
            # By bytes alone nearly all of it is serial; a held-out part with
            # hardly a layer of the other class only tells that nothing is lost.
            self.assertGreater(scores["accuracy"], 0.93, name)
            one_layer = 1.001 / scores["layers"]
            self.assertGreaterEqual(scores["accuracy"],
                                    scores["majority"] - one_layer, name)
            if scores["majority"] < 0.95:
                self.assertGreater(scores["balanced_accuracy"], 0.8, name)
            else:
                self.assertIn("-memory", name)
            self.assertLess(abs(scores["regret_pes"]), 0.05, name)
        predictions = [
            self.snnc("selector", "predict", "--source", "400", "--target",
                      "200", "--density", "0.9", "--delays", "1", "--rate",
                      "0.2", "--model", os.path.join(folder, "xgboost-pes.json"),
                      "--json").stdout for folder in (first, second)]
        self.assertEqual(*predictions)
        answer = json.loads(predictions[0])
        self.assertIn(answer["choice"], ("serial", "parallel"))
        self.assertGreaterEqual(answer["probability"], 0.5)
        self.assertTrue(answer["in_training_range"])

    def test_eval_is_one_object_a_line(self):
        data = self.path("grid.csv")
        self.snnc("selector", "dataset", "--set", "grid", "--count", "250",
                  "-o", data)
        result = self.snnc("selector", "eval", "--set", "grid", "--data", data,
                           "--objective", "cycles", "--seeds", "2", "--json")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        models = {line["model"]: line for line in lines}
        self.assertEqual(set(models), {"majority", "closed-form", "adaboost",
                                       "xgboost", "oracle"})
        for line in lines:
            for key in ("objective", "set", "n", "accuracy",
                        "balanced_accuracy", "majority", "regret_pes",
                        "regret_cycles"):
                self.assertIn(key, line)
            self.assertEqual(line["objective"], "cycles")
        self.assertEqual(models["oracle"]["accuracy"], 1)
        self.assertEqual(models["oracle"]["regret_cycles"], 0)
        self.assertEqual(models["majority"]["balanced_accuracy"], 0.5)
        for model in ("adaboost", "xgboost"):
            self.assertGreater(models[model]["accuracy"],
                               models["majority"]["accuracy"] + 0.05)

    def test_broken_models_are_refused(self):
        text = pathlib.Path(self.first, "adaboost-pes.json").read_text()
        cases = {"SNN1200": text[:len(text) // 2],
                 "SNN1201": text.replace('"slope":', '"slope":NaN,"x":'),
                 "SNN1202": text.replace("sha256:", "sha256:0"),
                 "SNN1203": text.replace('"planner": ', '"planner": 9'),
                 "SNN1204": text.replace('"format": 1', '"format": 2'),
                 "SNN1205": text.replace('"density"', '"dense"')}
        for code, changed in cases.items():
            path = self.path(code + ".json")
            pathlib.Path(path).write_text(changed)
            result = self.snnc("selector", "predict", "--source", "10",
                               "--target", "10", "--model", path, code=1)
            self.assertIn(code, result.stderr)
            self.assertIn("retrain", result.stderr)

    def test_usage(self):
        self.snnc("selector", "predict", "--source", "0", "--target", "5",
                  code=2)
        self.snnc("selector", "eval", "--set", "deep", code=2)
        self.snnc("selector", code=2)
        self.assertIn("snnc selector train",
                      self.snnc("selector", "train", "--help").stdout)


if __name__ == "__main__":
    unittest.main()
