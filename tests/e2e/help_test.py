"""Printed help works: each case makes a finding; every change that its `help:`
lines print is applied to a fresh copy as it stands there (help_apply.py), and
the command runs again. The finding is gone then, and what may be left is another
one. What leaves nothing to do is listed with the reason (NOT_FOLLOWED).

To add a case: what triggers the finding; `wrong`, the word that was wrong, where
the message has several; `whole`, the file as it is when it is made once more;
`by_hand`, where a line says what to do but not what to write: what an author
who follows it writes.
"""

import collections
import json
import os
import re
import subprocess
import tempfile

import numpy as np

from help_apply import actions, again, fresh
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


def yaml(code, old, new, command=CHECK, base=NET, wrong="", then=(), whole=None,
         meant=None):
    assert old in base, old
    return {"code": code, "command": list(command), "wrong": wrong,
            "files": {"net.yaml": base.replace(old, new, 1)},
            "then": list(then), "meant": meant, **made_again(whole)}


def run(code, *more, x=None, base=NET, wrong="", command=RUN, then=(), before=(),
        whole=None):
    """`before`: commands that come first; `then`: what may be left, by code;
    `whole`: (name, content) of the file that was damaged or missing."""
    files = {"net.yaml": base, "x.npy": np.ones((5, 4), np.uint8)
             if x is None else x}
    return {"code": code, "command": [*command, *more], "files": files,
            "wrong": wrong, "then": list(then),
            "before": [list(one) for one in before], **made_again(whole)}


def made_again(whole):
    return {} if whole is None else {"broken": whole[0], "whole": whole[1]}


def by_hand(case, then=(), **files):
    """What somebody who follows the line writes: `files` by name, with _ for
    the dot; a pair is old and new text."""
    def change(copy):
        for name, content in files.items():
            name = name.replace("_", ".")
            if isinstance(content, list):
                text = copy["files"][name]
                assert content[0] in text, (content, text)
                content = text.replace(*content)
            copy["files"][name] = content
    return {**case, "hand": change, "then": [*case["then"], *then]}


