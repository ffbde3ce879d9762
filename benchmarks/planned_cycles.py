"""Planned against measured cycles of every PE, over many networks.

    benchmarks/planned_cycles.py                     # all: see --help
    benchmarks/planned_cycles.py --random 20 --files 0

Networks: those of this repository (models/, tests/), of the shared test data
beside it, and seeded random ones (snnc-property and the chains of
tests/e2e/planned_cycles_test.py). Each is run once to learn its rates, which
are the user's to state; with them stated it is planned and run on the emulated
chip in every paradigm. Then, per PE, no tick may measure more than the planned
worst; per network and over all, the planned mean is compared with the measured
one. Exit code 1 where a PE takes more than its worst, or the mean of all
networks is off by more than 10 %. Networks whose spike lists end before half of
the run are marked with *: the plan's mean is that of the list, so only their
worst counts. Those with neurons that spike together are marked with = and have
a line of their own: rates do not tell, a plan takes neurons as independent.
"""

import argparse
import collections
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

NETWORK, SPIKES = "planned_network.yaml", "planned_spikes.npz"
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir))
BIN = os.path.join(ROOT, "build", "release", "bin")
DATA = os.environ.get("SNNC_SHARED_DATA") or os.path.join(
    ROOT, os.pardir, "shared", "data")
PARADIGMS = ("serial", "parallel", "auto")
TOLERANCE = 0.1   # of a planned mean
TICKS = 200       # many against those that a network needs to fill and to empty
# Where 200 are not many: delays of up to 200 ticks.
LONG = {"equations": 2000}
INPUT_RATE = 0.1  # spikes a channel and tick of inputs that nobody drives
LONGEST = 600     # seconds that one command may take
# Of the groups of four neurons that would have a spike if neurons were
# independent, so many have none where they spike together.
TOGETHER = 0.2
# Networks of minutes each; --large runs them.
LARGE = ("brunel", "cortex")
# Files that are there for what is wrong with them have no plan.
TIMES = {"lif_norse": ["--dt", "1e-4", "--reset", "zero"],
         "braille_noDelay_bias_zero": ["--dt", "1e-4", "--reset", "zero",
                                       "--integrator", "forward"],
         "cnn_sinabs": ["--dt", "1", "--reset", "subtract"]}


class Refused(Exception):
    """snnc says no: the first line of why."""


class Tool:

    def __init__(self, snnc, folder):
        self.snnc, self.folder = snnc, folder

    def __call__(self, *arguments, codes=(0,)):
        done = subprocess.run(
            [self.snnc, *map(str, arguments)], cwd=self.folder, text=True,
            capture_output=True, errors="replace", timeout=LONGEST)
        if done.returncode not in codes:
            raise Refused((done.stderr.strip() or "no message").split("\n")[0])
        return done.stdout


def with_rates(text, rates):
    """The YAML `text` with these rates, per tick, stated for its populations in
    place of those it states."""
    begin = re.search(r"^populations:", text, re.M)
    if not begin:
        raise Refused("no block of populations")
    rest = text[begin.end():]
    end = re.search(r"^\w", rest, re.M)
    body, tail = (rest[:end.start()], rest[end.start():]) if end else (rest, "")
    rate = r"rate: *(\{[^}]*\}|[^,}\n]*)"
    body = re.sub(r"^ *" + rate + r" *(#.*)?\n", "", body, flags=re.M)
    body = re.sub(r", *" + rate, "", body)
    for name, value in rates.items():
        stated = f"rate: {{per_tick: {value:.8f}}}"
        head = (rf"(?P<in>^ +|[{{,] *)(['\"]?){re.escape(name)}\2:"
                r"(?P<anchor> *&\w+)?")
        body, count = re.subn(head + r" *\{", rf"\g<in>'{name}':\g<anchor>"
                              rf" {{{stated}, ", body, flags=re.M)
        if not count:
            body, count = re.subn(
                head + r" *(#.*)?$", rf"\g<in>'{name}':\g<anchor>\n"
                rf"\g<in>  {stated}", body, flags=re.M)
        if count != 1:
            raise Refused(f"population {name} is written in another way")
    return text[:begin.end()] + body + tail


