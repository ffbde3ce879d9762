"""More cases of help_test.py: files that are wrong, and how the printed help
mends them. NIR files are (nodes, edges) of support.write_network; bytes are
written as they are.
"""

import json
import os
import tempfile

import h5py
import numpy as np

from help_test import (CHECK, EQUATIONS, NET, POISSON, instead, makes, meant,
                       option, run, says, without, yaml)
from support import (ROOT, SRAM_ONLY, read_bundle, write_bundle,
                     write_network)

F32 = np.float32
TIME = ["--dt", "1e-3", "--reset", "zero"]


def ones(n, value=1.0):
    return np.full(n, value, F32)


def port(kind, *shape):
    return (kind, {"shape": np.array(shape)})


def lif(n=3, **fields):
    return ("LIF", {"tau": ones(n, 0.01), "r": ones(n, 10.0),
                    "v_leak": ones(n, 0), "v_threshold": ones(n),
                    "v_reset": ones(n, 0), **fields})


def linear(rows, columns, value=0.5):
    return ("Linear", {"weight": np.full((rows, columns), value, F32)})


def conv(kernel, **fields):
    return ("Conv2d", {"weight": np.ones((1, 1, kernel, kernel), F32),
                       "stride": np.array([1, 1]), "padding": np.array([0, 0]),
                       "dilation": np.array([1, 1]), "groups": 1,
                       "bias": np.zeros(1, F32),
                       "input_shape": np.array([8, 8]), **fields})


def li(n=3):
    return ("LI", {"tau": ones(n, 0.01), "r": ones(n, 10.0),
                   "v_leak": ones(n, 0)})


def delay(n, value):
    return ("Delay", {"delay": ones(n, value)})


def chain(*names):
    return list(zip(names, names[1:]))


def network(edges=None, **nodes):
    """x -> w -> n -> y with `nodes` in place of these or added; None: left
    out."""
    all_nodes = {"x": port("Input", 4), "w": linear(3, 4), "n": lif(),
                 "y": port("Output", 3), **nodes}
    return ({k: v for k, v in all_nodes.items() if v is not None},
            edges or chain("x", "w", "n", "y"))


GOOD = network()
IMAGE = {"x": port("Input", 1, 8, 8), "n": lif(36, v_reset=ones(36, 0)),
         "y": port("Output", 36)}


def nir(code, broken, by, *options, then=()):
    return {"code": code, "command": ["check", "net.nir", *(options or TIME)],
            "files": {"net.nir": broken}, "by": by, "wrong": "",
            "then": list(then), "before": []}


def mended(pattern, *network_parts, **nodes):
    """The line says what to do in the framework; this is the file after it."""
    return makes("net.nir", network(*network_parts, **nodes), pattern)