def cases():
    ones = np.ones((5, 4), np.uint8)
    return {
        # The command line.
        "verb": run("SNN0090", command=["chekc", "net.yaml"],
                    wrong="chekc"),
        "no verb": run("SNN0090", command=[]),
        "file for verb": run("SNN0090", command=["net.yaml"],
                             base=POISSON, then=["SNN1015"]),
        "option": run("SNN0091", command=[*CHECK, "--weihts", "int8"],
                      wrong="--weihts"),
        "beginning of an option": run("SNN0091", "--rec", "p:v",
                                      wrong="--rec"),
        "another verb's option": run("SNN0091", command=[
            "compile", "net.yaml", "--record", "p:v"]),
        "argument": run("SNN0091", command=[*CHECK, "more"]),
        "value": run("SNN0092", command=[*CHECK, "--quantize", "per-neurn"],
                     wrong="per-neurn"),
        "option without effect": run("SNN0384", command=[
            *CHECK, "--reset", "zero"]),
        "option for a value": run("SNN0093", command=[
            "run", "net.yaml", "-i", "--ticks", "5"]),
        "unit of a tick": run("SNN0092", command=[*CHECK, "--tick", "1ms"]),
        "unit of dt": run("SNN0092", command=[
            "check", "net.yaml", "--dt", "1ms"], then=["SNN1016"]),
        "not in digits": run("SNN0092", command=[
            "run", "net.yaml", "--ticks", "1e1", "-o", "o.npz"], base=POISSON),
        "missing value": run("SNN0093", command=[*CHECK, "--weights"]),
        "report into a stream": run("SNN0094", command=[
            "run", "net.yaml", "-i", "x.npy", "-o", "-", "--report", "table"]),
        # Inputs.
        "input name": run("SNN0410", command=[
            "run", "net.yaml", "-i", "xx=x.npy", "-o", "o.npz", "--backend",
            "reference"], wrong="xx="[:-1]),
        "no array": {**run("SNN0410", command=[*RUN[:2], *RUN[4:]]),
                     "hand": lambda copy: copy.update(command=[
                         *RUN[:2], "-i", "x=x.npy", *RUN[4:]])},
        "array without -i": {**run("SNN0091", command=[
            *RUN[:2], "x.npy", *RUN[4:]]),
                             "hand": lambda copy: copy.update(command=RUN)},
        "channels": run("SNN0411",
                        x=np.ones((4, 5), np.uint8)),
        # latency alone lacks the ticks.
        "analog": run("SNN0412", x=np.full((5, 4), 0.5), then=["SNN0413"]),
        "negative": run("SNN0412", x=-np.ones((5, 4))),
        "element type": run("SNN0402",
                            x=ones.astype(complex)),
        "extension": run("SNN0405",
                         command=[*RUN[:-1], "o.txt"]),
        # Recordings.
        "record": run("SNN0420", "--record",
                      "every"),
        "population": run("SNN0421", "--record", "pp:v", wrong="pp"),
        "variable": run("SNN0422", "--record", "p:spkies",
                        wrong="spkies"),
        "an input": run("SNN0421",
                        "--record", "input:spikes",
                        base=NET.replace("x:", "input:").replace(
                            "from: x", "from: input")),
        "nowhere": run("SNN0442", command=RUN[:-2]),
        "nowhere, report": run("SNN0442",
                               command=RUN[:-2]),
        "no file near": by_hand(
            run("SNN0001", command=[*RUN[:3], "other.npy", *RUN[4:]]),
            other_npy=ones),
        "a folder": {**run("SNN0405", command=[*RUN[:3], ".", *RUN[4:]]),
                     "hand": lambda copy: copy.update(command=RUN)},
        "float": run("SNN0440", command=[
            "run", "net.yaml", "-i", "x.npy", "-o", "o.npz", "--precision",
            "float", "--backend", "emulator"]),
        "ticks": run("SNN1015", base=POISSON, command=[
            "run", "net.yaml", "-o", "o.npz", "--backend", "reference"]),
        # YAML.
        "key": yaml("SNN1003", "populations:", "poplations:",
                    wrong="poplations"),
        "key of a population": yaml("SNN1003", "size: 3", "sise: 3",
                                    wrong="sise"),
        "key of a projection": yaml("SNN1003", "weight", "wieght"),
        "model": yaml("SNN1008", "lif", "lfi", meant="lif"),
        "model in capitals": yaml("SNN1008", "lif", "LIF", meant="lif"),
        "parameter": yaml("SNN1008", "threshold", "treshold"),
        "source": yaml("SNN1008", "from: x", "from: xx", wrong="xx"),
        "connector": yaml("SNN1008", "all_to_all", "alltoall"),
        "no alpha": yaml("SNN1004", "tau: 0.02, ", ""),
        "name in an equation": yaml("SNN1010", "v > limit", "v > limt",
                                    base=EQUATIONS, wrong="limt"),
        "function": yaml("SNN1010", "max(", "maxx(", base=EQUATIONS,
                         wrong="maxx"),
        "dt of a file": run("SNN1016", command=[*CHECK, "--dt", "2e-3"]),
        # Machines.
        "machine": run("SNN0106", command=[
            "compile", "net.yaml", "--machine", "spinaker2"],
                       wrong="spinaker2"),
        # Bundles and the chip.
        "layer": run("SNN0443", command=[
            "inspect", "net.s2x", "--layer", "qq"], wrong="qq",
                     before=[["compile", "net.yaml"]]),
        "all PEs": run("SNN0443", command=[
            "inspect", "net.s2x", "--pe", "9.9.9"],
                       before=[["compile", "net.yaml"]]),
        "float of a bundle": run(
            "SNN0440",
            command=["run", "net.s2x", "-i", "x.npy", "-o", "o.npz",
                     "--backend", "reference", "--precision", "float"],
            before=[["compile", "net.yaml"]]),
        "drawn": run(
            "SNN0415", base=POISSON.replace(
                "all_to_all", "one_to_one", 1).replace("size: 3", "size: 4"),
            command=["run", "net.s2x", "-i", "x.npy", "-o", "o.npz",
                     "--backend", "emulator"],
            before=[["compile", "net.yaml"]]),
        "trace": run("SNN0450", command=[
            "run", "net.yaml", "-i", "x.npy", "-o", "o.npz", "--trace",
            "t.pftrace", "--backend", "cpu"], wrong="cpu"),
        "cycle": run("SNN0321", base=CYCLE,
                     command=CHECK),
        "tick": run("SNN0680", command=[
            "run", "net.yaml", "-i", "x.npy", "-o", "o.npz", "--tick", "1e-6"]),
        "tick of stated rates": run(
            "SNN0362", command=[
                "compile", "net.yaml", "--tick", "1e-6", "--paradigm",
                "serial"], base=POISSON.replace("size: 4", "size: 1000")),
    }


