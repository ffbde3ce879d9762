"""Networks that are too large for a machine: the refusal names boards that were
planned, and what it says works as it is printed."""

import json
import os
import re
import unittest

from support import SnncTest, read_bundle

# Fits no chip of few PEs in one paradigm or the other; weights differ, so that
# nothing is shared.
NETWORK = """network: {{name: big, dt: 1 ms, seed: 3}}
inputs: {{x: {{size: {inputs}, kind: poisson, rate: 5}}}}
populations:
  p: {{size: {size}, model: lif, rate: 5, params: {{tau: 0.02, threshold: 1.0e+6}}{pin}}}
projections:
  - {{from: x, to: p, connector: {{fixed_probability: {share}}}, delay: 2,
      weight: {{dist: uniform, low: 0.1, high: 1.0}}}}
"""
SOME = {"inputs": 400, "size": 2000, "share": 0.5, "pin": ""}


def board(**lines):
    """A machine file; YAML reads JSON."""
    return json.dumps({"schema": 1, "name": "own", **lines})


def alive(*chips):
    """The dead chips of a board on which only these live."""
    grid = [(x, y) for x in range(8) for y in range(8)
            if -4 < x - y < 5]  # the hexagon of 48
    return {"chips": [list(c) for c in grid if c not in chips]}


# Six PEs a chip leave the network no room on few of them.
FEW = {"list": [[7, 6, p] for p in range(4)] + [[7, 5, p] for p in range(2)]}


class LargerMachine(SnncTest):

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def follow(self, machine, *options, command="compile"):
        """Refuses on `machine`, applies what is printed; the chips it took."""
        self.write("machine.yaml", machine)
        words = [command, "net.yaml", *options]
        out = ["-o", "net.s2x"] if command == "compile" else []
        done = self.run_snnc("--diagnostics", "json", *words, *out, "--machine",
                             "machine.yaml")
        self.assertEqual(done.returncode, 3, done.stderr)
        refusal = [json.loads(line) for line in done.stderr.splitlines()
                   if line.startswith("{")]
        hints = [(finding["code"], hint) for finding in refusal
                 for hint in finding["hints"] if ": planned on " in hint]
        self.assertEqual(len(hints), 1, done.stderr)
        code, hint = hints[0]
        said = re.search(r"planned on ([\d,]+) of its ([\d,]+) cores, (\d+) "
                         r"chip\(s\)$", hint)
        if lines := re.search(r"FILE.yaml with the lines (.*'boards: \d+')", hint):
            self.write("larger.yaml", "\n".join(
                re.findall(r"'([^']+)'", lines[1])) + "\n")
            larger = "larger.yaml"
        elif line := re.match(r"write '(boards: \d+)' into the file", hint):
            key, value = line[1].split(": ")
            more = {**json.loads(machine), key: int(value)}
            if hint.split(": planned")[0].endswith(" and leave 'dead' out"):
                del more["dead"]
            self.write("larger.yaml", json.dumps(more))
            larger = "larger.yaml"
        else:
            larger = re.match(r"use --machine (\S+),", hint)[1]
        self.snnc("compile", "net.yaml", *options, "--machine", larger, "-o",
                  "net.s2x")
        manifest = json.loads(read_bundle(self.path("net.s2x"))["manifest.json"])
        cores = manifest["cores"]
        self.assertEqual(len(cores), int(said[1].replace(",", "")), hint)
        self.assertEqual(len({tuple(c.get("chip", (0, 0))) for c in cores}),
                         int(said[3]))
        return code, hint

    def ring(self, count):
        """So many populations, a PE each."""
        cells = "".join(
            f"  p{i}: {{size: 4, model: lif, params: {{alpha: 0.9, threshold: 9}}}}\n"
            for i in range(count))
        wires = "".join(
            f"  - {{from: p{i}, to: p{(i + 1) % count}, weight: 1.0, "
            "connector: all_to_all}\n" for i in range(count))
        self.write("net.yaml", "network: {name: many}\npopulations:\n" + cells +
                   "projections:\n" + wires)

    def test_chips_and_boards(self):
        self.write("net.yaml", NETWORK.format(**SOME))
        few = board(base="spinnaker2-48", pes=FEW, boards=1,
                    dead=alive((0, 0)))
        for paradigm in "serial", "parallel", "auto":
            for command in "check", "compile":
                with self.subTest(paradigm=paradigm, command=command):
                    code, hint = self.follow(few, "--paradigm", paradigm,
                                             "--tick", "1e-3", command=command)
                    self.assertIn("write 'boards: 1' into the file of machine "
                                  "'own' and leave 'dead' out", hint)
                    self.assertIn(code, ("SNN0354", "SNN0362", "SNN1100"))

    def test_one_chip_and_few_of_a_board(self):
        self.ring(310)
        for machine in (board(base="spinnaker2"),
                        board(base="spinnaker2-48",
                              dead=alive((0, 0), (1, 0)))):
            for paradigm in "serial", "auto":
                code, hint = self.follow(machine, "--paradigm", paradigm)
                self.assertEqual(code, "SNN0354", hint)
                self.assertRegex(hint, "^use --machine spinnaker2-48, a board "
                                 r"of 48 chips: planned on 3\d\d of its 7,104 "
                                 r"cores, 3 chip\(s\)$")

    def test_boards_of_ones_own(self):
        """A PE a chip: as many boards as 100 of them take."""
        self.ring(100)
        code, hint = self.follow(board(base="spinnaker2-48", boards=1,
                                       pes={"list": [[7, 6, 0]]}),
                                 "--paradigm", "serial")
        self.assertEqual(code, "SNN0354")
        self.assertIn("write 'boards: 3' into the file of machine 'own'", hint)

    def test_no_machine_would_do(self):
        """One neuron that no core holds: nothing is named."""
        self.write("net.yaml", NETWORK.format(
            inputs=4, size=4, share=1.0, pin="").replace(
                "delay: 2", "delay: 60000"))
        done = self.run_snnc("compile", "net.yaml", "--paradigm", "serial",
                             "-o", "x.s2x")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertNotIn("planned on", done.stderr)

    def test_pins(self):
        """A chip that one chip has not, a board has."""
        text = NETWORK.format(inputs=4, size=40, share=1.0,
                              pin=', cores: [1.0/7.6.1]')
        self.write("net.yaml", text)
        done = self.run_snnc("compile", "net.yaml", "-o", "x.s2x")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("SNN0358", done.stderr)
        self.assertIn("use --machine spinnaker2-48, a board of 48 chips: "
                      "planned on 1 of its 7,104 cores", done.stderr)
        self.snnc("compile", "net.yaml", "--machine", "spinnaker2-48", "-o",
                  "x.s2x")


if __name__ == "__main__":
    unittest.main()