def edited(edit):
    """The bytes of the good file after `edit` of the open file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.nir")
        write_network(path, *GOOD)
        with h5py.File(path, "r+") as file:
            edit(file)
        with open(path, "rb") as file:
            return file.read()


def link_weight(file):
    file.move("node/nodes/w/weight", "elsewhere")
    file["node/nodes/w/weight"] = h5py.SoftLink("/elsewhere")


def state_single_spike(file):
    file.create_group("node/metadata")["single_spike"] = True


def compress_weight(file):
    weight = file["node/nodes/w/weight"][()]
    del file["node/nodes/w/weight"]
    file["node/nodes/w"].create_dataset("weight", data=weight,
                                        compression="lzf")


def hdf5_cases():
    """Files that are no NIR, or only half of it: each is written again."""
    whole = edited(lambda file: None)
    broken = {
        "SNN0202": (whole[:len(whole) // 2], "copy or download the file again"),
        "SNN0207": (edited(link_weight), r"nir\.write"),
        "SNN0208": (edited(compress_weight), "h5repack -f GZIP=4"),
        "SNN0209": (edited(lambda file: file.move("node", "other")),
                    r"nir\.write"),
        "SNN0210": (edited(lambda file: file.pop("node/edges")), "export again"),
        "SNN0212": (edited(lambda file: (file.pop("node/nodes/w/weight"),
                                         file.create_group(
                                             "node/nodes/w/weight"))),
                    r"nir\.write"),
        "SNN0213": (edited(lambda file: (file.pop("node/edges"), file[
            "node"].create_dataset("edges", data=np.arange(3)))),
                    r"nir\.write"),
    }
    return {f"file {code}": nir(code, content, makes("net.nir", GOOD, help))
            for code, (content, help) in broken.items()}


def manifest(change_it):
    def damage(members):
        content = json.loads(members["manifest.json"])
        change_it(content)
        members["manifest.json"] = json.dumps(content).encode()
    return damage


def bundle_cases():
    """Damaged bundles: compiled again they run."""
    def program(members):
        return next(name for name in members if name.endswith(".elf"))
    damages = {
        "SNN0505": lambda m: m.update({program(m): m[program(m)][:-1] + b"?"}),
        "SNN0506": lambda m: m.pop(program(m)),
        "SNN0507": lambda m: m.update({"manifest.json": b"{"}),
        "SNN0508": manifest(lambda content: content.update(more=1)),
    }

    def case(code, change_it):
        def damage(folder):
            path = os.path.join(folder, "net.s2x")
            members = read_bundle(path)
            change_it(members)
            write_bundle(path, members)

        def again(case, hints):
            assert "compile the network again" in hints, hints
            case["damage"] = None
        made = run(code, again, command=[
            "run", "net.s2x", "-i", "x.npy", "-o", "o.npz", "--backend",
            "reference"], before=[["compile", "net.yaml"]])
        made["damage"] = damage
        return made
    return {f"bundle {code}": case(code, damage)
            for code, damage in damages.items()}


def nir_cases():
    again = makes("net.nir", GOOD, r"(export|write|copy).*again|nir\.write")
    cycle = {"u": linear(3, 3), "v": linear(3, 3), "m": lif()}
    cases = {
        "empty": nir("SNN0201", b"", again),
        "a pickle": nir("SNN0201", b"\x80\x02}q\x00.", makes(
            "net.nir", GOOD, r"nir\.write")),
        "no file": nir("SNN0001", None, makes("net.nir", GOOD, "check the path")),
        "no such type": nir("SNN0211", network(n=("LIFF", lif()[1])),
                            mended("mean 'LIF'")),
        "no field": nir("SNN0220", network(n=("LIF", {
            k: v for k, v in lif()[1].items() if k != "tau"})), again),
        "stride 0": nir("SNN0222", network(
            chain("x", "w", "f", "n", "y"), **IMAGE,
            w=conv(3, stride=np.array([0, 0])),
            f=("Flatten", {"start_dim": 0, "end_dim": -1})),
                        mended("again", chain("x", "w", "f", "n", "y"), **IMAGE,
                               w=conv(3), f=("Flatten", {
                                   "start_dim": 0, "end_dim": -1}))),
        "nan": nir("SNN0223", network(w=linear(3, 4, np.nan)),
                   mended("check the parameters")),
        "negative tau": nir("SNN0224", network(n=lif(tau=ones(3, -1))),
                            mended("clamp beta")),
        "milliseconds": nir("SNN0228", network(n=lif(tau=ones(3, 20.0))),
                            mended("unit", n=lif(tau=ones(3, 0.02)))),
        "threshold below reset": nir("SNN0229", network(
            n=lif(v_threshold=ones(3, 0), v_reset=ones(3))),
                                     mended("v_threshold and v_reset")),
        "edge to nothing": nir("SNN0231", network([
            ("x", "w"), ("w", "wrong"), ("n", "y")]),
                               mended(r"has the nodes 'n', 'w', 'x', 'y'")),
        "no input": nir("SNN0233", network(
            [("w", "n"), ("n", "y"), ("z", "n")], x=None, z=linear(3, 4)),
                        mended("add nir.Input", [
                            ("x", "w"), ("w", "n"), ("n", "y"), ("z", "n"),
                            ("x", "z")], z=linear(3, 4))),
        "edge into the input": nir("SNN0234", network(
            [*chain("x", "w", "n", "y"), ("n", "x")]),
                                   mended("behind the Input")),
        "cycle without a neuron": nir("SNN0235", network(
            [*chain("x", "w", "n", "y"), *chain("n", "u", "v", "u"),
             ("v", "n")], u=linear(3, 3), v=linear(3, 3)),
                                      mended("a neuron or a Delay", [
                                          *chain("x", "w", "n", "y"),
                                          *chain("n", "u", "m", "v", "u"),
                                          ("v", "n")], **cycle),
                                      then=["SNN0321"]),
        "not connected": nir("SNN0236", network(z=lif()),
                             mended("connect it, or remove it")),
        "sizes": nir("SNN0240", network(w=linear(3, 5)),
                     mended("layer sizes")),
        "transposed": nir("SNN0241", network(w=linear(4, 3)),
                          mended(r"weight\.T")),
        "kernel": nir("SNN0247", network(
            chain("x", "w", "f", "n", "y"), **IMAGE, w=conv(9),
            f=("Flatten", {"start_dim": 0, "end_dim": -1})),
                      mended("smaller kernel", chain("x", "w", "f", "n", "y"),
                             **IMAGE, w=conv(3), f=(
                                 "Flatten", {"start_dim": 0, "end_dim": -1}))),
        "refractory": nir("SNN0261", network(n=lif(refractory=np.array(b"y"))),
                          mended("train without one")),
        "w_in": nir("SNN0262", network(
            chain("x", "n", "y"), w=None, n=("CubaLIF", {
                "tau_mem": ones(3, 0.01), "tau_syn": ones(3, 0.005),
                "r": ones(3, 10), "v_leak": ones(3, 0), "v_reset": ones(3, 0),
                "v_threshold": ones(3), "w_in": np.ones((3, 4), F32)})),
                    mended("Linear before the neuron and set w_in to 1",
                           n=("CubaLIF", {
                               "tau_mem": ones(3, 0.01), "w_in": ones(3),
                               "tau_syn": ones(3, 0.005), "r": ones(3, 10),
                               "v_leak": ones(3, 0), "v_reset": ones(3, 0),
                               "v_threshold": ones(3)}))),
        # Normalize.
        "readout feeds": nir("SNN0305", network(
            chain("x", "w", "l", "u", "n", "y"), l=li(), u=linear(3, 3)),
                             mended("spiking neuron", chain(
                                 "x", "w", "l", "u", "n", "y"), l=lif(),
                                    u=linear(3, 3))),
        "output of a layer": nir("SNN0309", network(
            chain("x", "w", "l", "u", "y"), n=None, l=li(), u=linear(3, 3)),
                                 mended("connect 'l' to the Output",
                                        chain("x", "w", "l", "y"), n=None,
                                        l=li())),
        "delay after weights": nir("SNN0302", network(
            chain("x", "w", "d", "n", "y"), d=(
                "Delay", {"delay": np.array([1, 2, 3], F32) / 1000})),
                                   mended("before the weights", chain(
                                       "x", "d", "w", "n", "y"), d=delay(
                                           4, 0.002))),
        "long delay": nir("SNN0333", network(
            chain("x", "d", "w", "n", "y"), d=delay(4, 100.0)),
                          option(r"--dt \S+"), then=["SNN0353"]),
        "delay between ticks": nir("SNN0334", network(
            chain("x", "d", "w", "n", "y"), d=delay(4, 0.0015)),
                                   option(r"--dt \S+")),
        "long refractory period": nir("SNN0313", network(
            n=lif(t_refrac=ones(3, 1000.0))), option(r"--dt \S+")),
        "refractory period between ticks": nir("SNN0314", network(
            n=lif(t_refrac=ones(3, 0.0025))), option(r"--dt \S+")),
        "late and refractory": nir(
            "SNN0315", network(n=lif(t_refrac=ones(3, 0.002))),
            instead("--reset-late", r"(--no-reset-late)"), *TIME,
            "--reset-late"),
        "reset": nir("SNN0389", network(n=("LIF", {
            k: v for k, v in lif()[1].items() if k != "v_reset"})),
                     option("--reset zero"), "--dt", "1e-3"),
        "several spikes a tick": nir(
            "SNN0971", network(),
            makes("net.nir", edited(state_single_spike),
                  "metadata 'single_spike' = True"),
            *TIME, "--framework", "sinabs"),
        "no dt": nir("SNN0330", network(n=lif(tau=ones(3, 0.0137))),
                     option(r"--dt [\de.+-]+"), "--reset", "zero"),
        "another dt": nir("SNN0335", network(), without("--dt"), "--dt", "1e-4",
                          "--reset", "zero"),
        "tick longer than tau": nir("SNN0337", network(
            n=lif(tau=ones(3, 0.0005), r=ones(3, 1.0))),
                                    option(r"--dt [\de.+-]+")),
        "lost weights": nir("SNN0341", network(w=("Linear", {
            "weight": np.concatenate([np.full((3, 1), 100, F32),
                                      np.full((3, 3), 0.1, F32)], 1)})),
                            option("--weights int16"), *TIME, "--weights",
                            "int8"),
        "shape not known": nir("SNN0246", network(
            x=("Input", {"shape": np.array([], int)}),
            w=("Scale", {"scale": np.array(1, F32)}),
            n=("Threshold", {"threshold": np.array(1, F32)}),
            y=("Output", {"shape": np.array([], int)})),
                               mended("give the Input its shape")),
    }
    return cases


def yaml_cases():
    table = yaml("SNN1017", "connector: all_to_all, weight: 0.5",
                 "connector: {list: {file: e.csv}}",
                 says("source, target, weight, delay", ("targett", "target")))
    table["files"]["e.csv"] = "source,targett,weight\n0,0,1\n"
    return {
        "input and population": yaml(
            "SNN0970", "  q: {size", "  x: {size",
            instead("from: x,", r"say so with (from: \{input: x\})", "{},"),
            base=NET.replace("to: q,", "to: x,")),
        "a library model": yaml(
            "SNN1007", "  own:\n", "  alif:\n",
            says("name it 'my_alif'", ("  alif:\n", "  my_alif:\n"),
                 ("model: alif", "model: my_alif")),
            base=EQUATIONS.replace("model: own", "model: alif")),
        "power": yaml("SNN1009", "v > limit", "v ^ 2 > limit", instead(
            "v ^ 2", r"write (pow\(v, 2\))"), base=EQUATIONS),
        "comma": yaml("SNN1009", "    equations:\n      - v = max(v, 0) + in\n",
                      "    equations: [v = max(v, 0) + in]\n",
                      says("put the equation in quotes",
                           ("[v = max(v, 0) + in]", "['v = max(v, 0) + in']")),
                      base=EQUATIONS),
        "not a state": yaml("SNN1011", "v = max(v, 0) + in", "limit = v",
                            says("listed under 'states'",
                                 ("limit = v", "v = limit")), base=EQUATIONS),
        "seconds for milliseconds": yaml("SNN1039", "tau: 0.02", "tau: 20",
                                         instead("tau: 20", r"(tau: 0\.02)")),
        "short tau": yaml("SNN1039", "tau: 0.02", "tau: 1.0e-5", instead(
            "dt: 1.0e-3", r"a dt of (\S+) ", "dt: {}")),
        "unit without dt's": yaml("SNN1018", "tau: 0.02", "tau: 20 ms", says(
            "for example dt: 0.1 ms", ("dt: 1.0e-3", "dt: 1 ms"))),
        "unknown unit": yaml("SNN1018", "tau: 0.02", "tau: 20 msec/v", says(
            "known are ms", ("tau: 20 msec/v", "tau: 0.02"))),
        "header of a table": table,
        "no number file": yaml("SNN1013", "weight: 0.5", "weight: {file: w.npy}",
                               makes("w.npy", np.ones((3, 4)), "check the path")),
        "equal trials": run("SNN0661", without("--repeat"), "--repeat", "3",
                            x=np.ones((5, 4), np.uint8)),
        "trials of samples": run("SNN1040", without("--repeat"), "--repeat", "3",
                                 x=np.ones((2, 5, 4), np.uint8)),
    }


def file_cases():
    two = NET.replace("x: {size: 4}", "x: {size: 4}\n  z: {size: 4}").replace(
        "projections:\n", "projections:\n  - {from: z, to: p, connector: "
        "all_to_all, weight: 0.5}\n")
    there = ["--backend", "reference", "-o", "o.npz"]
    shorter = run("SNN0411", makes("z.npy", np.ones((5, 4), np.uint8),
                                   "pad the shorter"), base=two, command=[
        "run", "net.yaml", "-i", "x=x.npy", "-i", "z=z.npy", *there])
    shorter["files"]["z.npy"] = np.ones((3, 4), np.uint8)
    damaged = run("SNN0401", makes("x.npy", np.ones((5, 4), np.uint8),
                                   r"numpy\.save"))
    damaged["files"]["x.npy"] = b"\x93NUMPY\x01\x00\x02\x00{}"
    model = run("SNN1200", says("--paradigm oracle", ("auto", "oracle")),
                command=["compile", "net.yaml", "--paradigm", "auto",
                         "--selector-model", "m.json"])
    model["files"]["m.json"] = b"{}"
    return {
        "folder": run("SNN0003", says("a folder that exists", (
            "no/such/n.s2x", "n.s2x")), command=[
                "compile", "net.yaml", "-o", "no/such/n.s2x"]),
        "output is input": run("SNN0851", says("another name with -o", (
            "./net.yaml", "other.s2x")), command=[
                "compile", "net.yaml", "-o", "./net.yaml"]),
        "no effect": run("SNN0384", says("leave --reset out", ("--reset=zero",
                                                               "--quiet")),
                         command=[*CHECK, "--reset=zero"]),
        "channels first": run("SNN0411", option("--layout channels-first"),
                              x=np.ones((4, 5), np.uint8)),
        "square": run("SNN0660", option("--layout channels-first"),
                      x=np.ones((4, 4), np.uint8)),
        "samples or ticks": run("SNN0660", option("--layout samples-first"),
                                x=np.ones((2, 5, 4), np.uint8)),
        "too many spikes": run("SNN0412", makes(
            "x.npy", np.full((10, 4), 35000, np.uint16), "several ticks"),
                               x=np.full((5, 4), 70000, np.uint32)),
        "encoder range": run("SNN0413", makes(
            "x.npy", np.full((5, 4), 0.5), r"scale the values to \[0, 1\]"),
                             "--encode", "rate", x=np.full((5, 4), 3.5)),
        "shorter": shorter, "damaged array": damaged, "model file": model,
        "ticks of nothing": run("SNN0428", says("give the number of ticks",
                                     ("o.npz", "o.npz"), more=["--ticks", "5"]),
                     base="""network: {name: net, dt: 1.0e-3}