# Lines that leave nothing to do.
NOT_FOLLOWED = {
    "^compare the spikes": "both are right: a framework may mean either",
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
        for command in case.get("shell", []):
            subprocess.run(command, cwd=folder, check=True)
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

    def follow(self, case, hint, finding, count):
        """Every change that the line prints, each on a copy of its own."""
        changes = actions(hint, case, finding)
        reason = next((why for words, why in NOT_FOLLOWED.items()
                       if re.search(words, hint)), None)
        count["printed"] += 1
        count["applied"] += bool(changes)
        count["again"] += any(change is again for _, change in changes)
        if not changes and case.get("hand"):
            changes = [("by hand", case["hand"])]
            count["hand"] += 1
        if not changes:
            self.assertTrue(reason, f"nobody can follow '{hint}': {finding}")
            count[reason] += 1
        for words, change in changes:
            with self.subTest(words), tempfile.TemporaryDirectory(
                    dir=self.folder) as folder:
                copy = fresh(case)
                change(copy)
                count["changes"] += 1
                end, found = self.findings(folder, copy)
                left = [f["code"] for f in found if f["severity"] == "error"]
                self.assertNotIn(case["code"], [f["code"] for f in found],
                                 (hint, words, copy["command"], found))
                self.assertLessEqual(set(left), set(case.get("then", [])),
                                     (hint, words, copy["command"], found))
                self.assertEqual(end == 0, not left, found)

    @staticmethod
    def named_elsewhere():
        """Codes that other tests name."""
        codes, own = set(), ("help_test.py", "help_cases.py")
        for folder, _, names in os.walk(os.path.join(ROOT, "tests")):
            for name in names:
                if name not in own and name.endswith((
                        ".py", ".cpp", ".mlir", ".h", ".txt", ".yaml", ".test")):
                    with open(os.path.join(folder, name), encoding="utf-8",
                              errors="replace") as file:
                        codes |= set(re.findall(r"SNN\d{4}", file.read()))
        return codes

    def made_by(self, tests, left):
        """The listed tests exist, and the codes stand in them."""
        for codes, place in tests.items():
            path, _, name = place.partition(": ")
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                parts = re.split(r"(?m)^(?=TEST|    def test_)", file.read())
            text = "".join(p for p in parts if name in p.split("\n", 1)[0]
                           ) if name else "".join(parts)
            for code in codes.split():
                self.assertIn(code, text, place)
                self.assertIn(code, left, "has a case")

    def test_cases(self):
        from help_cases import MADE_BY, UNREACHED, more
        tested, helped, count = set(), set(), collections.Counter()
        for name, case in {**cases(), **more()}.items():
            with self.subTest(name):
                code = case["code"]
                with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                    _, found = self.findings(folder, fresh(case))
                mine = [f for f in found if f["code"] == code]
                self.assertTrue(mine, f"{case['command']}: no {code}: {found}")
                tested.add(code)
                for hint in mine[0]["hints"]:
                    helped.add(code)
                    self.follow(case, hint, mine[0], count)
        listed = set(re.findall(r"(?m)^(SNN\d{4}) ", self.snnc("explain").stdout))
        self.assertGreater(len(listed), 200)
        left = {code for codes in UNREACHED.values() for code in codes.split()}
        self.assertEqual(sorted(listed - tested - left), [],
                         "add a case, or say why there is none")
        self.assertEqual(sorted(left & tested), [], "has a case")
        self.assertEqual(sorted(left - listed), [], "no such code")
        self.assertEqual(sorted(left - self.named_elsewhere()), [],
                         "no test triggers it")
        self.made_by(MADE_BY, left)
        reasons = {why: n for why, n in count.items()
                   if why not in ("printed", "applied", "changes", "again",
                                  "hand")}
        print(f"{len(listed)} codes, {len(tested)} have a case here, of "
              f"{len(helped)} hints are printed: {count['printed']}, of which "
              f"{count['applied']} are applied as they stand, in "
              f"{count['changes']} changes ({count['again']} make a file once "
              f"more), {count['hand']} say what to do and not what to write "
              f"and are followed by hand; of the others {reasons}; {len(left)} codes have their "
              "test elsewhere", flush=True)


if __name__ == "__main__":
    import unittest
    unittest.main()
