"""A bundle is open to everyday tools, and does not hide that it was edited."""

import json
import subprocess
import unittest

import numpy as np

from support import (BRAILLE, BRAILLE_TIME, LETTER, SnncTest, fix_digest,
                     read_bundle, write_bundle)


def tool(*arguments, **more):
    return subprocess.run(arguments, check=True, capture_output=True,
                          **more).stdout


class Bundle(SnncTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bundle = cls.folder + "/b.s2x"
        cls.run_snnc("compile", BRAILLE, *BRAILLE_TIME, "-o", cls.bundle)

    def test_everyday_tools(self):
        listing = tool("unzip", "-l", self.bundle, text=True)
        entries = read_bundle(self.bundle)
        for name in entries:
            self.assertIn(name, listing)
        tool("unzip", "-t", self.bundle)
        layers = tool("jq", "-r", ".populations[].name",
                      input=tool("unzip", "-p", self.bundle, "manifest.json"))
        self.assertEqual(layers.decode().split(), ["lif1.lif", "lif2"])
        tool("jq", ".", input=entries["report.json"])
        tool("jq", ".", input=entries["machine.json"])

    def test_programs_are_arm_hard_float(self):
        manifest = json.loads(read_bundle(self.bundle)["manifest.json"])
        self.assertTrue(manifest["programs"])
        for program in manifest["programs"]:
            with open(self.path("p.elf"), "wb") as file:
                file.write(read_bundle(self.bundle)[program["elf"]])
            header = tool("readelf", "-h", self.path("p.elf"), text=True)
            for part in ("ELF32", "ARM", "EXEC", "EABI5", "hard-float"):
                self.assertIn(part, header)
            attributes = tool("readelf", "-A", self.path("p.elf"), text=True)
            self.assertIn("v7E-M", attributes)
            undefined = [line for line in
                         tool("readelf", "-sW", self.path("p.elf"),
                              text=True).splitlines()
                         if " UND " in line and line.split()[-1] != "UND"]
            self.assertEqual(undefined, [])

    def test_inspect(self):
        self.assertIn("lif1.lif", self.snnc("inspect", self.bundle).stdout)
        report = json.loads(self.snnc("inspect", self.bundle, "--json").stdout)
        self.assertEqual([layer["neurons"] for layer in report["layers"]],
                         [38, 7])
        cores = json.loads(
            self.snnc("inspect", self.bundle, "--memory", "--json").stdout)
        self.assertTrue(all(core["buffers"] for core in cores))

    def altered(self, fix):
        """Flips every bit of a byte that a synaptic weight uses: of the bytes
        of hidden layer's rows, the first whose change shows."""
        entries = read_bundle(self.bundle)
        report = json.loads(entries["report.json"])
        core = next(c for c in report["cores"]
                    if c["population"] == "lif1.lif")
        rows = next(b for b in core["buffers"] if "row" in b["name"])
        manifest = json.loads(entries["manifest.json"])
        for candidate in manifest["cores"]:
            base = candidate["image_base"]
            image = bytearray(entries[candidate["image"]])
            at = rows["at"] - base
            pe = candidate["pe"]
            if 0 <= at < len(image) and self.same_pe(pe, core["pe"]):
                # Channel 0's weights to all 38 neurons: no small change.
                for i in range(at, at + 38):
                    image[i] ^= 0x7F
                entries[candidate["image"]] = bytes(image)
                if fix:
                    fix_digest(entries, candidate["image"])
                write_bundle(self.path("altered.s2x"), entries)
                return self.path("altered.s2x")
        self.fail("no image holds the rows of lif1.lif")

    @staticmethod
    def same_pe(manifest_pe, report_pe):
        digits = [int(n) for n in "".join(
            c if c.isdigit() else " " for c in json.dumps(report_pe)).split()]
        other = [int(n) for n in "".join(
            c if c.isdigit() else " " for c in json.dumps(manifest_pe)).split()]
        return digits == other

    FIRST = (r"first divergence \((emulator|host) against reference\): "
             r"tick \d+, population 'lif1\.lif', neuron \d+, \w+: ")

    def test_altered_and_signed(self):
        bundle = self.altered(fix=True)
        for backend in ("emulator", "host"):
            done = self.snnc("verify", bundle, "--input", LETTER, "--against",
                             "reference", "--backend", backend, code=4)
            self.assertRegex(done.stdout, self.FIRST)

    def test_altered_and_not_signed(self):
        bundle = self.altered(fix=False)
        done = self.snnc("verify", bundle, "--input", LETTER, code=4)
        self.assertRegex(done.stdout, self.FIRST)
        self.assertRegex(done.stderr, r"warning: .*\[SNN0505\]")
        done = self.snnc("run", bundle, "--input", LETTER, "-o",
                         self.path("o.npz"), code=1)
        self.assertRegex(done.stderr, r"error: .*\[SNN0505\]")

    def test_a_recording_names_its_run(self):
        self.record(self.bundle, ["--input", LETTER, "--record",
                                  "lif1.lif:spikes"])
        meta = json.loads(np.load(self.path("out.npz"))["meta"].tobytes())
        self.assertEqual(meta["backend"], "emulator")
        self.assertIn("compiler", meta)


if __name__ == "__main__":
    unittest.main()
