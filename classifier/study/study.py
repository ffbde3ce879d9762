#!/usr/bin/python3
"""Twelve kinds of classifier on the selector's own data and split.

  snnc selector dataset --set grid -o grid.csv
  snnc selector dataset --set wide -o wide.csv
  classifier/study/study.py run --grid grid.csv --wide wide.csv \\
      --snnc build/release/bin/snnc -o study.json
  classifier/study/study.py show study.json   # docs/selector.md, its plot

Every figure is the mean over the held-out layers of five splits, with the
standard deviation. Beside the twelve stand the majority class, the closed-form
rule, the oracle and what `snnc selector eval` says of the compiler's own
models. Needs scikit-learn and, for `show`, matplotlib (Debian: python3-sklearn,
python3-matplotlib); nothing else of snnc does.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import warnings

# One thread per process: `run` starts a process per core.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.ensemble import (AdaBoostClassifier, ExtraTreesClassifier,
                              HistGradientBoostingClassifier,
                              RandomForestClassifier)
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

import data
import show


def classifiers(seed):
    """Name -> untrained model, with scikit-learn's own settings but for sizes
    of ensembles and iterations. Distances need features of one scale."""
    def scaled(model):
        return make_pipeline(StandardScaler(), model)
    return {
        "AdaBoost": AdaBoostClassifier(
            DecisionTreeClassifier(max_depth=1), n_estimators=50,
            random_state=seed),
        "decision tree": DecisionTreeClassifier(random_state=seed),
        "random forest": RandomForestClassifier(random_state=seed),
        "extra trees": ExtraTreesClassifier(random_state=seed),
        "gradient boosting": HistGradientBoostingClassifier(random_state=seed),
        "k nearest neighbours": scaled(KNeighborsClassifier()),
        "linear SVM": scaled(LinearSVC(dual=False, random_state=seed)),
        "RBF SVM": scaled(SVC(random_state=seed, cache_size=500)),
        "logistic regression": scaled(LogisticRegression(
            max_iter=500, random_state=seed)),
        "Gaussian naive Bayes": scaled(GaussianNB()),
        "quadratic discriminant analysis": scaled(
            QuadraticDiscriminantAnalysis(reg_param=1e-3)),
        "multi-layer perceptron": scaled(MLPClassifier(
            (50, 50), early_stopping=True, random_state=seed)),
    }


def score(layers, test, chosen):
    """Figures of one model on the rows `test`; `chosen`: 1 is parallel."""
    truth = layers.label[test]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class may be absent
        balanced = balanced_accuracy_score(truth, chosen)
    return {"accuracy": float(np.mean(chosen == truth)),
            "balanced_accuracy": float(balanced),
            "regret_pes": layers.regret(test, chosen, "pes"),
            "regret_cycles": layers.regret(test, chosen, "cycles")}


def one_split(layers, seed, only):
    """Model name -> figures."""
    train, test = layers.split(seed)
    truth = layers.label
    majority = int(truth[train].mean() > 0.5)
    results = {
        "majority class": np.full(len(test), majority, np.int8),
        "closed-form rule": layers.closed_form()[test],
        "oracle": truth[test]}
    scores = {name: score(layers, test, chosen)
              for name, chosen in results.items()}
    for name, model in classifiers(seed).items():
        if only and only not in name:
            continue
        begin = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # collinear features, iterations
            model.fit(layers.features[train], truth[train])
            chosen = model.predict(layers.features[test])
        scores[name] = score(layers, test, chosen)
        scores[name]["seconds"] = time.process_time() - begin
    return {"held_out": len(test), "scores": scores}


def job(task):
    path, which, objective, seed, only = task
    layers = data.Layers(path, which, objective)
    result = one_split(layers, seed, only)
    best = max((s["accuracy"], name) for name, s in result["scores"].items()
               if name != "oracle")
    print(f"{which} {objective} seed {seed}: best {best[1]} {best[0]:.4f}",
          file=sys.stderr, flush=True)
    return task, result


def own_models(snnc, which, objective, csv, seeds):
    """The lines of `snnc selector eval`."""
    out = subprocess.run(
        [snnc, "selector", "eval", "--set", which, "--objective", objective,
         "--seeds", str(seeds), "--data", csv, "--json"], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def gather(results):
    """[split] of model -> figures to model -> figure -> [mean, deviation]."""
    names = results[0]["scores"]
    return {name: {key: [float(np.mean(values)), float(np.std(values, ddof=1))]
                   for key in names[name]
                   for values in [[r["scores"][name][key] for r in results]]}
            for name in names}


def run(args):
    files = {which: path for which, path in
             (("grid", args.grid), ("wide", args.wide)) if path}
    cases = [(which, objective) for which in files
             for objective in args.objective or data.OBJECTIVES]
    tasks = [(files[which], which, objective, seed, args.only)
             for which, objective in cases
             for seed in range(1, args.seeds + 1)]
    with multiprocessing.Pool(args.jobs) as pool:
        done = dict(pool.imap_unordered(job, tasks))
    document = {"seeds": args.seeds, "data": {}, "cases": []}
    for which, objective in cases:
        results = [done[task] for task in tasks
                   if task[1:3] == (which, objective)]
        layers = data.Layers(files[which], which, objective)
        document["data"][which] = layers.head.lstrip("# ")
        case = {"set": which, "objective": objective,
                "layers": len(layers.label),
                "parallel": float(layers.label.mean()),
                "held_out": sum(r["held_out"] for r in results),
                "results": gather(results)}
        if args.snnc:
            case["own"] = own_models(args.snnc, which, objective,
                                     files[which], args.seeds)
            check_split(case)
        document["cases"].append(case)
    write(args.output, json.dumps(document, indent=1) + "\n")


def check_split(case):
    """The compiler and this script must have scored the same layers."""
    for line in case["own"]:
        if line["model"] == "closed-form":
            ours = case["results"]["closed-form rule"]["accuracy"][0]
            same = abs(line["accuracy"] - ours) < 1e-6
            if line["n"] != case["held_out"] or not same:
                raise SystemExit(
                    f"study: {case['set']}, {case['objective']}: snnc scored "
                    f"{line['n']} layers, closed-form {line['accuracy']}; "
                    f"here {case['held_out']}, {ours}: not the same data, "
                    "split or rule")


def write(path, text):
    """By a temporary name, so that nobody reads half a file."""
    with tempfile.NamedTemporaryFile("w", delete=False, encoding="utf-8",
                                     dir=os.path.dirname(path) or ".") as f:
        f.write(text)
    os.chmod(f.name, 0o644)
    os.rename(f.name, path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    train = verbs.add_parser("run", help="train and score")
    train.add_argument("--grid", help="CSV of `snnc selector dataset`")
    train.add_argument("--wide", help="the same of the wide set")
    train.add_argument("--objective", action="append", choices=data.OBJECTIVES,
                       help="repeat for more (default: all)")
    train.add_argument("--seeds", type=int, default=data.SPLITS,
                       choices=range(1, data.SPLITS + 1))
    train.add_argument("--snnc", help="add the compiler's own models")
    train.add_argument("--only", help="classifiers whose name holds this")
    train.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    train.add_argument("-o", "--output", required=True)
    train.set_defaults(run=run)
    table = verbs.add_parser("show", help="table and plot of docs/selector.md")
    table.add_argument("results", help="what `run` wrote")
    table.set_defaults(run=lambda args: show.show(args.results, write))
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