inputs: {}
populations: {p: {size: 3, model: lif, params: {tau: 0.02, threshold: 1.0}}}
""", command=["run", "net.yaml", *there]),
        "code": run("SNN0092", meant, command=["explain", "SNN03544"],
                       wrong="SNN03544"),
    }


def machine_cases():
    """How a network that the chip refuses runs all the same."""
    def on_this_cpu(case, hints):
        assert "snnc run FILE --backend cpu" in hints, hints
        case["command"] = ["run", "net.yaml", "--backend", "cpu",
                           "--ticks", "1", "-o", "o.npz"]
    wide = POISSON.replace("size: 4", "size: 70000")
    with open(os.path.join(ROOT, "runtime", "machine", "spinnaker2.yaml"),
              encoding="utf-8") as file:
        text = file.read()
    key = run("SNN0102", says("a leaf has value, source and confidence",
                              ("{valu: 1,", "{value: 1,")), command=[
        "compile", "net.yaml", "--machine", "m.yaml"])
    key["files"]["m.yaml"] = text.replace("{value: 1,", "{valu: 1,", 1)
    null = run("SNN0105", says("put the value here", (
        "value: null, ", "value: 16384, ")), command=[
            "compile", "net.yaml", "--machine", "m.yaml"])
    null["files"]["m.yaml"] = text.replace("value: 16384", "value: null", 1)
    core = run("SNN0353", on_this_cpu, base=wide, command=[
        "compile", "net.yaml", "--paradigm", "serial", "--machine", "m.yaml"])
    chip = run("SNN0354", on_this_cpu, base=POISSON.replace(
        "size: 4", "size: 3000").replace("size: 3,", "size: 9000,"),
               command=["compile", "net.yaml", "--machine", "m.yaml"])
    core["files"]["m.yaml"] = chip["files"]["m.yaml"] = SRAM_ONLY
    return {
        "machine key": key, "machine value": null,
        "core": core, "chip": chip,
        "long ring": run("SNN0353", on_this_cpu, base=POISSON.replace(
            "weight: 0.5}", "weight: 0.5, delay: 60000}", 1), command=[
                "compile", "net.yaml"]),
        "assumed rates": run("SNN0363", option(r"--tick [\d.e-]+"), base=NET.replace(
            "size: 4", "size: 4000"), command=[
                "compile", "net.yaml", "--tick", "1e-5", "--paradigm",
                "serial"]),
    }


def more():
    return {**nir_cases(), **hdf5_cases(), **yaml_cases(), **file_cases(),
            **bundle_cases(), **machine_cases()}


# Codes without a case, by the reason.
UNREACHED = {
    "no help line: the message says all that there is":
    "SNN0101 SNN0103 SNN0104 SNN0107 SNN0110 SNN0111 SNN0112 SNN0113 SNN0114 "
    "SNN0115 SNN0216 "
    "SNN0221 SNN0225 SNN0226 SNN0227 SNN0230 SNN0232 SNN0237 SNN0238 SNN0242 "
    "SNN0243 SNN0244 SNN0245 SNN0248 SNN0263 SNN0264 SNN0265 SNN0293 SNN0307 "
    "SNN0312 SNN0322 SNN0336 SNN0342 SNN0383 SNN1001 SNN1002 SNN1005 SNN1006 "
    "SNN1012 SNN1014 SNN1041",
    "the line is advice that no file can follow (look, compare, report it)":
    "SNN0109 SNN0203 SNN0214 SNN0249 SNN0250 SNN0251 SNN0252 SNN0260 SNN0388 "
    "SNN0404 SNN0406 SNN0407 SNN0408 SNN0501 SNN0503 SNN0504 SNN0509 SNN0510 "
    "SNN0386 SNN0387 SNN0511 SNN0910 SNN0911 SNN0912 SNN0913 SNN0961 "
    "SNN0449 SNN0962",
    "files or networks larger than a quick test makes":
    "SNN0002 SNN0108 SNN0206 SNN0306 SNN0355 SNN0357 SNN0364 SNN0390 SNN0403 "
    "SNN0451 SNN0343 SNN0344 SNN0345 SNN0414 SNN0423 SNN0426 SNN0502 SNN0681 SNN0701 "
    "SNN0447 SNN0960 SNN1000 SNN1100 SNN1101",
    "the system's doing: no memory, no thread, no room, a signal, a crash":
    "SNN0204 SNN0205 SNN0219 SNN0409 SNN0427 SNN0512 SNN0850 SNN0852 SNN0853 "
    "SNN0940 SNN0963 SNN0964",
    "internal: a fault of snnc itself":
    "SNN0382 SNN0391 SNN0424 SNN0425 SNN0682 SNN0683 SNN0801 SNN0900 SNN0901",
    "IR or mappings written by hand, for snnc-opt (the passes' errors tests)":
    "SNN0290 SNN0291 SNN0292 SNN0300 SNN0301 SNN0303 SNN0304 SNN0308 SNN0310 "
    "SNN0311 SNN0320 SNN0331 SNN0332 SNN0340 SNN0350 SNN0351 SNN0352 SNN0356 "
    "SNN0358 SNN0359 SNN0360 SNN0361 SNN0370 SNN0371 SNN0372 SNN0373 SNN0374 "
    "SNN0590 SNN0591 SNN0592 SNN0593 SNN0594 SNN0595 SNN0596 SNN0597 SNN0598 "
    "SNN0375 SNN0376 SNN0377 SNN0378 SNN0380 SNN0381 SNN0395 SNN0396 SNN0397 SNN0398 "
    "SNN0702 SNN0703 SNN0704 SNN0705 SNN0720 SNN0721 SNN0722 SNN0723 SNN0724 "
    "SNN0725 SNN0726 SNN0727 SNN0728 SNN0729 SNN1102 SNN1103 SNN1104 SNN1105 "
    "SNN1106 SNN1107 SNN1108 SNN1109 SNN1110 SNN1112",
    "programs and bundles made by hand (the emulator's and the bundle's tests)":
    "SNN0430 SNN0441 SNN0560 SNN0561 SNN0601 SNN0602 SNN0603 SNN0604 SNN0605 SNN0606 SNN0607 "
    "SNN0608 SNN0609 SNN0610 SNN0611 SNN0612 SNN0613 SNN0620 SNN0621 SNN0650 SNN0651 SNN0652 "
    "SNN0653",
    "runs that were interrupted and go on (stream_test)":
    "SNN0444 SNN0445 SNN0446 SNN0622",
    "links between chips (chips_test)": "SNN0365 SNN0366 SNN0684",
    "trained models and data sets of layers (selector_test, auto_test)":
    "SNN1111 SNN1201 SNN1202 SNN1203 SNN1204 SNN1205 SNN1206 SNN1207 SNN1210 "
    "SNN1211 SNN1212 SNN1213 SNN1214",
}
