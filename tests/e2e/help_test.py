"""Printed help works: each case makes a finding, takes what its `help:` line
says from the line itself, applies that and runs again. The finding is gone
then, and what may be left is another one.

To add one: what triggers it, and how the line is applied (`by`).
"""

import json
import os
import re
import tempfile

import numpy as np

from support import ROOT, SRAM_ONLY, SnncTest, write_network

NET = """network: {name: net, dt: 1.0e-3}
inputs:
  x: {size: 4}
populations:
  p: {size: 3, model: lif, params: {tau: 0.02, threshold: 1.0}}
  q: {size: 2, model: li, params: {alpha: 0.5}}
projections:
  - {from: x, to: p, connector: all_to_all, weight: 0.5}
  - {from: p, to: q, connector: all_to_all, weight: 0.5}
"""
POISSON = NET.replace("x: {size: 4}", "x: {size: 4, kind: poisson, rate: 10}")
CYCLE = NET.replace("li, params: {alpha: 0.5}",
                    "lif, params: {alpha: 0.5, threshold: 1.0}").replace(
                        "to: q,", "to: q, delay: 0,") + """\
  - {from: q, to: p, connector: all_to_all, weight: 0.5, delay: 1}
"""
EQUATIONS = """network: {name: net, dt: 1.0e-3}
inputs: {x: {size: 2}}
models:
  own:
    receptors: [in]
    states: {v: 0.0}
    params: {limit: 1.0}
    equations:
      - v = max(v, 0) + in
    spike: v > limit
    reset: [v = 0]
populations: {p: {size: 2, model: own}}
projections: [{from: x, to: p, connector: one_to_one, weight: 1.0}]
"""
RUN = ["run", "net.yaml", "-i", "x.npy", "--backend", "reference", "-o",
       "o.npz"]
CHECK = ["check", "net.yaml"]


def replace(case, old, new):
    """In every text and in the command."""
    case["files"] = {name: text.replace(old, new)
                     if isinstance(text, str) else text
                     for name, text in case["files"].items()}
    case["command"] = [part.replace(old, new) for part in case["command"]]


def meant(case, hints):
    """'did you mean X?': X stands where the wrong word stood."""
    replace(case, case["wrong"],
            re.search(r"did you mean '([^']+)'\?", hints)[1])


def option(pattern, *values):
    """The option that the line names, and its value where it gives none."""
    def apply(case, hints):
        added = [*re.search(pattern, hints)[0].split(), *values]
        if added[0] in case["command"]: # given already: another value
            at = case["command"].index(added[0])
            del case["command"][at:at + len(added)]
        case["command"] += added
    return apply


def without(name):
    """'leave NAME out'."""
    def apply(case, hints):
        assert f"leave {name} out" in hints, hints
        at = case["command"].index(name)
        del case["command"][at:at + 2]
    return apply


def instead(old, pattern, form="{}"):
    """The command or file with what the line's first group says for `old`."""
    def apply(case, hints):
        replace(case, old, form.format(re.search(pattern, hints)[1]))
    return apply


def array(name, make, pattern):
    """The line says how to make the array: `make` of what was there."""
    def apply(case, hints):
        assert re.search(pattern, hints), hints
        case["files"][name] = make(case["files"][name])
    return apply


def makes(name, content, pattern):
    """The line says how the file is to be made; that is the file after it."""
    def apply(case, hints):
        assert re.search(pattern, hints), hints
        case["files"][name] = content
    return apply


def says(pattern, *changes, more=()):
    """The line says so; (old, new) in files and command, and `more` options."""
    def apply(case, hints):
        assert re.search(pattern, hints), hints
        for old, new in changes:
            replace(case, old, new)
        case["command"] += more
    return apply


def rerun(case, hints):
    """The line is a command."""
    line = re.search(r"^snnc (.*)$", hints, re.MULTILINE)[1]
    case["command"] = line.split()


def yaml(code, old, new, by, command=CHECK, base=NET, wrong=None):
    assert old in base, old
    return {"code": code, "command": list(command), "by": by,
            "files": {"net.yaml": base.replace(old, new, 1)},
            "wrong": wrong or new}


