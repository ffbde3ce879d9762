"""SIGINT and SIGTERM at every verb's long work: what is left, and how long the
end takes.

    /usr/bin/python3 tests/faults/signals.py [--phases NAME,NAME] [--jobs 2]

A phase is a command that goes on for seconds or hours, or is given a FIFO that
nobody writes to; where a FIFO will not do, it is refused. Each gets both signals, at once and later. It must end with exit code 130 and SNN0427
and leave nothing but what may be continued. Exit code 1 where it does not. The
times are printed and decide nothing: a machine may be slow.
"""

import argparse
import concurrent.futures
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import verbs

# Drawn, normalised, planned and written for seconds.
LARGE = """
network: {name: large, dt: 1.0e-3, seed: 1}
inputs: {x: {size: 1500}}
populations: {p: {size: 2500, model: lif, params: {alpha: 0.9, threshold: 1.0}}}
projections:
  - {from: x, to: p, connector: all_to_all, weight: {dist: normal, mean: 0.0, std: 1.0}}
  - {from: p, to: p, connector: {fixed_probability: 0.5}, weight: 0.1, delay: {dist: uniform_int, low: 1, high: 8}}
"""
TICKS = "-i x.npy --ticks 100000000"
WORK = [
    verbs.verb("check", "check large.yaml"),
    verbs.verb("plan", "check large.yaml --plan"),
    verbs.verb("compile", "compile large.yaml -o o.s2x"),
    verbs.verb("oracle", "compile large.yaml --paradigm oracle -o o.s2x"),
    verbs.verb("emit", "compile large.yaml --emit asm"),
    verbs.verb("cpu", f"run a.yaml --backend cpu {TICKS} -r p:spikes -o o.npz"),
    verbs.verb("float", f"run a.yaml --backend cpu --precision float {TICKS} "
               "-r p:spikes -o o.npz"),
    verbs.verb("reference", f"run a.yaml --backend reference {TICKS} "
               "-r p:spikes -o o.npz"),
    verbs.verb("native", f"run b.s2x --backend native {TICKS} -r p:spikes "
               "-o o.npz"),
    verbs.verb("emulator", f"run b.s2x {TICKS} -r p:spikes -o o.npz"),
    verbs.verb("verify", f"verify b.s2x {TICKS} -r p:spikes"),
    verbs.verb("verify-float", f"verify a.yaml --against float {TICKS} "
               "-r p:spikes"),
    verbs.verb("dataset", "selector dataset --set wide --count 1000000 "
               "-o d.csv", leaves=("d.csv.part",)),
    verbs.verb("planning", "selector train --set wide --count 1000000 -o m",
               leaves=("m",)),
    verbs.verb("training", "selector train --data g.csv --data g.csv "
               "--data g.csv -o m", leaves=("m",)),
    verbs.verb("eval", "selector eval --set wide --count 1000000"),
]
WAITS = [
    *(verbs.verb(f"{word}-{kind}", f"{word} fifo.{kind}")
      for word in ("check", "compile", "run") for kind in ("yaml", "nir")),
    *(verbs.verb(f"{word}-bundle", f"{word} fifo.s2x")
      for word in ("run", "verify", "inspect")),
    *(verbs.verb(f"array-{kind}", f"run b.s2x -i fifo.{kind}")
      for kind in ("npy", "npz", "h5")),
    verbs.verb("against", "verify b.s2x -i x.npy --against fifo.npz"),
    verbs.verb("machine", "compile a.yaml --machine fifo.yaml"),
    verbs.verb("model", "compile a.yaml --selector-model fifo.json"),
    verbs.verb("predict", "selector predict --model fifo.json --source 5 "
               "--target 5"),
    verbs.verb("data", "selector train --data fifo.csv -o m", leaves=("m",)),
    verbs.verb("list", "check list.yaml"),
    verbs.verb("bundle-out", "compile a.yaml -o fifo.s2x"),
    verbs.verb("results-out", "run b.s2x -i x.npy -o fifo.npz"),
    verbs.verb("results-h5", "run b.s2x -i x.npy -o fifo.h5"),
]
MOMENTS = (0, 0.2, 0.8)  # seconds after the process can catch a signal


