#!/usr/bin/python3
"""Whole networks under both paradigms, the selector and the oracle.

Plans: `snnc check --plan` counts PEs, bytes and cycles per layer without a
chip's limits, so every network counts whole. A layer that a pure paradigm
cannot hold at all counts there with the other paradigm's plan, in favour of
the pure one; how many those are is a figure of its own. All of it for the
default objective, and for every other one the figure that it is about.

Host cost: `snnc compile`, the modes in turn, so that all see the same machine.
"both" adds up the two pure compilations: a compiler that compiles both ways.
One that is refused counts there with the time until then, which is early, so
the networks that both bring onto the chip are added up once more on their own.

  benchmarks/run --only selector --json results.jsonl
  benchmarks/selector.py results.jsonl   # the tables of docs/selector.md
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

import mixed
from processes import timed

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir))
MODES = ("serial", "parallel", "auto", "oracle")
UNITS = {"PEs": "PEs", "bytes": "B", "cycles": "cycles"}
# What an objective wants little of, besides the default one. Energy is a
# formula of PEs and cycles.
OTHERS = {"memory": ("PEs", "bytes"), "cycles": ("cycles",)}
SEEDS = range(20)
FEW_SEEDS = range(5)


def cases(folder, models, data):
    """Name -> command arguments, by group."""
    generated = {}
    for seed in SEEDS:
        path = os.path.join(folder, f"mixed{seed}.yaml")
        mixed.write(path, seed)
        generated[f"mixed {seed}"] = [path]
    few = {}
    for seed in FEW_SEEDS:
        path = os.path.join(folder, f"few{seed}.yaml")
        mixed.write(path, seed, largest=3500, kinds=mixed.FEW)
        few[f"few synapses a source {seed}"] = [path]
    others = {name: [os.path.join(data, path), *options]
              for name, (path, options) in models.items()}
    for name in ("delays", "equations"):
        others[name] = [os.path.join(ROOT, "models", "yaml", f"{name}.yaml")]
    return {"20 mixed networks": generated, "5 with few synapses a source": few,
            "models and NIR files": others}


def plan(snnc, arguments, mode, objective):
    done = subprocess.run(
        [snnc, "check", *arguments, "--plan", "--json", "--paradigm", mode,
         "--objective", objective], capture_output=True, text=True)
    if done.returncode not in (0, 3):  # 3: a layer does not fit like that
        raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)["plan"]["layers"]


def cost(layer, paradigm):
    """(PEs, bytes, cycles) of a plan, nothing where it does not fit."""
    side = layer[paradigm]
    if not side["fits"]:
        return None
    return side["pes"], side["bytes"], side["cycles"]


def totals(layers, oracle):
    """Sums over the layers, and how many fit no PE as they are meant to be.
    `oracle` has both plans of the same layers."""
    unfit, sums = 0, [0, 0, 0]
    for layer, both in zip(layers, oracle):
        figures = cost(layer, layer["paradigm"])
        if figures is None:
            unfit += 1
            figures = cost(both, both["paradigm"])
        if figures is None:
            raise RuntimeError(f"{layer['population']} fits in no way")
        sums = [a + b for a, b in zip(sums, figures)]
    return sums, unfit


def plans(bench, groups):
    """Rows per network and per group, for every mode."""
    for group, networks in groups.items():
        sums = {mode: [0, 0, 0] for mode in MODES}
        unfit = {mode: 0 for mode in MODES}
        twice = layers = wrong = 0
        for name, arguments in networks.items():
            found = {mode: plan(bench.snnc, arguments, mode, "pes")
                     for mode in MODES}
            layers += len(found["auto"])
            for auto, oracle in zip(found["auto"], found["oracle"]):
                twice += auto["serial"]["planned"] and auto["parallel"][
                    "planned"]
                wrong += auto["paradigm"] != oracle["paradigm"]
            for mode in MODES:
                figures, missing = totals(found[mode], found["oracle"])
                rows(bench, f"{name}, {mode}", figures)
                sums[mode] = [a + b for a, b in zip(sums[mode], figures)]
                unfit[mode] += missing
        for mode in MODES:
            rows(bench, f"{group}, {mode}", sums[mode],
                 ("oracle", sums["oracle"]) if mode == "auto" else None)
            bench.row("selector", f"{group}, {mode}", "layers that do not fit",
                      unfit[mode], "layers")
        bench.row("selector", group, "layers", layers, "layers")
        bench.row("selector", group, "planned both ways by auto", twice,
                  "layers")
        bench.row("selector", group, "auto differs from oracle", wrong,
                  "layers")


def other_plans(bench, groups):
    """Per group, mode and objective the sum that the objective is about."""
    for objective, metrics in OTHERS.items():
        for group, networks in groups.items():
            sums = {mode: [0, 0, 0] for mode in MODES}
            for arguments in networks.values():
                found = {mode: plan(bench.snnc, arguments, mode, objective)
                         for mode in MODES}
                for mode in MODES:
                    figures, _ = totals(found[mode], found["oracle"])
                    sums[mode] = [a + b for a, b in zip(sums[mode], figures)]
            for mode in MODES:
                peer = ("oracle", sums["oracle"]) if mode == "auto" else None
                rows(bench, f"{objective}: {group}, {mode}", sums[mode], peer,
                     metrics)


def rows(bench, case, figures, peer=None, metrics=tuple(UNITS)):
    for i, (metric, unit) in enumerate(UNITS.items()):
        if metric in metrics:
            bench.row("selector", case, metric, figures[i], unit,
                      (peer[0], peer[1][i]) if peer else None)


def compile_once(bench, arguments, mode):
    """Exit code, CPU seconds and peak bytes of one compilation."""
    taken = timed(bench.snnc, "compile", *arguments, "--paradigm", mode, "-o",
                  "selector.s2x", cwd=bench.folder,
                  codes=(0, 3))  # 3: does not fit the chip
    return taken.code, taken.cpu, taken.peak


def paired(bench, arguments):
    """Mode -> medians of (exit code, seconds, peak), the modes in turn."""
    runs = {mode: [] for mode in MODES}
    for run in range(bench.runs + 1):
        for mode in MODES:
            figures = compile_once(bench, arguments, mode)
            if run:  # the first one only warms the caches
                runs[mode].append(figures)
    return {mode: tuple(map(statistics.median, zip(*figures)))
            for mode, figures in runs.items()}


def host(bench, networks):
    """What the compiler itself takes, over all networks of the group that all
    of auto, oracle and one pure paradigm bring onto the chip."""
    seconds = {mode: 0.0 for mode in (*MODES, "both", "cheaper pure one")}
    peaks = {mode: 0 for mode in MODES}
    counted, whole = 0, []
    for arguments in networks.values():
        found = paired(bench, arguments)
        pure = [found[mode][1] for mode in ("serial", "parallel")
                if found[mode][0] == 0]
        if not pure or found["auto"][0] or found["oracle"][0]:
            continue
        counted += 1
        for mode, (_, cpu, peak) in found.items():
            seconds[mode] += cpu
            peaks[mode] = max(peaks[mode], peak)
        seconds["both"] += found["serial"][1] + found["parallel"][1]
        seconds["cheaper pure one"] += min(pure)
        if len(pure) == 2:
            whole.append(found)
    bench.row("selector", "host", "networks compiled", counted, "networks")
    if not counted:
        return
    for mode, value in seconds.items():
        bench.row("selector", f"host, {mode}", "cpu", value, "s")
    for peer in ("oracle", "both", "cheaper pure one"):
        bench.row("selector", f"host, auto against {peer}", "cpu",
                  seconds["auto"], "s", (peer, seconds[peer]))
    peaks["both"] = max(peaks["serial"], peaks["parallel"])
    for mode, value in peaks.items():
        bench.row("selector", f"host, {mode}", "peak memory", value / 2**20,
                  "MiB")
    for peer in ("oracle", "both"):
        bench.row("selector", f"host, auto against {peer}", "peak memory",
                  peaks["auto"] / 2**20, "MiB", (peer, peaks[peer] / 2**20))
    if whole:
        whole_networks(bench, whole)


def whole_networks(bench, found):
    """Those that both pure compilations bring onto the chip."""
    seconds = {mode: sum(network[mode][1] for network in found)
               for mode in MODES}
    both = seconds["serial"] + seconds["parallel"]
    case = "host, where both fit"
    bench.row("selector", case, "networks compiled", len(found), "networks")
    bench.row("selector", f"{case}, auto against both", "cpu", seconds["auto"],
              "s", ("both", both))
    bench.row("selector", f"{case}, auto against oracle", "cpu",
              seconds["auto"], "s", ("oracle", seconds["oracle"]))
    peaks = {mode: max(network[mode][2] for network in found) / 2**20
             for mode in MODES}
    bench.row("selector", f"{case}, auto against both", "peak memory",
              peaks["auto"], "MiB",
              ("both", max(peaks["serial"], peaks["parallel"])))


def run(bench, models, data):
    groups = cases(bench.folder, models, data)
    plans(bench, groups)
    other_plans(bench, groups)
    host(bench, groups["20 mixed networks"])


def tables(lines):
    """Markdown of the group rows."""
    found = {(line["case"], line["metric"]): line for line in lines
             if line["benchmark"] == "selector"}

    def value(case, metric):
        return found[case, metric]["value"]
    text = ["| networks | | serial | parallel | auto | oracle | auto / oracle |",
            "|---|---|---|---|---|---|---|"]
    groups = [case for case, metric in found if metric == "layers"]
    for group in groups:
        head = f"{group}, {value(group, 'layers'):,} layers"
        for metric in UNITS:
            cells = [f"{value(f'{group}, {mode}', metric):,.0f}"
                     for mode in MODES]
            ratio = found[f"{group}, auto", metric]["ratio"]
            text.append(f"| {head} | {metric} | " + " | ".join(cells) +
                        f" | {ratio:.4f} |")
            head = ""
        cells = [f"{value(f'{group}, {mode}', 'layers that do not fit')}"
                 for mode in MODES]
        text.append("| | layers that fit no PE that way | " +
                    " | ".join(cells) + " | |")
        twice = value(group, "planned both ways by auto")
        text.append(f"| | layers planned both ways | 0 | 0 | {twice} | "
                    f"{value(group, 'layers')} | |")
    text += ["", "| networks, objective | | serial | parallel | auto | oracle "
             "| auto / oracle |", "|---|---|---|---|---|---|---|"]
    for group in groups:
        for objective, metrics in OTHERS.items():
            for metric in metrics:
                cases = [f"{objective}: {group}, {mode}" for mode in MODES]
                cells = [f"{value(case, metric):,.0f}" for case in cases]
                ratio = found[cases[2], metric]["ratio"]
                text.append(f"| {group}, `{objective}` | {metric} | " +
                            " | ".join(cells) + f" | {ratio:.4f} |")
    if ("host, auto", "cpu") not in found:
        return "\n".join(text) + "\n"
    counted = value("host", "networks compiled")
    text += ["", f"| `snnc compile`, {counted} mixed networks | serial | "
             "parallel | both, one after the other | auto | oracle |",
             "|---|---|---|---|---|---|"]
    for metric, unit in (("cpu", "CPU s"), ("peak memory", "peak MiB")):
        cells = [f"{value(f'host, {mode}', metric):.1f}" for mode in
                 ("serial", "parallel", "both", "auto", "oracle")]
        text.append(f"| {unit} | " + " | ".join(cells) + " |")
    return "\n".join(text) + "\n"


def update(path, text):
    """Replaces what stands between the marks; by a temporary name."""
    with open(path, encoding="utf-8") as file:
        page = file.read()
    page, count = re.subn(
        r"(<!-- selector networks -->\n).*?(<!-- /selector networks -->)",
        lambda m: m[1] + text + m[2], page, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"selector: {path} has no table to replace")
    with tempfile.NamedTemporaryFile("w", delete=False, encoding="utf-8",
                                     dir=os.path.dirname(path)) as file:
        file.write(page)
    os.chmod(file.name, 0o644)
    os.rename(file.name, path)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = tables([json.loads(line) for line in file])
    print(text, end="")
    update(os.path.join(ROOT, "docs", "selector.md"), text)


if __name__ == "__main__":
    main()
