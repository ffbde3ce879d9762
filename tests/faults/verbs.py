"""Every verb of snnc on a small network, for the tests of machines that fail.

A verb is a name, arguments, and the files that it writes. Each run gets a
folder of its own with links to the inputs, and a TMPDIR of its own.
"""

import dataclasses
import os
import pathlib
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
SNNC = os.path.abspath(os.environ.get("SNNC") or BUILD / "bin" / "snnc")
FAULTS = os.environ.get("SNNC_FAULT_LIBRARY") or str(BUILD / "lib" / "libsnnc_faults.so")
DOCUMENTED = (0, 1, 2, 3, 4, 5, 6, 130)
TIMEOUT = 1200  # ends what hangs; no machine is too slow for it

NETWORK = """
network: {name: n, dt: 1.0e-3}
inputs: {x: {size: 4}}
populations: {p: {size: 5, model: lif, params: {alpha: 0.9, threshold: 1.0}}}
projections: [{from: x, to: p, connector: all_to_all, weight: 0.5, delay: 2}]
"""
# Lists, equations and what the network draws itself.
LISTS = """
network: {name: l, dt: 1.0e-3, seed: 2}
models:
  own:
    states: {v: 0.0}
    params: {a: 0.9}
    equations: ["v = v * a + input"]
    spike: v > 1.0
    reset: ["v = 0.0"]
inputs: {x: {size: 4, kind: poisson, rate: {per_tick: 0.3}}}
populations: {p: {size: 3, model: own}}
projections:
  - {from: x, to: p, connector: {list: {file: l.csv}}}
  - {from: p, to: p, connector: {fixed_probability: 0.5}, weight: 0.1, delay: 2}
"""


@dataclasses.dataclass(frozen=True)
class Verb:
    name: str
    arguments: tuple
    outputs: tuple = ()
    leaves: tuple = ()  # what a run that did not end may leave
    code: int = 0


def verb(name, line, *outputs, leaves=()):
    return Verb(name, tuple(line.split()), outputs, leaves)


MODELS = tuple(f"m/{kind}-{objective}.json" for kind in ("adaboost", "xgboost")
               for objective in ("cycles", "energy", "memory", "pes"))
VERBS = [
    verb("check-yaml", "check a.yaml"),
    verb("check-nir", "check s.nir --json"),
    verb("check-plan", "check l.yaml --plan"),
    verb("compile-yaml", "compile a.yaml -o out.s2x --report table", "out.s2x"),
    verb("compile-nir", "compile s.nir -o out.s2x", "out.s2x"),
    *(verb(f"emit-{form}", f"compile a.yaml --emit {form}")
      for form in ("imported", "snn", "fabric", "tick", "asm")),
    verb("init", "init out.yaml", "out.yaml"),
    verb("convert", "convert s.nir -o out.yaml", "out.yaml", "out.npz"),
    verb("run-emulator", "run b.s2x -i x.npy -o out.npz", "out.npz"),
    verb("run-native", "run b.s2x --backend native -i x.npy -o out.npz",
         "out.npz"),
    verb("run-cpu", "run l.yaml --backend cpu --ticks 10 -o out.npz",
         "out.npz"),
    verb("run-float", "run b.s2x --backend cpu -i x.npy --report json"),
    verb("run-encoded", "run s.nir --encode rate --ticks 5 -i p.npy -o out.npz",
         "out.npz"),
    verb("run-reference", "run a.yaml --backend reference -i x.npz -o out.npz",
         "out.npz"),
    verb("run-h5", "run a.yaml -i x.npy -o out.h5", "out.h5"),
    verb("run-from-h5", "run a.yaml --backend reference -i x.h5 -o out.npz",
         "out.npz"),
    verb("verify", "verify b.s2x -i x.npy"),
    verb("verify-native", "verify b.s2x --backend native --against cpu "
         "-i x.npy"),
    verb("verify-float", "verify a.yaml --against float -i x.npy --json"),
    verb("verify-recorded", "verify b.s2x --against r.npz -i x.npy"),
    verb("inspect", "inspect b.s2x"),
    verb("inspect-json", "inspect b.s2x --json --layer"),
    verb("targets", "targets"),
    verb("explain", "explain SNN0354"),
    verb("dataset", "selector dataset --set grid --count 4 -o out.csv",
         "out.csv", leaves=("out.csv.part",)),
    verb("train", "selector train --data g.csv -o m",
         *MODELS, leaves=("m",)),
    verb("eval", "selector eval --set grid --data g.csv --seeds 1"),
    verb("predict", "selector predict --source 500 --target 500 --json"),
    verb("predict-model", "selector predict --model m.json --source 50 "
         "--target 50"),
]


