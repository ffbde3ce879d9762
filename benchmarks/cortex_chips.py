#!/usr/bin/env -S /usr/bin/python3 -B
"""models/yaml/cortex.yaml on machines of 1, 2, 4 and 48 chips, sound and damaged:
every spike must be the cpu target's.

A case is a machine file, a paradigm and pins. For each number of chips the first
machine is sound and has all PEs. Of the others `--live` PEs are alive in all,
strewn over the chips so that the network has to spread; chips and links are dead
at random, and a third of the cores are pinned to PEs at random. `snnc compile`
ends with the independent checker (fabric-verify-mapping): the column `checker`
says that it ran and found nothing. A refusal, a difference, a lost packet or an
overrun makes the exit code 1.

`--part` takes that share of the neurons and of the synapses of each, with weights
as much larger; delays begin at 2 ticks there, so that paradigm parallel may split
sources over cores. `mixed` is exc serial and inh parallel.
"""

import argparse
import dataclasses
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import numpy as np

from processes import ROOT, timed

SNNC = os.environ.get("SNNC") or os.path.abspath(
    os.path.join(ROOT, "build", "release", "bin", "snnc"))
NETWORK = os.path.join(ROOT, "models", "yaml", "cortex.yaml")
MACHINE = os.path.join(ROOT, "runtime", "machine", "spinnaker2.yaml")
TICK = "1e-3"  # seconds
POPULATIONS = {"exc": "serial", "inh": "parallel"}  # paradigms when mixed
STEPS = ((1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1))  # link 0 to 5
BOARD = [(x, y) for x in range(8) for y in range(8) if -4 <= y - x <= 3]
CHECKER = b"fabric-verify-mapping"
COLUMNS = ("chips", "machine", "paradigm", "used", "links", "PEs", "DRAM MB",
           "planned", "worst", "measured", "longest", "overruns", "lost",
           "spikes", "differ", "checker", "compile s", "run s")


def all_pes():
    """Column, row and number of the PEs of a chip."""
    with open(MACHINE, encoding="utf-8") as file:
        text = file.read()
    pairs = r"value: (\[\[.*?\]\])"
    quads = json.loads(re.search(r"quads:\s+" + pairs, text, re.S)[1])
    kept = json.loads(re.search(r"reserved:\s+" + pairs, text, re.S)[1])
    return [q + [p] for q in quads for p in range(4) if q + [p] not in kept]


def linked(chips, dead):
    """Those of `chips` that live links join to the first."""
    reached, work = {min(chips)}, [min(chips)]
    for x, y in work:
        for link, (dx, dy) in enumerate(STEPS):
            there = x + dx, y + dy
            if (there in chips and there not in reached
                    and (x, y, link) not in dead
                    and (*there, (link + 3) % 6) not in dead):
                reached.add(there)
                work.append(there)
    return reached


@dataclasses.dataclass
class Machine:
    """A machine file, the chips and PEs that it leaves alive."""

    name: str
    file: dict
    cores: list  # (chip, PE)


def sound(chips):
    """A machine with nothing dead but the chips beyond the first `chips`."""
    live = BOARD if chips == 48 else grown(chips, random.Random(0))
    dead = [list(chip) for chip in BOARD if chip not in live]
    base = "spinnaker2-1" if chips == 1 else "spinnaker2-48"
    file = {"schema": 1, "base": base, "name": "sound"}
    if chips not in (1, 48):
        file["dead"] = {"chips": dead}
    return Machine("sound", file, [])


def grown(count, draw):
    """`count` chips of a board that are linked, from a corner on."""
    chips = {(0, 0)}
    while len(chips) < count:
        x, y = draw.choice(sorted(chips))
        dx, dy = draw.choice(STEPS)
        if (x + dx, y + dy) in BOARD:
            chips.add((x + dx, y + dy))
    return chips


