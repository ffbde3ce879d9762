"""More cases of help_test.py: files that are wrong, and how the printed help
mends them. NIR files are (nodes, edges) of support.write_network; bytes are
written as they are.
"""

import io
import json
import os
import re
import struct
import tempfile

import h5py
import numpy as np

from help_test import (CHECK, CYCLE, EQUATIONS, NET, POISSON, by_hand, made_again,
                       run, yaml)
from support import (ROOT, SRAM_ONLY, fix_digest, read_bundle, write_bundle,
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


def nir(code, broken, *options, then=(), whole=None, **more):
    return {"code": code, "command": ["check", "net.nir", *(options or TIME)],
            "files": {"net.nir": broken}, "wrong": "", "then": list(then),
            "before": [], **more, **made_again(("net.nir", whole or GOOD))}


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


def compress_weight(file):
    weight = file["node/nodes/w/weight"][()]
    del file["node/nodes/w/weight"]
    file["node/nodes/w"].create_dataset("weight", data=weight,
                                        compression="lzf")


def hdf5_cases():
    """Files that are no NIR, or only half of it: each is written again."""
    whole = edited(lambda file: None)
    broken = {
        "SNN0202": whole[:len(whole) // 2],
        "SNN0207": edited(link_weight),
        "SNN0208": edited(compress_weight),
        "SNN0209": edited(lambda file: file.move("node", "other")),
        "SNN0210": edited(lambda file: file.pop("node/edges")),
        "SNN0212": edited(lambda file: (file.pop("node/nodes/w/weight"),
                                        file.create_group(
                                            "node/nodes/w/weight"))),
        "SNN0213": edited(lambda file: (file.pop("node/edges"), file[
            "node"].create_dataset("edges", data=np.arange(3)))),
    }
    return {f"file {code}": nir(code, content)
            for code, content in broken.items()}


def manifest(change_it):
    def damage(members):
        content = json.loads(members["manifest.json"])
        change_it(content)
        members["manifest.json"] = json.dumps(content).encode()
    return damage


def edited_bundles():
    """Bundles whose parts belong together, but were written by somebody else."""
    def case(code, backend, name, change_it):
        def damage(folder):
            path = os.path.join(folder, "net.s2x")
            members = read_bundle(path)
            part = name(members) if callable(name) else name
            changed = change_it(members[part])
            assert changed != members[part], members[part]
            members[part] = changed
            fix_digest(members, part)
            write_bundle(path, members)
        made = run(code, command=[
            "run", "net.s2x", "-i", "x.npy", "-o", "o.npz", "--backend",
            backend, "--record", "q:v"], before=[["compile", "net.yaml"]])
        made["damage"] = damage
        return made

    def overflow(image):
        """Of a core that records nothing: header word 22."""
        return image[:88] + struct.pack("<I", 7) + image[92:]

    def text(pattern, new):
        return lambda content: re.sub(pattern, new, content.decode(),
                                      count=1).encode()
    net = "network.mlir"
    cases = {
        "SNN0652": case("SNN0652", "native", "programs/p0.mlir",
                        text(r"\{", "?")),
        "SNN0683": case("SNN0683", "native", image_of("p"), overflow),
        "SNN0801": case("SNN0801", "reference", "parameters.safetensors",
                        lambda content: content[:4]),
    }
    for backend in ("reference", "cpu"):
        cases |= {
            f"SNN0703 {backend}": case("SNN0703", backend, net, text(
                "    snn.projection", """\
    %l = snn.linear "u"(%x) weight(dense<1.0> : tensor<4x4xf32>) \
: (tensor<4xf32>) -> tensor<4xf32>
    snn.projection""")),
            f"SNN0704 {backend}": case("SNN0704", backend, net, text(
                " : tensor<4xf32>, tensor<3xi1>",
                " {receptor = 3} : tensor<4xf32>, tensor<3xi1>")),
            f"SNN0705 {backend}": case("SNN0705", backend, net, text(
                r"%p to %q (.*) : tensor<3xi1>, tensor<2xf32>",
                r"%q to %p \1 : tensor<2xf32>, tensor<3xi1>")),
        }
    return {f"edited {name}": one for name, one in cases.items()}


def image_of(population):
    """The member that is the population's first core's image."""
    def name(members):
        content = json.loads(members["manifest.json"])
        core = next(p["slices"][0][0] for p in content["populations"]
                    if p["name"] == population)
        return content["cores"][core]["image"]
    return name


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
        made = run(code, command=[
            "run", "net.s2x", "-i", "x.npy", "-o", "o.npz", "--backend",
            "reference"], before=[["compile", "net.yaml"]])
        made["damage"] = damage
        return made
    return {f"bundle {code}": case(code, damage)
            for code, damage in damages.items()}


def nir_cases():
    cases = {
        "empty": nir("SNN0201", b""),
        "a pickle": nir("SNN0201", b"\x80\x02}q\x00."),
        "no file": by_hand(nir("SNN0001", None), net_nir=GOOD),
        "no such file": {**nir("SNN0001", GOOD), "command": [
            "check", "nett.nir", *TIME], "wrong": "nett.nir"},
        "no such type": nir("SNN0211", network(n=("LIFF", lif()[1]))),
        "no field": nir("SNN0220", network(n=("LIF", {
            k: v for k, v in lif()[1].items() if k != "tau"}))),
        "stride 0": nir("SNN0222", network(
            chain("x", "w", "f", "n", "y"), **IMAGE,
            w=conv(3, stride=np.array([0, 0])),
            f=("Flatten", {"start_dim": 0, "end_dim": -1})), whole=network(
                chain("x", "w", "f", "n", "y"), **IMAGE, w=conv(3),
                f=("Flatten", {"start_dim": 0, "end_dim": -1}))),
        "nan": nir("SNN0223", network(w=linear(3, 4, np.nan))),
        "negative tau": nir("SNN0224", network(n=lif(tau=ones(3, -1)))),
        "milliseconds": nir("SNN0228", network(n=lif(tau=ones(3, 20.0)))),
        "threshold below reset": nir("SNN0229", network(
            n=lif(v_threshold=ones(3, 0), v_reset=ones(3)))),
        "edge to nothing": nir("SNN0231", network([
            ("x", "w"), ("w", "wrong"), ("n", "y")]), meant="n"),
        "no input": nir("SNN0233", network(
            [("w", "n"), ("n", "y"), ("z", "n")], x=None, z=linear(3, 4)),
                        choices={"N": "4"}),
        "edge into the input": nir("SNN0234", network(
            [*chain("x", "w", "n", "y"), ("n", "x")])),
        "cycle without a neuron": nir("SNN0235", network(
            [*chain("x", "w", "n", "y"), *chain("n", "u", "v", "u"),
             ("v", "n")], u=linear(3, 3), v=linear(3, 3)),
                                      then=["SNN0321"]),
        "not connected": nir("SNN0236", network(z=lif())),
        "sizes": by_hand(nir("SNN0240", network(w=linear(3, 5))), net_nir=GOOD),
        "transposed": by_hand(nir("SNN0241", network(w=linear(4, 3))),
                              net_nir=GOOD),
        "kernel": by_hand(nir("SNN0247", network(
            chain("x", "w", "f", "n", "y"), **IMAGE, w=conv(9),
            f=("Flatten", {"start_dim": 0, "end_dim": -1}))), net_nir=network(
                chain("x", "w", "f", "n", "y"), **IMAGE, w=conv(3),
                f=("Flatten", {"start_dim": 0, "end_dim": -1}))),
        "refractory": nir("SNN0261", network(n=lif(refractory=np.array(b"y")))),
        "w_in": nir("SNN0262", network(
            chain("x", "n", "y"), w=None, n=("CubaLIF", {
                "tau_mem": ones(3, 0.01), "tau_syn": ones(3, 0.005),
                "r": ones(3, 10), "v_leak": ones(3, 0), "v_reset": ones(3, 0),
                "v_threshold": ones(3), "w_in": np.ones((3, 4), F32)}))),
        # Normalize.
        "readout feeds": by_hand(nir("SNN0305", network(
            chain("x", "w", "l", "u", "n", "y"), l=li(), u=linear(3, 3))),
                                 net_nir=network(
            chain("x", "w", "l", "u", "n", "y"), l=lif(), u=linear(3, 3))),
        "output of a layer": by_hand(nir("SNN0309", network(
            chain("x", "w", "l", "u", "y"), n=None, l=li(), u=linear(3, 3))),
                                     net_nir=network(
            chain("x", "w", "l", "y"), n=None, l=li())),
        "delay after weights": by_hand(nir("SNN0302", network(
            chain("x", "w", "d", "n", "y"), d=(
                "Delay", {"delay": np.array([1, 2, 3], F32) / 1000}))),
                                       net_nir=network(
            chain("x", "d", "w", "n", "y"), d=(
                "Delay", {"delay": np.array([1, 2, 3, 1], F32) / 1000}))),
        "long delay": nir("SNN0333", network(
            chain("x", "d", "w", "n", "y"), d=delay(4, 100.0)), then=["SNN0353"]),
        "delay between ticks": nir("SNN0334", network(
            chain("x", "d", "w", "n", "y"), d=delay(4, 0.0015))),
        "long refractory period": nir("SNN0313", network(
            n=lif(t_refrac=ones(3, 1000.0)))),
        "refractory period between ticks": nir("SNN0314", network(
            n=lif(t_refrac=ones(3, 0.0025)))),
        "late and refractory": nir(
            "SNN0315", network(n=lif(t_refrac=ones(3, 0.002))), *TIME,
            "--reset-late"),
        "reset": nir("SNN0389", network(n=("LIF", {
            k: v for k, v in lif()[1].items() if k != "v_reset"})), "--dt", "1e-3",
                     choices={"NAME": "norse"}),
        "several spikes a tick": nir(
            "SNN0971", network(),
            *TIME, "--framework", "sinabs"),
        "no dt": nir("SNN0330", network(n=lif(tau=ones(3, 0.0137))), "--reset", "zero"),
        "another dt": nir("SNN0335", network(), "--dt", "1e-4",
                          "--reset", "zero"),
        "tick longer than tau": nir("SNN0337", network(
            n=lif(tau=ones(3, 0.0005), r=ones(3, 1.0)))),
        "lost weights": nir("SNN0341", network(w=("Linear", {
            "weight": np.concatenate([np.full((3, 1), 100, F32),
                                      np.full((3, 3), 0.1, F32)], 1)})), *TIME, "--weights",
                            "int8"),
        "no weights": nir("SNN0346", network(w=linear(3, 4, 0.0))),
        "truncated weights": nir("SNN0346", network(
            edges=[*chain("x", "w", "n", "y"), ("x", "v"), ("v", "n")],
            v=linear(3, 4, 1e-3)), *TIME, "--quantize", "py-spinnaker2",
            then=["SNN0341", "SNN0342"]),
        "shape not known": nir("SNN0246", network(
            x=("Input", {"shape": np.array([], int)}),
            w=("Scale", {"scale": np.array(1, F32)}),
            n=("Threshold", {"threshold": np.array(1, F32)}),
            y=("Output", {"shape": np.array([], int)}))),
    }
    return cases


def to_nir(*changes):
    text = NET
    for change in changes:
        assert change[0] in text, change
        text = text.replace(*change, 1)
    made = run("SNN0452", base=text, command=["convert", "net.yaml", "-o",
                                              "made.nir"], then=["SNN1004"])
    made["files"]["s.npy"] = np.array([[0, 0], [3, 2]], np.uint32)
    return made


def yaml_cases():
    table = yaml("SNN1017", "connector: all_to_all, weight: 0.5",
                 "connector: {list: {file: e.csv}}", wrong="targett")
    near = yaml("SNN1013", "weight: 0.5", "weight: {file: ww.npy}",
                wrong="ww.npy")
    near["files"]["w.npy"] = np.ones((3, 4))
    table["files"]["e.csv"] = "source,targett,weight\n0,0,1\n"
    return {
        "input and population": yaml(
            "SNN0970", "  q: {size", "  x: {size",
            base=NET.replace("to: q,", "to: x,").replace(
                "li, params: {alpha: 0.5}",
                "lif, params: {alpha: 0.5, threshold: 1.0}")),
        "a library model": yaml(
            "SNN1007", "  own:\n", "  alif:\n",
            base=EQUATIONS.replace("model: own", "model: alif")),
        "power": yaml("SNN1009", "v > limit", "v ^ 2 > limit", base=EQUATIONS),
        "comma": yaml("SNN1009", "    equations:\n      - v = max(v, 0) + in\n",
                      "    equations: [v = max(v, 0) + in]\n",
                      base=EQUATIONS),
        "not a state": yaml("SNN1011", "v = max(v, 0) + in", "limit = v", base=EQUATIONS),
        "seconds for milliseconds": yaml("SNN1039", "tau: 0.02", "tau: 20"),
        "short tau": yaml("SNN1039", "tau: 0.02", "tau: 1.0e-5"),
        "unit without dt's": yaml("SNN1018", "tau: 0.02", "tau: 20 ms"),
        "unknown unit": yaml("SNN1018", "tau: 0.02", "tau: 20 msec/v",
                             base=NET.replace("1.0e-3", "1 ms"),
                             wrong="msec/v"),
        "header of a table": table,
        "no number file": by_hand(yaml("SNN1013", "weight: 0.5",
                                       "weight: {file: w.npy}"),
                                  w_npy=np.ones((3, 4))),
        "nearly that file": near,
        "to NIR, model": to_nir(("dt: 1.0e-3", "dt: 1 ms"), (
            "model: lif, params: {tau: 0.02, threshold: 1.0}",
            "model: iaf_psc_delta")),
        "to NIR, drawn": to_nir(("x: {size: 4}", "x: {size: 4, kind: poisson, "
                                 "rate: 5}")),
        "to NIR, listed": to_nir(("x: {size: 4}", "x: {size: 4, kind: "
                                  "spike_list, spikes: {file: s.npy}}")),
        "to NIR, start": to_nir(("alpha: 0.5}", "alpha: 0.5}, initial: {v: 0.5}")),
        "to NIR, delays": to_nir(("weight: 0.5}", "weight: 0.5, delay: {dist: "
                                  "uniform_int, low: 1, high: 3}}")),
        "percent": yaml("SNN1005", "all_to_all", "{fixed_probability: 50%}"),
        "of a hundred": yaml("SNN1006", "all_to_all", "{fixed_probability: 50}"),
        "no colon": by_hand(
            yaml("SNN1001", "populations:\n", "populations:\n  r:\n    size: 3\n"
                 "    model li\n    params: {alpha: 0.5}\n"),
            net_yaml=["model li\n", "model: li\n"]),
        "equal trials": run("SNN0661", "--repeat", "3",
                            x=np.ones((5, 4), np.uint8)),
        "trials of samples": run("SNN1040", "--repeat", "3",
                                 x=np.ones((2, 5, 4), np.uint8)),
    }


def file_cases():
    two = NET.replace("x: {size: 4}", "x: {size: 4}\n  z: {size: 4}").replace(
        "projections:\n", "projections:\n  - {from: z, to: p, connector: "
        "all_to_all, weight: 0.5}\n")
    there = ["--backend", "reference", "-o", "o.npz"]
    shorter = run("SNN0411", base=two, command=[
        "run", "net.yaml", "-i", "x=x.npy", "-i", "z=z.npy", *there])
    shorter["files"]["z.npy"] = np.ones((3, 4), np.uint8)
    damaged = run("SNN0401", whole=("x.npy", np.ones((5, 4), np.uint8)))
    damaged["files"]["x.npy"] = b"\x93NUMPY\x01\x00\x02\x00{}"
    model = run("SNN1200",
                command=["compile", "net.yaml", "--paradigm", "auto",
                         "--selector-model", "m.json"])
    model["files"]["m.json"] = b"{}"
    return {
        "folder": run("SNN0003", command=[
                "compile", "net.yaml", "-o", "no/such/n.s2x"]),
        "output is input": run("SNN0851", command=[
                "compile", "net.yaml", "-o", "./net.yaml"]),
        "no effect": run("SNN0384",
                         command=[*CHECK, "--reset=zero"]),
        "channels first": run("SNN0411",
                              x=np.ones((4, 5), np.uint8)),
        "square": run("SNN0660",
                      x=np.ones((4, 4), np.uint8)),
        "samples or ticks": run("SNN0660",
                                x=np.ones((2, 5, 4), np.uint8)),
        "too many spikes": run("SNN0412",
                               x=np.full((5, 4), 70000, np.uint32)),
        "encoder range": run("SNN0413",
                             "--encode", "rate", x=np.full((5, 4), 3.5)),
        "shorter": shorter, "damaged array": damaged, "model file": model,
        "ticks of nothing": run("SNN0428",
                     base="""network: {name: net, dt: 1.0e-3}
inputs: {}
populations: {p: {size: 3, model: lif, params: {tau: 0.02, threshold: 1.0}}}
""", command=["run", "net.yaml", *there]),
        "no checkpoint": run("SNN0453", command=[
            "run", "net.yaml", "-i", "x.npy", "-o", "o.h5", "--resume"]),
        "untrained layer": run("SNN1214", command=[
            "selector", "predict", "--source", "1000000", "--target",
            "1000000"]),
        "code": run("SNN0092", command=["explain", "SNN03544"],
                       wrong="SNN03544"),
    }


def machine_cases():
    """How a network that the chip refuses runs all the same."""
    wide = POISSON.replace("size: 4", "size: 70000")
    with open(os.path.join(ROOT, "runtime", "machine", "spinnaker2.yaml"),
              encoding="utf-8") as file:
        text = file.read()
    key = run("SNN0102", command=[
        "compile", "net.yaml", "--machine", "m.yaml"], wrong="valu")
    key["files"]["m.yaml"] = text.replace("{value: 1,", "{valu: 1,", 1)
    null = by_hand(run("SNN0105", command=[
        "compile", "net.yaml", "--machine", "m.yaml"]), m_yaml=text)
    null["files"]["m.yaml"] = text.replace("value: 16384", "value: null", 1)
    core = by_hand(run("SNN0353", base=wide, then=["SNN1015"], command=[
        "compile", "net.yaml", "--paradigm", "serial", "--machine", "m.yaml"]),
                   net_yaml=["70000", "50000"])
    chip = by_hand(run("SNN0354", base=POISSON.replace(
        "size: 4", "size: 3000").replace("size: 3,", "size: 9000,"), then=["SNN1015"],
               command=["compile", "net.yaml", "--machine", "m.yaml"]),
                   net_yaml=["all_to_all", "{fixed_probability: 0.081}"])
    core["files"]["m.yaml"] = chip["files"]["m.yaml"] = SRAM_ONLY
    return {
        "machine key": key, "machine value": null,
        "core": core, "chip": chip,
        "cores of a tick": run("SNN0362", base=POISSON.replace(
            "size: 4", "size: 20").replace("size: 3, model: lif, params: {",
                                           "size: 20000, rate: 5, model: lif, "
                                           "params: {"), command=[
                "compile", "net.yaml", "--tick", "1e-5"]),
        "slices of a tick": run("SNN0362", base="""\
network: {name: net, dt: 1.0e-3}
inputs: {x: {size: 4, kind: poisson, rate: 10}}
populations: {p: {size: 80000, model: lif, params: {tau: 0.02, threshold: 1.0}}}
projections: [{from: x, to: p, connector: all_to_all, weight: 0.5}]
""", command=["check", "net.yaml", "--tick", "1e-5"]),
        "long ring": by_hand(run("SNN0353", then=["SNN1015"], base=POISSON.replace(
            "weight: 0.5}", "weight: 0.5, delay: 60000}", 1), command=[
                "compile", "net.yaml"]), net_yaml=["60000", "1000"]),
        "assumed rates": run("SNN0363", base=NET.replace(
            "size: 4", "size: 4000"), command=[
                "compile", "net.yaml", "--tick", "1e-5", "--paradigm",
                "serial"]),
    }


def large_cases():
    """One weight far beyond 100,000 others; more synapses than are listed."""
    clipped = yaml("SNN0345", "x: {size: 4}", "x: {size: 100000}",
                   base=NET.replace("weight: 0.5", "weight: {file: w.npy}", 1)
                   .replace("size: 3", "size: 1"),
                   command=[*CHECK, "--weights", "int8"])
    weights = np.random.default_rng(1).uniform(-0.5, 0.5, (1, 100000))
    weights[0, 0] = 1
    clipped["files"]["w.npy"] = weights.astype(F32)
    late = ones(20 * 128 * 128, 1e-3)
    late[0] = 2e-3 # another delay than the others, which no connector has
    size = late.size
    listed = nir("SNN0447", network(
        chain("x", "d", "w", "f", "n", "y"), x=port("Input", 20, 128, 128),
        d=("Delay", {"delay": late.reshape(20, 128, 128)}),
        w=conv(3, weight=np.full((20, 20, 3, 3), 0.5, F32), padding=np.array(
            [1, 1]), bias=np.zeros(20, F32), input_shape=np.array([128, 128])),
        f=("Flatten", {"start_dim": 0, "end_dim": -1}), n=lif(size),
        y=port("Output", size)), then=["SNN0354"]) # of so many neurons
    listed["command"] = ["convert", "net.nir", "-o", "o.yaml", *TIME]
    full = by_hand(run("SNN0357", command=[
        "compile", "net.yaml", "--machine", "m.yaml", "--paradigm", "serial"]),
                   net_yaml=[NET.splitlines()[-1], ""])
    full["files"]["m.yaml"] = (
        "schema: 1\nbase: spinnaker2\nname: own\nrouter: {entries: 1}\n")
    return {"clipped weights": clipped, "too many to list": listed,
            "full router": full}


def with_metadata(**metadata):
    return (*GOOD, metadata)


def note_cases():
    """What is repaired or assumed: most of it has nothing to follow."""
    image = {**IMAGE, "w": conv(3), "f": ("Flatten", {"start_dim": 0,
                                                      "end_dim": -1})}
    way = chain("x", "w", "f", "n", "y")
    return {
        "no version": nir("SNN0216", edited(lambda file: file.pop("version"))),
        "defaults": nir("SNN0221", network(n=("LIF", {
            k: v for k, v in lif()[1].items() if k != "v_reset"}))),
        "no leak": nir("SNN0225", network(n=lif(tau=ones(3, np.inf)))),
        "integers": nir("SNN0226", network(n=lif(v_threshold=np.ones(3, int)))),
        "unknown field": nir("SNN0227", network(n=lif(extra=ones(3)))),
        "nearly a node": nir("SNN0230", network([
            ("x", "w"), ("w", "n1"), ("n", "y")])),
        "no input, one place": nir("SNN0232", network(
            [("w", "n"), ("n", "y")], x=None)),
        "edge twice": nir("SNN0237", network(
            [("x", "w"), *chain("x", "w", "n", "y")])),
        "feeds itself": nir("SNN0238", network(
            [*chain("x", "w", "n", "y"), ("n", "n")]), then=["SNN0321"]),
        "no flatten": nir("SNN0242", network(x=port("Input", 2, 2))),
        "output's shape": nir("SNN0244", network(y=port("Output", 7))),
        "conv's input shape": nir("SNN0248", network(
            way, **{**image, "w": conv(3, input_shape=np.array([9, 9]))})),
        "refractory period": nir("SNN0260", network(n=lif(t_refrac=ones(3, 0.002)))),
        "one value for all": nir("SNN0263", network(
            chain("x", "n", "y"), x=port("Input", 1), w=None)),
        "stated dt": nir("SNN0264", with_metadata(dt=1e-3), "--reset", "zero"),
        "stated nonsense": nir("SNN0265", with_metadata(dt=-1.0), "--reset",
                               "zero"),
        "two weight layers": nir("SNN0307", network(
            chain("x", "w", "u", "n", "y"), u=linear(3, 3))),
        "no neurons": nir("SNN0312", network(chain("x", "w", "y"), n=None)),
        "implied dt": nir("SNN0336", network(), "--reset", "zero"),
        "int16 of itself": nir("SNN0342", network(w=("Linear", {
            "weight": np.concatenate([np.full((3, 1), 100, F32), np.full(
                (3, 3), 0.1, F32)], 1)}))),
        "unknown rule": nir("SNN0383", with_metadata(reset="never"), "--dt", "1e-3"),
    }


def bad_machines():
    def case(code, text, **more):
        made = run(code, command=["compile", "net.yaml", "--machine", "m.yaml"],
                   **more)
        made["files"]["m.yaml"] = text
        return made
    base = "schema: 1\nbase: spinnaker2\nname: own\n"
    return {
        "machine, no YAML": case("SNN0101", "{"),
        "machine, key twice": case("SNN0107", base + "name: again\n"),
        "machine, type": case("SNN0104", base + "boards: many\n"),
        "machine, dead": case("SNN0115", base + "dead: {chips: [[90, 90]]}\n"),
        "machine, nothing": case("SNN0103", "schema: 1\nname: own\n"),
    }


def zipped():
    """The bytes of an .npz of the input."""
    file = io.BytesIO()
    np.savez(file, x=np.ones((5, 4), np.uint8))
    return file.getvalue()


def nir_data():
    """The bytes of a NIRData file as nir.write_data makes it: one event."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.h5")
        with h5py.File(path, "w") as file:
            file.attrs["__type__"] = "NIRGraphData"
            node = file.create_group("nodes/x")
            node.attrs["__type__"] = "NIRNodeData"
            events = node.create_group("observables/spikes")
            events.attrs.update({"__type__": "EventData", "t_max": 5e-3,
                                 "n_neurons": 4})
            events["idx"], events["time"] = [[1]], np.array([[1e-3]], F32)
        with open(path, "rb") as file:
            return file.read()


def wrong_numbers():
    def given(code, name, content, *more, **how):
        made = run(code, command=["run", "net.yaml", "-i", name, "-o", "o.npz",
                                  "--backend", "reference", *more], **how)
        made["files"][name] = content
        return made
    return {
        "weights of 0": yaml("SNN0346", "weight: 0.5", "weight: 0"),
        "no ticks": run("SNN0411", x=np.zeros((0, 4), np.uint8)),
        "machine": run("SNN0106", command=[*CHECK, "--machine", "spinaker2"],
                       wrong="spinaker2"),
        "letter of an option": run("SNN0091", command=["check", "net.yaml", "-m",
                                                       "spinnaker2"], wrong="-m"),
        "no zip": by_hand(given("SNN0404", "z.npz", b"no zip"), z_npz=zipped()),
        "no NIRData": by_hand(given("SNN0406", "z.h5", GOOD), z_h5=nir_data()),
        "no bundle": run("SNN0501", command=["inspect", "net.yaml"]),
        "unequal sizes": yaml("SNN1012", "all_to_all", "one_to_one"),
        "count": yaml("SNN1014", "threshold: 1.0", "threshold: [1.0, 2.0]"),
        "alias": by_hand(yaml("SNN1002", "inputs:", "a: &a {b: *a}\ninputs:"),
                         net_yaml=["a: &a {b: *a}\n", ""]),
        "added delay": run("SNN0322", base=CYCLE, command=[*CHECK,
                                                           "--relax-timing"]),
        "chosen backend": run("SNN0961", command=["run", "net.yaml", "-i", "x.npy",
                                                  "-o", "o.npz"]),
        "not read": run("SNN0962", "--tick", "1e-3"),
        "silent": by_hand(
            run("SNN0912", x=np.ones((20, 4), np.uint8), base=NET.replace(
                "threshold: 1.0", "threshold: 1000.0")),
            net_yaml=["threshold: 1000.0", "threshold: 10.0"]),
        "saturated": by_hand(
            run("SNN0913", x=np.ones((20, 4), np.uint8), base=NET.replace(
                "threshold: 1.0", "threshold: 0.01")),
            net_yaml=["threshold: 0.01", "threshold: 5.0"]),
        "nan state": by_hand(
            run("SNN0910", base=EQUATIONS.replace("max(v, 0) + in",
                                                  "in / (v - v)"),
                x=np.ones((5, 2), np.uint8)),
            net_yaml=["in / (v - v)", "in / max(v - v, 1)"]),
    }


def more():
    return {**nir_cases(), **hdf5_cases(), **yaml_cases(), **file_cases(),
            **bundle_cases(), **edited_bundles(), **large_cases(), **machine_cases(), **note_cases(),
            **bad_machines(), **wrong_numbers()}


# Codes without a case, by the reason.
UNREACHED = {
    "no help line: the message says all that there is":
    "SNN0110 SNN0111 SNN0112 SNN0113 SNN0114 SNN0243 SNN0245 SNN0293 SNN1041",
    "the line is advice that no file can follow (look, compare, report it)":
    "SNN0109 SNN0203 SNN0214 SNN0249 SNN0250 SNN0251 SNN0252 SNN0388 "
    "SNN0407 SNN0408 SNN0503 SNN0504 SNN0509 SNN0510 "
    "SNN0386 SNN0387 SNN0449 SNN0511 SNN0911",
    "files or networks larger than a quick test makes":
    "SNN0002 SNN0108 SNN0206 SNN0306 SNN0355 SNN0364 SNN0390 SNN0403 "
    "SNN0451 SNN0343 SNN0344 SNN0414 SNN0423 SNN0426 SNN0502 SNN0681 SNN0701 "
    "SNN0960 SNN1000 SNN1100 SNN1101",
    "the system's doing: no memory, no thread, no room, a signal, a crash":
    "SNN0004 SNN0204 SNN0205 SNN0219 SNN0409 SNN0427 SNN0512 SNN0850 SNN0852 SNN0853 "
    "SNN0940 SNN0963 SNN0964",
    "internal: a fault of snnc itself":
    "SNN0382 SNN0391 SNN0424 SNN0425 SNN0682 SNN0900 SNN0901",
    "IR or mappings written by hand, for snnc-opt (the passes' errors tests)":
    "SNN0290 SNN0291 SNN0292 SNN0300 SNN0301 SNN0303 SNN0304 SNN0308 SNN0310 "
    "SNN0311 SNN0320 SNN0331 SNN0332 SNN0340 SNN0350 SNN0351 SNN0352 SNN0356 "
    "SNN0358 SNN0359 SNN0360 SNN0361 SNN0370 SNN0371 SNN0372 SNN0373 SNN0374 "
    "SNN0590 SNN0591 SNN0592 SNN0593 SNN0594 SNN0595 SNN0596 SNN0597 SNN0598 "
    "SNN0375 SNN0376 SNN0377 SNN0378 SNN0380 SNN0381 SNN0395 SNN0396 SNN0397 SNN0398 "
    "SNN0702 SNN0720 SNN0721 SNN0722 SNN0723 SNN0724 "
    "SNN0725 SNN0726 SNN0727 SNN0728 SNN0729 SNN1102 SNN1103 SNN1104 SNN1105 "
    "SNN1106 SNN1107 SNN1108 SNN1109 SNN1110 SNN1112",
    "programs and bundles made by hand (the emulator's and the bundle's tests)":
    "SNN0430 SNN0441 SNN0560 SNN0561 SNN0601 SNN0602 SNN0603 SNN0604 SNN0605 SNN0606 SNN0607 "
    "SNN0608 SNN0609 SNN0610 SNN0611 SNN0612 SNN0613 SNN0620 SNN0621 SNN0650 "
    "SNN0653",
    "runs that were interrupted and go on (stream_test)":
    "SNN0444 SNN0445 SNN0446 SNN0622",
    "needs the Python package, or that there is none (convert_test, test_pynn)":
    "SNN0448",
    "links between chips (chips_test)": "SNN0365 SNN0366 SNN0684",
    "trained models and data sets of layers (selector_test, auto_test)":
    "SNN1111 SNN1201 SNN1202 SNN1203 SNN1204 SNN1205 SNN1207 SNN1210 "
    "SNN1211 SNN1212 SNN1213",
}

# Of these, what no command line leads to, or only where a library makes the
# system fail: the test that makes it.
MADE_BY = {
    "SNN0219 SNN0852 SNN0853":
    "tests/faults/faults_test.py: test_codes_and_their_remedies",
    "SNN0963": "tests/e2e/doctor_test.py: test_remedies",
    "SNN0940": "tests/e2e/streams_test.py: test_no_room_for_standard_input",
    "SNN0293": "tests/unit/InternalTest.cpp: AnOutputHasNothingToRead",
    "SNN0391": "tests/unit/InternalTest.cpp: WhatIsNoObjectIsNotLinked",
    "SNN0451": "tests/unit/InternalTest.cpp: ATraceEndsAtItsLargestSize",
    "SNN0650": "tests/unit/InternalTest.cpp: AFunctionThatIsNotThereIsNotCompiled",
    "SNN0900": "tests/unit/InternalTest.cpp: MlirsOwnMessagesHaveACode",
    "SNN0653": "tests/unit/DeviceTest.cpp: MemoryIsReachedByGlobalAddress",
    "SNN0375 SNN0378": "tests/unit/MapCheckerTest.cpp: CheckerCountsAndFollowsRoutes",
    "SNN0380 SNN0381 SNN1106": "tests/unit/CoreImageTest.cpp: WhatWasNotPlannedIsNamed",
    "SNN0396": "tests/passes/Program/tick-to-loops-errors.mlir",
    "SNN1112": "tests/passes/Decide/snn-select-paradigm-errors.mlir",
    "SNN1213": "tests/unit/SelectorTest.cpp: TheLibrarysOwnErrorIsReported",
}
