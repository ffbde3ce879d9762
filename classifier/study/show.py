"""Table and plot of the study for docs/selector.md."""

import json
import os
import re

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), *2 * [".."]))
PAGE = os.path.join(ROOT, "docs", "selector.md")
PLOT = os.path.join(ROOT, "docs", "selector-study.svg")
OWN = {"adaboost": "**snnc's AdaBoost**", "xgboost": "**snnc's XGBoost**"}
FIXED = ("majority class", "closed-form rule")
# Objectives whose regret is told in their own unit.
REGRET = {"cycles": "cycles"}


def percent(pair, digits=2):
    return f"{100 * pair[0]:.{digits}f} ± {100 * pair[1]:.{digits}f}"


def own_results(case):
    """What `snnc selector eval` printed, as the study's own figures are."""
    return {OWN[line["model"]]: {
        key: [line[key], line.get(f"{key}_spread", 0.0)]
        for key in ("accuracy", "balanced_accuracy", "regret_pes",
                    "regret_cycles")}
        for line in case.get("own", []) if line["model"] in OWN}


def models(case):
    """Name -> figures: the fixed rules, the others by accuracy, the oracle."""
    trained = {name: figures for name, figures in
               (case["results"] | own_results(case)).items()
               if name not in FIXED and name != "oracle"}
    order = sorted(trained, key=lambda name: trained[name]["accuracy"][0])
    return {name: case["results"][name] for name in FIXED} | {
        name: trained[name] for name in order} | {
            "oracle": case["results"]["oracle"]}


def table(document, which):
    cases = [case for case in document["cases"] if case["set"] == which]
    if not cases:
        return ""
    head = ["model"]
    for case in cases:
        head += [f"{case['objective']}: accuracy %", "balanced %",
                 f"regret {REGRET.get(case['objective'], 'PEs')} %"]
    rows = [head, ["---"] * len(head)]
    for name in models(cases[0]):
        cells = [name]
        for case in cases:
            figures = models(case)[name]
            cells += [percent(figures["accuracy"]),
                      percent(figures["balanced_accuracy"]),
                      percent(figures["regret_cycles" if case["objective"]
                                      in REGRET else "regret_pes"], 3)]
        rows.append(cells)
    lines = ["| " + " | ".join(cells) + " |" for cells in rows]
    about = ", ".join(
        f"{case['objective']} {100 * case['parallel']:.1f} % of "
        f"{case['layers']:,} layers" for case in cases)
    return (f"**{which}** set; better as parallel: {about}. `{document['data'][which]}`\n\n"
            + "\n".join(lines) + "\n")


def plot(document, path):
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    matplotlib.rcParams["svg.hashsalt"] = "snnc"
    sets = sorted({case["set"] for case in document["cases"]})
    figure, axes = plt.subplots(1, len(sets), sharey=True, squeeze=False,
                                figsize=(4.2 * len(sets) + 1.5, 4.2))
    for axis, which in zip(axes[0], sets):
        cases = [c for c in document["cases"] if c["set"] == which]
        names = [name for name in models(
            [c for c in document["cases"] if c["set"] == sets[0]][0])
            if name != "oracle"]
        for marker, case in zip("os^D", cases):
            figures = models(case)
            wrong = [max(100 * (1 - figures[n]["accuracy"][0]), 0.01)
                     for n in names]
            spread = [100 * figures[n]["accuracy"][1] for n in names]
            axis.errorbar(wrong, range(len(names)), xerr=spread, fmt=marker,
                          markersize=4, linewidth=1, label=case["objective"])
        axis.set_xscale("log")
        axis.set_yticks(range(len(names)),
                        [name.replace("*", "") for name in names])
        axis.set_xlabel("wrong choices, % of held-out layers")
        axis.set_title(f"{which} set")
        axis.axvline(100 - 91.69, color="grey", linewidth=0.8,
                     linestyle="dashed")
        axis.grid(axis="x", alpha=0.3)
    axes[0][0].legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})


def show(results, write):
    with open(results, encoding="utf-8") as file:
        document = json.load(file)
    text = "\n".join(filter(None, (table(document, which)
                                   for which in ("grid", "wide"))))
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    marks = r"(<!-- study -->\n).*?(<!-- /study -->)"
    page, count = re.subn(marks, lambda m: m[1] + text + m[2], page,
                          flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"study: {PAGE} has no <!-- study --> section")
    write(PAGE, page)
    plot(document, PLOT)