def damaged(chips, live, seed):
    draw = random.Random(1000 * chips + seed)
    alive = grown(chips, draw)
    if chips == 48:
        alive -= set(draw.sample(BOARD, draw.randrange(1, 9)))
    dead_links = set()
    alive = linked(alive, dead_links)
    links = [(x, y, link) for x, y in sorted(alive)
             for link, (dx, dy) in enumerate(STEPS[:3]) if (x + dx, y + dy) in alive]
    for link in draw.sample(links, len(links) // 4):
        if linked(alive, dead_links | {link}) == alive:
            dead_links.add(link)
    pes = all_pes()
    # Some PEs on every chip, as even as it goes; which ones is drawn.
    order = draw.sample(sorted(alive), len(alive))
    cores, dead_pes = [], []
    for i, chip in enumerate(order):
        count = max(1, live // len(order) + (i < live % len(order)))
        kept = draw.sample(pes, min(count, len(pes)))
        cores += [(chip, pe) for pe in kept]
        dead_pes += [[*chip, *pe] for pe in pes if pe not in kept]
    file = {"schema": 1, "base": "spinnaker2-48", "name": f"damaged-{seed}",
            "dead": {"chips": [list(c) for c in BOARD if c not in alive],
                     "links": sorted(map(list, dead_links)), "pes": dead_pes}}
    if chips == 1:
        file["base"] = "spinnaker2-1"
        file["dead"] = {"pes": dead_pes}
    return Machine(file["name"], file, cores)


def share(text, part):
    """A network of `part` of the neurons, and of the synapses of each."""
    if part == 1:
        return text
    number = r"(-?\d+\.?\d*)"
    text = re.sub(r"size: (\d+)", lambda m: f"size: {round(int(m[1]) * part)}", text)
    text = re.sub(r"fixed_indegree: (\d{3})",
                  lambda m: f"fixed_indegree: {round(int(m[1]) * part)}", text)
    text = re.sub(rf"(mean|std): {number}",
                  lambda m: f"{m[1]}: {float(m[2]) / part:g}", text)
    text = re.sub(rf"weight: (-\d\.\d+)",
                  lambda m: f"weight: {float(m[1]) / part:g}, delay: 2", text)
    return text.replace("low: 1,", "low: 2,")


def with_pins(text, cores_of, machine, paradigm, draw):
    """`cores_of`: how many PEs each population takes; no pins without."""
    free = draw.sample(machine.cores, len(machine.cores)) if cores_of else []
    for name, mixed in POPULATIONS.items():
        # A third of the cores; half of the machine is left free.
        more = f"\n    paradigm: {mixed}" if paradigm == "mixed" else ""
        count = min(cores_of.get(name, 0) // 3, len(machine.cores) // 4)
        pins, free = free[:count], free[count:]
        if pins:
            more += "\n    cores: [" + ", ".join(
                f"{x}.{y}/{a}.{b}.{p}" for (x, y), (a, b, p) in pins) + "]"
        text = text.replace(f"  {name}:\n", f"  {name}:{more}\n", 1)
    return text


class Cases:

    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.faults, self.rows = 0, []
        with open(NETWORK, encoding="utf-8") as file:
            self.text = share(file.read(), args.part)
        self.wanted, _ = self.run(self.write("net.yaml", self.text), "cpu")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        return name

    def run(self, file, backend):
        """Spikes of each population, and the usage of the process."""
        record = [w for name in POPULATIONS for w in ("--record", f"{name}:spikes")]
        usage = timed(SNNC, "run", file, "--backend", backend, "--ticks",
                      str(self.args.ticks), "-o", "out.npz", "--report", "json",
                      *record, cwd=self.folder, codes=(0, 6),
                      out=os.path.join(self.folder, "report.json"))
        with np.load(os.path.join(self.folder, "out.npz")) as file:
            return {name: file[f"{name}:spikes"] for name in POPULATIONS}, usage

    def chips_used(self):
        done = subprocess.run([SNNC, "inspect", "net.s2x", "--chip", "--json"],
                              cwd=self.folder, capture_output=True, check=True)
        return sum(chip["pes"] > 0 for chip in json.loads(done.stdout))

    def case(self, chips, machine, paradigm, seed):
        row = dict.fromkeys(COLUMNS, "") | {
            "chips": chips, "machine": machine.name, "paradigm": paradigm}
        try:
            self.measure(row, machine, paradigm, seed)
        except RuntimeError as refusal:
            row["checker"] = "refused " + ", ".join(
                sorted(set(re.findall(r"SNN\d{4}", str(refusal)))))
            row["why"] = str(refusal)
        if row.get("why") or row["differ"] or row["lost"] or row["overruns"]:
            self.faults += 1
        self.rows.append(row)
        show(row)
        if row.get("why"):
            print(row["why"], file=sys.stderr)

    def map(self, verb, text, paradigm, *words, **options):
        """`check` or `compile` of a network for machine.yaml."""
        asked = [] if paradigm == "mixed" else ["--paradigm", paradigm]
        return timed(SNNC, verb, self.write("pinned.yaml", text), "--machine",
                     "machine.yaml", *asked, "--tick", TICK, *words,
                     cwd=self.folder, **options)

    def planned_cores(self, text, paradigm):
        """How many PEs each population is planned to take."""
        path = os.path.join(self.folder, "plan.json")
        self.map("check", text, paradigm, "--plan", "--json", out=path)
        with open(path, encoding="utf-8") as file:
            layers = json.load(file)["plan"]["layers"]
        return {layer["population"]: layer[layer["paradigm"]]["pes"]
                for layer in layers}

    def measure(self, row, machine, paradigm, seed):
        self.write("machine.yaml", json.dumps(machine.file))
        text = with_pins(self.text, {}, machine, paradigm, None)
        if machine.cores:
            cores = self.planned_cores(text, paradigm)
            text = with_pins(self.text, cores, machine, paradigm,
                             random.Random(seed))
        trace = os.path.join(self.folder, "passes.pftrace")
        usage = self.map("compile", text, paradigm, "--trace-compile", trace, "-o",
                         "net.s2x")
        with open(trace, "rb") as file:
            checked = CHECKER in file.read()
        row["checker"] = "clean" if checked else "did not run"
        row["used"] = self.chips_used()
        spikes, run = self.run("net.s2x", "emulator")
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            report = json.load(file)
        layers = report["layers"]
        row |= {
            "links": sum(link["packets"] > 0 for link in report["links"]),
            "PEs": sum(layer["pes"] for layer in layers),
            "DRAM MB": round(sum(l.get("dram_bytes", 0) for l in layers) / 1e6, 1),
            "planned": round(max(l["cycles_expected"] for l in layers)),
            "worst": round(max(l["cycles_worst"] for l in layers)),
            "measured": round(max(l["cycles_per_tick"] for l in layers)),
            "longest": max(l["worst_cycles_per_tick"] for l in layers),
            "overruns": report["overruns"], "lost": report["lost_packets"],
            "spikes": sum(int(s.sum()) for s in spikes.values()),
            "differ": sum(int((spikes[name] != self.wanted[name]).sum())
                          for name in POPULATIONS),
            "compile s": round(usage.cpu, 1), "run s": round(run.cpu, 1)}


def show(row):
    wide = {"machine": 10, "paradigm": 8, "checker": 9, "worst": 9}
    print("  ".join(f"{row[c]!s:>{wide.get(c, len(c) if len(c) > 6 else 7)}}"
                    for c in COLUMNS), flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chips", type=int, nargs="+", default=[1, 2, 4, 48])
    parser.add_argument("--paradigm", nargs="+", default=["serial", "auto"],
                        help="serial, auto, parallel or mixed")
    parser.add_argument("--draws", type=int, default=2,
                        help="damaged machines of each number of chips")
    parser.add_argument("--live", type=int, default=80, help="PEs alive in these")
    parser.add_argument("--part", type=float, default=1)
    parser.add_argument("--ticks", type=int, default=300)
    parser.add_argument("--json", help="file for the rows")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cortex") as folder:
        cases = Cases(args, folder)
        show({name: name for name in COLUMNS})
        for chips in args.chips:
            for seed in range(args.draws + 1):
                machine = damaged(chips, args.live, seed) if seed else sound(chips)
                for paradigm in args.paradigm:
                    cases.case(chips, machine, paradigm, seed)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(cases.rows, file, indent=1)
    print(f"{len(cases.rows)} case(s), {cases.faults} with a fault")
    return 1 if cases.faults else 0


if __name__ == "__main__":
    sys.exit(main())
