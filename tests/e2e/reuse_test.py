"""Machine code is taken over where nothing but numbers changed, and the bundle is
the same as without."""

import json
import os
import unittest

from support import YamlTest, read_bundle, write_bundle

NETWORK = """network: {name: again, dt: 1 ms, seed: 3}
populations:
  a: {size: 300, model: %(model)s, params: {tau: %(tau)s ms, threshold: 1%(more)s}}
  b: {size: 200, model: %(model)s, params: {tau: 10 ms, threshold: 1%(more)s}}
inputs:
  in: {size: 50, kind: poisson, rate: 20 Hz}
projections:
  - {from: in, to: a, connector: {fixed_probability: 0.2}, weight: %(weight)s}
  - {from: a, to: b, connector: {fixed_probability: 0.1}, weight: 0.2}
"""
SAID = "machine code of"


class Reuse(YamlTest):
    def setUp(self):
        for name in os.listdir(self.folder):
            os.remove(self.path(name))

    def compile(self, output, **numbers):
        values = {"model": "lif", "tau": 20, "weight": 0.3,
                  "more": ""} | numbers
        self.write("again.yaml", NETWORK % values)
        done = self.snnc("compile", "again.yaml", "-o", output, "--paradigm",
                         "serial")
        with open(self.path(output), "rb") as file:
            return file.read(), done.stderr

    def both(self, **numbers):
        """The same network over an older bundle and in a new place."""
        over, said = self.compile("old.s2x", **numbers)
        fresh, silent = self.compile("new.s2x", **numbers)
        os.remove(self.path("new.s2x"))
        self.assertNotIn(SAID, silent)
        self.assertTrue(over == fresh, "the bundles differ")
        return said

    def test_numbers(self):
        before, said = self.compile("old.s2x")
        self.assertNotIn(SAID, said)
        programs = len(json.loads(read_bundle(self.path("old.s2x"))
                                  ["manifest.json"])["programs"])
        for change in {"weight": 0.45}, {"tau": 17}:
            said = self.both(**change)
            self.assertIn(f"{SAID} {programs} of {programs} program", said)
        with open(self.path("old.s2x"), "rb") as file:
            self.assertNotEqual(before, file.read())
        quiet = self.snnc("--quiet", "compile", "again.yaml", "-o", "old.s2x",
                          "--paradigm", "serial")
        self.assertNotIn(SAID, quiet.stderr)

    def test_equations(self):
        self.compile("old.s2x")
        said = self.both(model="cuba_lif", more=", syn: 5 ms")
        self.assertNotIn(SAID, said)

    def test_another_machine(self):
        self.compile("old.s2x")
        self.write("moved.json", json.dumps(
            {"schema": 1, "base": "spinnaker2", "name": "moved",
             "timer": {"base": 0xE1000400}}))
        for machine, taken in ("moved.json", False), ("spinnaker2-48", True):
            self.compile("old.s2x")
            done = self.snnc("compile", "again.yaml", "-o", "old.s2x",
                             "--paradigm", "serial", "--machine", machine)
            self.assertEqual(SAID in done.stderr, taken, machine)

    def test_damage(self):
        fresh, _ = self.compile("old.s2x")
        entries = read_bundle(self.path("old.s2x"))
        elf = bytearray(entries["programs/p0.elf"])
        elf[-1] ^= 1
        entries["programs/p0.elf"] = bytes(elf)
        write_bundle(self.path("old.s2x"), entries)
        again, _ = self.compile("old.s2x")
        self.assertTrue(again == fresh)
        for content in b"", b"no zip", fresh[:5000]:
            with open(self.path("old.s2x"), "wb") as file:
                file.write(content)
            again, said = self.compile("old.s2x")
            self.assertTrue(again == fresh)
            self.assertNotIn(SAID, said)


if __name__ == "__main__":
    unittest.main()