def make_inputs(folder):
    verbs.make_inputs(folder)
    pathlib.Path(folder, "large.yaml").write_text(LARGE, encoding="utf-8")
    pathlib.Path(folder, "list.yaml").write_text(
        verbs.LISTS.replace("l.csv", "fifo.csv"), encoding="utf-8")
    for kind in ("yaml", "nir", "s2x", "npy", "npz", "h5", "json", "csv"):
        os.mkfifo(os.path.join(folder, f"fifo.{kind}"))


def end(what, inputs, number, moment):
    """Seconds from the signal to the end, None where it was over before; and
    what is wrong, or None."""
    with tempfile.TemporaryDirectory(prefix="snnc-signals-") as base:
        folder, scratch = os.path.join(base, "work"), os.path.join(base, "t")
        os.mkdir(folder)
        os.mkdir(scratch)
        for name in os.listdir(inputs):
            os.symlink(os.path.join(inputs, name), os.path.join(folder, name))
        child = subprocess.Popen(
            [verbs.SNNC, *what.arguments], cwd=folder, stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": scratch})
        verbs.wait_for_handlers(child.pid)
        time.sleep(moment)

        def refused():  # most readers do not wait for a writer
            return what in WAITS and child.returncode == 1 and \
                b"not a regular file" in said
        if child.poll() is not None:
            said = child.communicate()[1]
            return None, (None if child.returncode == 0 or refused() else
                          f"it fails by itself: {said.decode()[-300:]}")
        begin = time.monotonic()
        child.send_signal(number)
        try:
            said = child.communicate(timeout=verbs.TIMEOUT)[1]
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return verbs.TIMEOUT, "it hangs"
        seconds = time.monotonic() - begin
        left = (set(os.listdir(folder)) - set(os.listdir(inputs))
                - set(what.leaves)) | set(os.listdir(scratch))
        if child.returncode == 0 or refused():
            return None, None  # it was writing its last words
        if child.returncode != 130 or b"SNN0427" not in said:
            return seconds, f"exit {child.returncode}: {said.decode()[-300:]}"
        return seconds, f"leaves {sorted(left)}" if left else None


def main():
    # A shell's background job has SIGINT ignored, its children too, and snnc
    # leaves an ignored signal ignored: a handler ends that where it is exec'd.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    phases = {what.name: what for what in WORK + WAITS}
    parser.add_argument("--phases", help="all: " + ",".join(phases))
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    names = chosen.phases.split(",") if chosen.phases else list(phases)
    cases = [(phases[name], number, moment) for name in names
             for number in (signal.SIGINT, signal.SIGTERM)
             for moment in MOMENTS]
    times, wrong = {}, 0
    with tempfile.TemporaryDirectory(prefix="snnc-inputs-") as inputs, \
            concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        make_inputs(inputs)
        ends = pool.map(lambda case: end(case[0], inputs, *case[1:]), cases)
        for (what, number, moment), (seconds, problem) in zip(cases, ends):
            times.setdefault(what.name, []).append(seconds)
            if problem:
                wrong += 1
                print(f"WRONG {what.name}, {number.name} after {moment} s: "
                      f"{problem}", flush=True)
    for name, all_times in times.items():
        took = [seconds for seconds in all_times if seconds is not None]
        print(f"{name}: {len(took)} of {len(all_times)} ended by the signal, "
              f"the longest in {max(took, default=0):.3f} s")
    every = [s for some in times.values() for s in some if s is not None]
    print(f"{len(cases)} signals, {wrong} wrong, the longest end took "
          f"{max(every, default=0):.3f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