def run(code, by, *more, x=None, base=NET, wrong="", command=RUN, then=(),
        before=()):
    """`before`: commands that come first; `then`: what is left, by code."""
    files = {"net.yaml": base, "x.npy": np.ones((5, 4), np.uint8)
             if x is None else x}
    return {"code": code, "command": [*command, *more], "by": by,
            "files": files, "wrong": wrong, "then": list(then),
            "before": [list(one) for one in before]}


def cases():
    ones = np.ones((5, 4), np.uint8)
    return {
        # The command line.
        "verb": run("SNN0090", meant, command=["chekc", "net.yaml"],
                    wrong="chekc"),
        "no verb": run("SNN0090", rerun, command=[]),
        "file for verb": run("SNN0090", rerun, command=["net.yaml"],
                             base=POISSON, then=["SNN1015"]),
        "option": run("SNN0091", meant, command=[*CHECK, "--weihts", "int8"],
                      wrong="--weihts"),
        "beginning of an option": run("SNN0091", meant, "--rec", "p:v",
                                      wrong="--rec"),
        "another verb's option": run("SNN0091", rerun, command=[
            "compile", "net.yaml", "--record", "p:v"]),
        "argument": run("SNN0091", rerun, command=[*CHECK, "more"]),
        "value": run("SNN0092", meant, command=[*CHECK, "--quantize", "per-neurn"],
                     wrong="per-neurn"),
        "option without effect": run("SNN0384", without("--reset"), command=[
            *CHECK, "--reset", "zero"]),
        "missing value": run("SNN0093", rerun, command=[*CHECK, "--weights"]),
        "report into a stream": run("SNN0094", without("--report"), command=[
            "run", "net.yaml", "-i", "x.npy", "-o", "-", "--report", "table"]),
        # Inputs.
        "input name": run("SNN0410", meant, command=[
            "run", "net.yaml", "-i", "xx=x.npy", "-o", "o.npz", "--backend",
            "reference"], wrong="xx="[:-1]),
        "channels": run("SNN0411", array(
            "x.npy", np.transpose, "ticks in the first axis"),
                        x=np.ones((4, 5), np.uint8)),
        "analog": run("SNN0412", option("--encode rate"),
                      x=np.full((5, 4), 0.5)),
        "negative": run("SNN0412", array(
            "x.npy", np.abs, "channels of their own"), x=-np.ones((5, 4))),
        "element type": run("SNN0402", array(
            "x.npy", lambda a: a.real.astype("uint8"), r"astype\('uint8'\)"),
                            x=ones.astype(complex)),
        "extension": run("SNN0405", instead(".txt", r"use (\.npz)"),
                         command=[*RUN[:-1], "o.txt"]),
        # Recordings.
        "record": run("SNN0420", instead("every", r"'(\S+)'"), "--record",
                      "every"),
        "population": run("SNN0421", meant, "--record", "pp:v", wrong="pp"),
        "variable": run("SNN0422", meant, "--record", "p:spkies",
                        wrong="spkies"),
        "an input": run("SNN0421", instead("input:s", r"population: (\w+)", "{}:s"),
                        "--record", "input:spikes",
                        base=NET.replace("x:", "input:").replace(
                            "from: x", "from: input")),
        "nowhere": run("SNN0442", option(r"-o out\.npz"), command=RUN[:-2]),
        "nowhere, report": run("SNN0442", option("--report table"),
                               command=RUN[:-2]),
        "float": run("SNN0440", option("--backend cpu"), command=[
            "run", "net.yaml", "-i", "x.npy", "-o", "o.npz", "--precision",
            "float", "--backend", "emulator"]),
        "ticks": run("SNN1015", option("--ticks", "5"), base=POISSON, command=[
            "run", "net.yaml", "-o", "o.npz", "--backend", "reference"]),
        # YAML.
        "key": yaml("SNN1003", "populations:", "poplations:", meant,
                    wrong="poplations"),
        "key of a population": yaml("SNN1003", "size: 3", "sise: 3", meant,
                                    wrong="sise"),
        "key of a projection": yaml("SNN1003", "weight", "wieght", meant),
        "model": yaml("SNN1008", "lif", "lfi", meant),
        "parameter": yaml("SNN1008", "threshold", "treshold", meant),
        "source": yaml("SNN1008", "from: x", "from: xx", meant, wrong="xx"),
        "connector": yaml("SNN1008", "all_to_all", "alltoall", meant),
        "no alpha": yaml("SNN1004", "tau: 0.02, ", "", lambda c, h: c[
            "files"].update({"net.yaml": c["files"]["net.yaml"].replace(
                "params: {", f"params: {{{re.search(r'or .(tau).', h)[1]}: 0.02, ",
                1)})),
        "name in an equation": yaml("SNN1010", "v > limit", "v > limt", meant,
                                    base=EQUATIONS, wrong="limt"),
        "function": yaml("SNN1010", "max(", "maxx(", meant, base=EQUATIONS,
                         wrong="maxx"),
        "dt of a file": {
            "code": "SNN1016", "command": [*CHECK, "--dt", "2e-3"],
            "files": {"net.yaml": NET}, "wrong": "",
            "by": lambda c, h: c["files"].update({"net.yaml": NET.replace(
                re.search(r"'(dt)' under 'network'", h)[1] + ": 1.0e-3",
                "dt: 2.0e-3")})},
        # Machines.
        "machine": run("SNN0106", meant, command=[
            "compile", "net.yaml", "--machine", "spinaker2"],
                       wrong="spinaker2"),
        # Bundles and the chip.
        "layer": run("SNN0443", meant, command=[
            "inspect", "net.s2x", "--layer", "qq"], wrong="qq",
                     before=[["compile", "net.yaml"]]),
        "all PEs": run("SNN0443", rerun, command=[
            "inspect", "net.s2x", "--pe", "9.9.9"],
                       before=[["compile", "net.yaml"]]),
        "float of a bundle": run(
            "SNN0440", instead(".s2x", r"network file .*(\.yaml)"),
            command=["run", "net.s2x", "-i", "x.npy", "-o", "o.npz",
                     "--backend", "reference", "--precision", "float"],
            before=[["compile", "net.yaml"]]),
        "drawn": run(
            "SNN0415", option("--backend cpu"), base=POISSON.replace(
                "all_to_all", "one_to_one", 1).replace("size: 3", "size: 4"),
            command=["run", "net.s2x", "-i", "x.npy", "-o", "o.npz",
                     "--backend", "emulator"],
            before=[["compile", "net.yaml"]]),
        "trace": run("SNN0450", option("--backend emulator"), command=[
            "run", "net.yaml", "-i", "x.npy", "-o", "o.npz", "--trace",
            "t.pftrace", "--backend", "cpu"], wrong="cpu"),
        "cycle": run("SNN0321", option("--relax-timing"), base=CYCLE,
                     command=CHECK),
        "tick": run("SNN0680", option(r"--tick \S+"), command=[
            "run", "net.yaml", "-i", "x.npy", "-o", "o.npz", "--tick", "1e-6"]),
        "tick of stated rates": run(
            "SNN0362", option(r"--tick [\d.e-]+"), command=[
                "compile", "net.yaml", "--tick", "1e-6", "--paradigm",
                "serial"], base=POISSON.replace("size: 4", "size: 1000")),
    }