class Network:
    """A network file, its inputs and what a run records."""

    def __init__(self, name, text, tool, ticks=TICKS, rate=INPUT_RATE):
        self.name, self.text, self.tool = name, text, tool
        self.ticks, self.rate = ticks, rate
        self.write(text)
        found = json.loads(tool("check", NETWORK, "--json"))["network"]
        self.size = {node["name"]: node["neurons"] for node in found
                     if node["kind"] == "population"}
        self.channels = {node["name"]: node["channels"] for node in found
                         if node["kind"] == "input"}
        self.spiking, self.inputs = set(self.size), []
        self.is_short = self.is_together = False

    def write(self, text):
        with open(os.path.join(self.tool.folder, NETWORK), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def give(self, name):
        draw = np.random.default_rng(1)
        spikes = draw.random((self.ticks, self.channels[name])) < self.rate
        path = os.path.join(self.tool.folder,
                            f"planned_in{len(self.inputs) // 2}.npy")
        np.save(path, spikes.astype(np.uint8))
        self.inputs += ["--input", f"{name}={path}"]

    def run(self, *options, codes=(0,), ticks=True):
        """The report of a run; learns what it has to be given."""
        while True:
            records = [word for name in sorted(self.spiking)
                       for word in ("--record", f"{name}:spikes")]
            length = (["--ticks", self.ticks] if ticks and not self.inputs
                      else [])
            try:
                return json.loads(self.tool(
                    "run", NETWORK, *self.inputs, *length, *records,
                    "--report", "json", *options, codes=codes))
            except Refused as why:
                missing = re.search(r"'([^']*)': no array is given", str(why))
                silent = re.search(r"'([^']*)': cannot record", str(why))
                if missing and missing[1] in self.channels:
                    self.give(missing[1])
                elif silent and silent[1] in self.spiking:
                    self.spiking.remove(silent[1])
                else:
                    raise

    def state_rates(self):
        layers = self.run("--backend", "cpu", "-o", SPIKES)["layers"]
        self.is_together = any(
            spike_together(spikes) for spikes in self.recorded())
        try:
            own = self.run("--backend", "cpu", ticks=False)["chip_ticks"]
            self.is_short = own < self.ticks / 2
        except Refused:
            pass  # nothing in the file ends
        self.write(with_rates(self.text, {
            layer["name"]: layer["spikes"] / self.ticks /
            self.size[layer["name"]]
            for layer in layers if layer["name"] in self.spiking}))

    def recorded(self):
        """Of the last run with -o SPIKES: ticks x neurons per population."""
        if not self.spiking:
            return
        with np.load(os.path.join(self.tool.folder, SPIKES)) as found:
            for name in sorted(self.spiking):
                spikes = found[f"{name}:spikes"]
                yield spikes.reshape(-1, spikes.shape[-1])

    def pes(self, *options):
        # 6: ticks that took too long are what is measured here.
        return self.run("--backend", "emulator", *options, codes=(0, 6))["pes"]


def spike_together(spikes):
    """Whether far fewer groups of four neurons spike than their rates let
    expect."""
    count = spikes.shape[1] // 4 * 4
    if not count or not spikes.any():
        return False
    groups = spikes[:, :count].reshape(len(spikes), -1, 4) > 0
    expected = np.mean(1 - np.prod(1 - groups.mean(axis=0), axis=1))
    return np.mean(groups.any(axis=2)) < (1 - TOGETHER) * expected


def copy_beside(path, folder):
    """What a YAML file names stands beside it. Copies: nothing that is written
    in the folder may change a user's file."""
    for beside in glob.glob(os.path.join(os.path.dirname(path), "*")):
        if os.path.isfile(beside):
            shutil.copyfile(beside,
                            os.path.join(folder, os.path.basename(beside)))


def files(large):
    found = []
    for base in (os.path.join(ROOT, "models"),
                 os.path.join(ROOT, "tests", "fuzz", "networks"), DATA):
        for kind in ("yaml", "nir"):
            found += glob.glob(os.path.join(base, "**", "*." + kind),
                               recursive=True)
    return [path for path in sorted(found)
            if large or not os.path.basename(path).startswith(LARGE)]


def from_file(path, snnc, folder):
    tool = Tool(snnc, folder)
    name = os.path.splitext(os.path.basename(path))[0]
    copy_beside(path, folder)
    if path.endswith(".nir"):
        tool("convert", path, *TIMES.get(name, []), "-o", "planned_made.yaml")
        path = os.path.join(folder, "planned_made.yaml")
    with open(path, encoding="utf-8") as file:
        return Network(name, file.read(), tool, ticks=LONG.get(name, TICKS))


def go_on(text, ticks):
    """The network `text` with the spike lists of its inputs, of its own few
    ticks, again and again for a run of `ticks`."""
    own = re.search(r"(\d+) tick\(s\)", text)

    def again(found):
        spikes = json.loads(found[1])
        period = int(own[1])
        return "spikes: " + json.dumps(
            [[t + k * period, c] for k in range(-(-ticks // period))
             for t, c in spikes if t + k * period < ticks])

    return re.sub(r"spikes: (\[\[.*?\]\])", again, text) if own else text


def from_property(seed, snnc, folder):
    text = Tool(os.path.join(os.path.dirname(snnc), "snnc-property"),
                folder)("--seed", seed, "--yaml")
    text = go_on(text, TICKS)
    rates = [float(rate) for rate in re.findall(r": rate ([0-9.e+-]+),", text)]
    return Network(f"property {seed}", text, Tool(snnc, folder),
                   rate=min(1, max(rates, default=INPUT_RATE)))


def from_chain(seed, snnc, folder):
    sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
    import planned_cycles_test as chains
    return Network(f"chain {seed}", chains.Network(seed).text(None),
                   Tool(snnc, folder))


Found = collections.namedtuple("Found", "network paradigm planned measured "
                               "peak_share beyond pes overruns")


def compare(network, paradigm, pes):
    """Sums over the PEs of a run; `beyond`: those with more than their worst."""
    return Found(
        network.name + "*" * network.is_short + "=" * network.is_together,
        paradigm, sum(pe["cycles_expected"] for pe in pes),
        sum(pe["cycles_per_tick"] for pe in pes),
        max((pe["worst_cycles_per_tick"] / max(1, pe["cycles_worst"])
             for pe in pes), default=0),
        [pe for pe in pes if pe["worst_cycles_per_tick"] > pe["cycles_worst"]],
        len(pes), sum(pe["overruns"] for pe in pes))


def measure(make, paradigms=PARADIGMS, say=lambda text: None):
    """What was found of the network that `make` makes in a folder."""
    with tempfile.TemporaryDirectory(prefix="snnc-planned-") as folder:
        try:
            network = make(folder)
            network.state_rates()
        except (Refused, subprocess.TimeoutExpired) as why:
            say(f"not planned: {why}")
            return
        for paradigm in paradigms:
            try:
                yield compare(network, paradigm,
                              network.pes("--paradigm", paradigm))
            except (Refused, subprocess.TimeoutExpired) as why:
                say(f"{network.name}, {paradigm}: {why}")


def is_short(found):
    return "*" in found.network


def is_together(found):
    return found.network.endswith("=")


def describe(found):
    """A line of the table."""
    off = found.planned / max(1e-9, found.measured) - 1
    return (f"{found.network:<28} {found.paradigm:<9} {found.pes:>4} "
            f"{found.planned:>11.0f} {found.measured:>11.0f} {off:>+8.1%} "
            f"{found.peak_share:>7.1%} {found.overruns:>6}"
            + ("  > 10 %" if not is_short(found) and abs(off) > TOLERANCE
               else "")
            + "".join(f"\n    PE {pe['pe']} of {pe['population']} "
                      f"{pe.get('role', '')}: tick {pe['worst_tick']} took "
                      f"{pe['worst_cycles_per_tick']}, worst planned "
                      f"{pe['cycles_worst']:.0f}" for pe in found.beyond))


HEAD = (f"{'network':<28} {'paradigm':<9} {'PEs':>4} {'planned':>11} "
        f"{'measured':>11} {'off':>8} {'peak':>7} {'over':>6}   "
        "(cycles a tick, all PEs; peak of the planned worst; overruns)")


def summarise(all_found):
    """Lines, and whether all is well."""
    lines, good = [], True
    for paradigm in [*PARADIGMS, None]:
        some = [found for found in all_found
                if paradigm in (None, found.paradigm)]
        if not some:
            continue
        whole = [found for found in some if not is_short(found)]
        ratios = np.array([found.planned / max(1e-9, found.measured)
                           for found in whole] or [1])
        total = (sum(found.planned for found in whole) /
                 sum(found.measured for found in whole) if whole else 1)
        beyond = sum(len(found.beyond) for found in some)
        lines.append(
            f"{paradigm or 'all'}: {len(some)} runs, "
            f"{sum(found.pes for found in some)} PEs; planned/measured of all "
            f"{total:.3f}, a network's is {np.mean(np.abs(ratios - 1)):.1%} off "
            f"on average; {np.sum(np.abs(ratios - 1) <= TOLERANCE)} of "
            f"{len(whole)} within 10 %; {beyond} PE(s) beyond their planned "
            "worst")
        good &= beyond == 0 and (paradigm is not None or
                                 abs(total - 1) <= TOLERANCE)
        beside = [found for found in whole if not is_together(found)]
        if len(beside) < len(whole):
            near = sum(abs(found.planned / max(1e-9, found.measured) - 1) <=
                       TOLERANCE for found in beside)
            lines.append(f"  without those whose neurons spike together: {near} "
                         f"of {len(beside)} within 10 %")
    return lines, good


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--snnc", default=os.path.join(BIN, "snnc"))
    parser.add_argument("--random", type=int, default=100, metavar="N",
                        help="random networks, the half of each generator")
    parser.add_argument("--first", type=int, default=0, help="their first seed")
    parser.add_argument("--files", type=int, default=10 ** 6, metavar="N",
                        help="at most so many files")
    parser.add_argument("--only", default="", help="files with this in the path")
    parser.add_argument("--large", action="store_true",
                        help="also " + ", ".join(LARGE))
    parser.add_argument("--paradigms", default=",".join(PARADIGMS))
    parser.add_argument("--json", help="file for one line a run")
    asked = parser.parse_args()
    snnc = os.path.abspath(asked.snnc)
    makers = [lambda folder, p=path: from_file(p, snnc, folder)
              for path in files(asked.large) if asked.only in path]
    makers = makers[:asked.files]
    for k in range(asked.first, asked.first + asked.random):
        make = from_property if k % 2 == 0 else from_chain
        makers.append(lambda folder, m=make, s=k // 2: m(s, snnc, folder))
    print(HEAD)
    all_found = []
    for make in makers:
        for found in measure(make, asked.paradigms.split(","),
                             lambda text: print("  #", text)):
            print(describe(found), flush=True)
            all_found.append(found)
    lines, good = summarise(all_found)
    print("\n".join(lines))
    if asked.json:
        with open(asked.json, "w", encoding="utf-8") as file:
            for found in all_found:
                file.write(json.dumps(found._asdict()) + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