def wait_for_handlers(pid):
    """Until the process catches SIGTERM; earlier, its loader is at work, and a
    signal ends it as any process. False: it has ended."""
    while True:
        try:
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                status = dict(line.split(":", 1) for line in file)
        except FileNotFoundError:
            return False
        if status["State"].split()[0] == "Z":
            return False
        if int(status["SigCgt"], 16) >> (signal.SIGTERM - 1) & 1:
            return True
        time.sleep(0.01)


def command(arguments, folder):
    return subprocess.run([SNNC, *arguments], cwd=folder, capture_output=True,
                          timeout=TIMEOUT, check=False)


def make_inputs(folder):
    """The files that the verbs read; arrays need numpy."""
    import numpy as np

    pathlib.Path(folder, "a.yaml").write_text(NETWORK, encoding="utf-8")
    spikes = np.ones((10, 4), np.uint8)
    np.save(os.path.join(folder, "x.npy"), spikes)
    np.savez(os.path.join(folder, "x.npz"), x=spikes)
    os.symlink(ROOT / "classifier" / "models" / "xgboost-pes.json",
               os.path.join(folder, "m.json"))
    os.symlink(ROOT / "models" / "shapes" / "shapes.nir",
               os.path.join(folder, "s.nir"))
    pathlib.Path(folder, "l.yaml").write_text(LISTS, encoding="utf-8")
    pathlib.Path(folder, "l.csv").write_text(
        "source,target,weight,delay\n0,1,0.5,1\n2,2,0.25,3\n", encoding="utf-8")
    np.save(os.path.join(folder, "p.npy"), np.full((1, 1, 10, 10), 0.5, np.float32))
    for line in ("compile a.yaml -o b.s2x", "run b.s2x -i x.npy -o r.npz",
                 "selector dataset --set grid --count 160 -o g.csv"):
        done = command(line.split(), folder)
        if done.returncode != 0:
            raise RuntimeError(f"snnc {line}: {done.stderr.decode()}")
    write_h5_input(os.path.join(folder, "x.h5"), spikes)


def write_h5_input(path, spikes):
    """NIRData: the input 'x' as events, with ticks of a millisecond."""
    import h5py
    import numpy as np

    ticks, channels = np.nonzero(spikes)
    with h5py.File(path, "w") as file:
        file.attrs["__type__"] = "NIRGraphData"
        node = file.create_group("nodes/x")
        node.attrs["__type__"] = "NIRNodeData"
        events = node.create_group("observables/spikes")
        events.attrs.update({"__type__": "EventData", "t_max": len(spikes) * 1e-3,
                             "n_neurons": spikes.shape[1]})
        events["idx"] = channels[None]
        events["time"] = (ticks * 1e-3).astype(np.float32)[None]


@dataclasses.dataclass
class Outcome:
    code: int
    stdout: bytes
    stderr: bytes
    files: dict  # name: bytes of what was written
    strange: list  # names that are neither inputs nor outputs nor leavings

    def signal_name(self):
        return signal.Signals(-self.code).name


class Bench:
    """Runs verbs in folders of their own."""

    def __init__(self, inputs):
        self.inputs = {name: os.path.join(inputs, name)
                       for name in os.listdir(inputs)}

    def run(self, what, environment=None, timeout=TIMEOUT):
        """An Outcome; subprocess.TimeoutExpired where it hangs."""
        with tempfile.TemporaryDirectory(prefix="snnc-faults-") as base:
            folder, scratch = os.path.join(base, "work"), os.path.join(base, "t")
            os.mkdir(folder)
            os.mkdir(scratch)
            for name, path in self.inputs.items():
                os.symlink(path, os.path.join(folder, name))
            done = subprocess.run(
                [SNNC, *what.arguments], cwd=folder, capture_output=True,
                env={**os.environ, "TMPDIR": scratch, **(environment or {})},
                timeout=timeout, check=False)
            files, strange = self.written(what, folder)
            strange += os.listdir(scratch)
            return Outcome(done.returncode, done.stdout, done.stderr, files,
                           strange)

    def written(self, what, folder):
        files, strange = {}, []
        for root, folders, names in os.walk(folder):
            for name in names + folders:
                path = os.path.join(root, name)
                short = os.path.relpath(path, folder)
                if short in what.outputs:
                    files[short] = pathlib.Path(path).read_bytes()
                elif short not in self.inputs and short not in what.leaves \
                        and not any(one.startswith(short + "/")
                                    for one in what.outputs):
                    strange.append(short)
        return files, strange