class Help(SnncTest):

    def write(self, folder, files):
        for name, content in files.items():
            path = os.path.join(folder, name)
            if isinstance(content, str):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(content)
            elif isinstance(content, bytes):
                with open(path, "wb") as file:
                    file.write(content)
            elif isinstance(content, tuple):
                write_network(path, *content)
            elif content is not None: # None: no such file
                np.save(path, content)

    def findings(self, folder, case):
        """The findings of the case's command, by code, and its exit code."""
        self.write(folder, case["files"])
        for command in case.get("before", []):
            self.snnc(*command, cwd=folder)
        if case.get("damage"):
            case["damage"](folder)
        done = self.run_snnc("--diagnostics", "json", *case["command"],
                             cwd=folder)
        self.assertNotIn(done.returncode, (70, -11, -6), done.stderr)
        return done.returncode, [
            json.loads(line) for line in done.stderr.splitlines()
            if line.startswith("{")]

    def test_explain(self):
        """The binary alone explains every code."""
        listed = re.findall(r"(?m)^(SNN\d{4})  (\w+) +(\d*) +(\S.*)$",
                            self.snnc("explain").stdout)
        self.assertGreater(len(listed), 200)
        text = self.snnc("explain", *(row[0] for row in listed)).stdout
        parts = re.split(r"(?m)^(?=SNN\d{4}: )", text)[1:]
        self.assertEqual(len(parts), len(listed))
        for part, (code, severity, leaves, title) in zip(parts, listed):
            with self.subTest(code):
                self.assertTrue(part.startswith(f"{code}: {title}\n{severity}"),
                                part)
                self.assertEqual(f"exit code {leaves} (" in part, bool(leaves))
                self.assertRegex(part, r"\nmeaning:\n  \S")
                page = re.search(r"\npage: (\S+)", part)[1]
                self.assertTrue(os.path.isfile(os.path.join(ROOT, page)), page)
        for spelling in ("354", "0354", "snn0354"):
            self.assertEqual(self.snnc("explain", spelling).stdout,
                             self.snnc("explain", "SNN0354").stdout)
        for wrong in ("SNN9999", "", "x" * 5000, "SNN035\n"):
            done = self.snnc("explain", wrong, code=2)
            self.assertIn("[SNN0092]", done.stderr)

    def test_check_says_ok_only_of_what_it_tried(self):
        """What compile refuses, check does not call ok."""
        self.write(self.folder, {"net.yaml": NET, "big.yaml": NET.replace(
            "size: 4", "size: 3000").replace("size: 3,", "size: 5500,"),
                                 "sram.yaml": SRAM_ONLY})
        big = ["big.yaml", "--machine", "sram.yaml"]
        self.assertIn("not tried: code generation", self.snnc(*CHECK).stdout)
        for command in (["net.yaml", "--machine", "wrong"],
                        ["net.yaml", "--selector-model", "none.json"],
                        big, [*big, "--plan"], [*big, "--tick", "1e-2"]):
            refused = self.run_snnc("compile", *(
                part for part in command if part != "--plan"))
            done = self.run_snnc("check", *command)
            self.assertNotEqual(refused.returncode, 0)
            self.assertEqual(done.returncode, refused.returncode, done.stderr)
            self.assertNotRegex(done.stdout, r"(?m)^ok$")
        np.save(self.path("x.npy"), np.ones((5, 4), np.uint8))
        self.snnc(*RUN, "--machine", "wrong", code=1)

    def test_an_error_names_its_page_once(self):
        self.write(self.folder, {"net.yaml": NET.replace("size", "sise")})
        errors = self.snnc(*CHECK, code=1).stderr
        self.assertEqual(errors.count("snnc explain"), 1, errors)
        self.assertIn("snnc explain SNN1003", errors)
        self.assertNotIn("snnc explain", self.snnc(
            "--quiet", *CHECK, code=1).stderr)
        self.assertNotIn("snnc explain", self.snnc("chekc", code=2).stderr)

    def test_cases(self):
        from help_cases import UNREACHED, more
        tested = set()
        for name, case in {**cases(), **more()}.items():
            with self.subTest(name), tempfile.TemporaryDirectory(
                    dir=self.folder) as folder:
                code = case["code"]
                _, found = self.findings(folder, case)
                mine = [f for f in found if f["code"] == code]
                self.assertTrue(mine, f"{case['command']}: no {code}: {found}")
                hints = "\n".join(mine[0]["hint"].split("; "))
                self.assertTrue(hints, f"{code} has no help: {mine[0]}")
                case["by"](case, hints)
                end, found = self.findings(folder, case)
                left = [f["code"] for f in found if f["severity"] == "error"]
                self.assertNotIn(code, [f["code"] for f in found], found)
                self.assertEqual(left, case.get("then", []), found)
                self.assertEqual(end == 0, not left, found)
                tested.add(code)
        listed = set(re.findall(r"(?m)^(SNN\d{4}) ", self.snnc("explain").stdout))
        self.assertGreater(len(listed), 200)
        left = {code for codes in UNREACHED.values() for code in codes.split()}
        self.assertEqual(sorted(listed - tested - left), [],
                         "add a case, or say why there is none")
        self.assertEqual(sorted(left & tested), [], "has a case")
        self.assertEqual(sorted(left - listed), [], "no such code")
        print(f"help lines of {len(tested)} codes: {' '.join(sorted(tested))}",
              flush=True)


if __name__ == "__main__":
    import unittest
    unittest.main()
