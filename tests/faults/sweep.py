"""Makes the n-th call of a kind fail, for every verb of snnc and every n.

    /usr/bin/python3 tests/faults/sweep.py                 all (see --help)
    /usr/bin/python3 tests/faults/sweep.py --verbs run-host --kinds read

n goes from 1 until nothing fails any more. Of allocations, of which there are
tens of thousands to millions, the first --first are tried and --spread more,
evenly over the rest. Each run must end

  * with a documented exit code, no signal, no hang, and a finding with its code
    on standard error where it failed;
  * with each output whole or absent, the same bytes as without the fault;
  * with nothing else left in its folder and in TMPDIR;
  * where the fault is none (a short read or write, EINTR): as without it.

Exit code 1 where one did not, 0 otherwise. Needs the library snnc_faults.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import os
import re
import signal
import subprocess
import sys
import tempfile

import verbs

# No failure: the call is made again.
AGAIN = [("read", "short"), ("read", "eintr"), ("write", "short"),
         ("write", "eintr")]
KINDS = {
    "alloc": ("null",),
    "read": ("short", "eintr", "eio"),
    "write": ("short", "eintr", "enospc", "eio"),
    "open": ("emfile", "eacces", "eintr"),
    "map": ("enomem",),
    "spawn": ("eagain",),
    "thread": ("eagain",),
    "name": ("eio",),
    "sync": ("eio",),
    "close": ("eio",),
    "look": ("eio",),
}
LASTING = {"alloc": ("null",), "write": ("enospc",), "open": ("emfile",),
           "map": ("enomem",), "spawn": ("eagain",), "thread": ("eagain",),
           "read": ("short",)}
CODE = re.compile(rb"\[(SNN\d+)\]|\"code\": ?\"(SNN\d+)\"")


@dataclasses.dataclass(frozen=True)
class Fault:
    kind: str
    how: str
    number: int
    lasting: bool = False

    def __str__(self):
        return f"{self.kind}:{self.how}:{self.number}{'+' * self.lasting}"


class Sweep:
    """The runs of one verb."""

    def __init__(self, bench, what):
        self.bench, self.what = bench, what
        self.whole = bench.run(what)
        if self.whole.code != what.code or self.whole.strange:
            raise RuntimeError(f"{what.name} without a fault: {self.whole}")
        self.counts = {kind: self.count(kind) for kind in KINDS}

    def run(self, fault):
        """The outcome, the number of calls of that kind, of those that
        failed."""
        with tempfile.NamedTemporaryFile(prefix="snnc-count-") as file:
            file.write(bytes(16))
            file.flush()
            outcome = self.bench.run(self.what, {
                "LD_PRELOAD": verbs.FAULTS, "SNNC_FAULT": str(fault),
                "SNNC_FAULT_COUNT": file.name})
            file.seek(0)
            counts = file.read()
        return (outcome, int.from_bytes(counts[:8], "little"),
                int.from_bytes(counts[8:], "little"))

    def count(self, kind):
        outcome, calls, _ = self.run(Fault(kind, "eio", 0))
        if outcome != self.whole:
            raise RuntimeError(f"{self.what.name} under the library: {outcome}")
        return calls

    def numbers(self, kind, first, spread):
        """Which calls are made to fail. One more than there are where all are:
        threads make the number vary."""
        calls = self.counts[kind]
        if calls <= first + spread:
            return list(range(1, calls + 1))
        step = (calls - first) / spread
        return [*range(1, first + 1),
                *(first + 1 + int(i * step) for i in range(spread))]

    def faults(self, kinds, first, spread):
        for kind in kinds:
            bounds = (first, spread) if kind == "alloc" else (10 ** 9, 0)
            for number in self.numbers(kind, *bounds):
                for how in KINDS[kind]:
                    yield Fault(kind, how, number)
                for how in LASTING.get(kind, ()):
                    yield Fault(kind, how, number, lasting=True)

    def judge(self, fault):
        """What happened, as (class of outcome, what is wrong or None)."""
        try:
            outcome, _, failed = self.run(fault)
        except subprocess.TimeoutExpired:
            return "hang", "it hangs"
        return self.verdict(fault, outcome, failed)

    def verdict(self, fault, outcome, failed):
        said = CODE.findall(outcome.stderr)
        label = f"exit {outcome.code}" + (
            f" {(said[-1][0] or said[-1][1]).decode()}" if said and outcome.code
            else "")
        # The C library has no other answer where a thread's first use of an
        # object with a destructor (MLIR's cache of a thread) finds no memory.
        library = (fault.kind == "alloc" and outcome.code == -signal.SIGABRT and
                   b"failed to register TLS destructor" in outcome.stderr)
        if library:
            label = "ended by the C library"
        elif outcome.code < 0:
            return outcome.signal_name(), "it crashes"
        elif outcome.code not in verbs.DOCUMENTED:
            return label, "no documented exit code"
        if outcome.strange:
            return label, f"leaves {outcome.strange}"
        for name, content in outcome.files.items():
            if self.whole.files.get(name) != content:
                return label, f"{name} is half-written or wrong"
        if outcome.code == self.what.code:
            if (outcome.files, outcome.stdout) != (self.whole.files,
                                                   self.whole.stdout):
                return label, "it says that it is well, and its output is not"
            return ("not reached" if not failed else label), None
        if (fault.kind, fault.how) in AGAIN:
            return label, "an error where the call is only made again"
        return label, None if library else self.silence(fault, outcome, said)

    @staticmethod
    def silence(fault, outcome, said):
        """The finding itself may be what cannot be written. Before the
        command begins, a library's constructor may say it in its own words."""
        if said or fault.kind == "write":
            return None
        if fault.kind == "alloc" and b"libgomp: Out of memory" in outcome.stderr:
            return None
        return "no finding on standard error"


