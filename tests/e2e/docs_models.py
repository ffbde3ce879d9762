"""docs/models.md has a row for every model of the library, with exactly its
states and parameters, and explains every parameter; messages list them all."""

import os
import re
import subprocess
import tempfile
import unittest

from support import ROOT, SNNC, TIMEOUT

MODEL = re.compile(r'snn\.neuron @(\w+) receptors \[[^]]*\] '
                   r'states \[([^]]*)\] params \[([^]]*)\]')


def names(text, quote):
    return re.findall(f"{quote}(\\w+){quote}", text)


def library():
    """{model: (states, parameters)}"""
    with open(os.path.join(ROOT, "compiler", "SNN", "library.mlir"),
              encoding="utf-8") as file:
        return {name: (names(states, '"'), names(params, '"'))
                for name, states, params in MODEL.findall(file.read())}


def rows():
    """The cells of the table rows of docs/models.md, by heading."""
    tables, heading = {}, ""
    with open(os.path.join(ROOT, "docs", "models.md"),
              encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                heading = line.strip("# \n")
            elif line.startswith("| `"):
                tables.setdefault(heading, []).append(
                    [cell.strip() for cell in line.strip("|\n ").split("|")])
    return tables


class DocsModels(unittest.TestCase):

    def test_models(self):
        models, listed = library(), {}
        self.assertGreater(len(models), 10)
        for cells in rows()["Neuron models"]:
            listed[names(cells[0], "`")[0]] = (names(cells[1], "`"),
                                               names(cells[-1], "`"))
        self.assertEqual(listed, models, "docs/models.md and library.mlir")

    def test_parameters(self):
        explained = [name for cells in rows()["Parameters"]
                     for name in names(cells[0], "`")]
        used = {name for _, params in library().values() for name in params}
        self.assertEqual(sorted(explained), sorted(used))

    def test_message_lists_all(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "net.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write("network: {name: n}\npopulations:\n"
                           "  p: {size: 1, model: lfi, params: {}}\n")
            done = subprocess.run([SNNC, "check", path], capture_output=True,
                                  text=True, timeout=TIMEOUT)
        self.assertIn("did you mean 'lif'?", done.stderr)
        known = re.search(r"known: (.*)", done.stderr)[1].split(", ")
        self.assertLessEqual({*library(), "lif", "if", "cuba_lif"}, set(known))


if __name__ == "__main__":
    unittest.main()