def listed(text, known):
    names = text.split(",") if text else list(known)
    for name in names:
        if name not in known:
            raise SystemExit(f"no such name: {name}; there are "
                             f"{', '.join(known)}")
    return names


def options(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--verbs", help="names, with commas between; all: "
                        + ",".join(what.name for what in verbs.VERBS))
    parser.add_argument("--kinds", help="all: " + ",".join(KINDS))
    parser.add_argument("--first", type=int, default=400,
                        help="allocations at the beginning, all tried")
    parser.add_argument("--spread", type=int, default=400,
                        help="allocations after those, evenly spread")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--show", type=int, default=10,
                        help="cases shown of each kind of fault found")
    return parser.parse_args(arguments)


def main(arguments=None):
    chosen = options(arguments)
    by_name = {what.name: what for what in verbs.VERBS}
    kinds = listed(chosen.kinds, KINDS)
    bad, total = collections.defaultdict(list), 0
    with tempfile.TemporaryDirectory(prefix="snnc-inputs-") as inputs, \
            concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        verbs.make_inputs(inputs)
        bench = verbs.Bench(inputs)
        for name in listed(chosen.verbs, by_name):
            sweep = Sweep(bench, by_name[name])
            faults = list(sweep.faults(kinds, chosen.first, chosen.spread))
            ends = collections.Counter()
            for fault, (label, wrong) in zip(faults,
                                             pool.map(sweep.judge, faults)):
                ends[label] += 1
                if wrong:
                    bad[name, label, wrong].append(str(fault))
                    print(f"WRONG {name}: {label}: {wrong}: {fault}",
                          flush=True)
            total += len(faults)
            print(f"{name}: {len(faults)} runs,",
                  ", ".join(f"{kind} {sweep.counts[kind]}" for kind in kinds))
            print("   ", ", ".join(f"{label}: {number}" for label, number
                                   in sorted(ends.items())), flush=True)
    for (name, label, wrong), cases in bad.items():
        print(f"WRONG {name}: {label}: {wrong}: {len(cases)} times, as with "
              + " ".join(cases[:chosen.show]))
    print(f"{total} runs, {sum(map(len, bad.values()))} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
