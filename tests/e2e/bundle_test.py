"""A bundle is open to everyday tools, and does not hide that it was edited."""

import json
import re
import subprocess
import unittest

import numpy as np

from support import (BRAILLE, BRAILLE_TIME, LETTER, SnncTest, fix_digest,
                     read_bundle, write_bundle)


def tool(*arguments, **more):
    return subprocess.run(arguments, check=True, capture_output=True,
                          **more).stdout


class Bundle(SnncTest):
    needs_data = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bundle = cls.folder + "/b.s2x"
        cls.run_snnc("compile", BRAILLE, *BRAILLE_TIME, "--paradigm",
                     "serial", "-o", cls.bundle)

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
            for part in ("ELF32", "ARM", "EXEC", "Version5 EABI", "hard-float"):
                self.assertIn(part, header)
            attributes = tool("readelf", "-A", self.path("p.elf"), text=True)
            self.assertIn("v7E-M", attributes)
            undefined = [line for line in
                         tool("readelf", "-sW", self.path("p.elf"),
                              text=True).splitlines()
                         if " UND " in line and line.split()[-1] != "UND"]
            self.assertEqual(undefined, [])

    def test_threads_do_not_show(self):
        manifest = json.loads(read_bundle(self.bundle)["manifest.json"])
        self.assertGreater(len(manifest["programs"]), 1)
        written = []
        for jobs in ("1", "2", "7"):
            path = self.path(f"jobs{jobs}.s2x")
            self.snnc("compile", BRAILLE, *BRAILLE_TIME, "--paradigm",
                      "serial", "--jobs", jobs, "-o", path)
            with open(path, "rb") as file:
                written.append(file.read())
        self.assertEqual(written[0], written[1])
        self.assertEqual(written[0], written[2])

    def test_inspect(self):
        self.assertIn("lif1.lif", self.snnc("inspect", self.bundle).stdout)
        report = json.loads(self.snnc("inspect", self.bundle, "--json").stdout)
        self.assertEqual([layer["neurons"] for layer in report["layers"]],
                         [38, 7])
        cores = json.loads(
            self.snnc("inspect", self.bundle, "--memory", "--json").stdout)
        self.assertTrue(all(core["buffers"] for core in cores))

    def test_inspect_layer(self):
        layers = json.loads(
            self.snnc("inspect", self.bundle, "--layer", "--json").stdout)
        self.assertEqual([layer["name"] for layer in layers],
                         ["lif1.lif", "lif2"])
        one = json.loads(self.snnc("inspect", self.bundle, "--layer",
                                   "lif2", "--json").stdout)
        self.assertEqual(one, layers[1])
        self.assertEqual((one["paradigm"], one["neurons"], one["pes"],
                          one["batch"]), ("serial", 7, 1, 1))
        self.assertEqual(sum(one["bytes_by_structure"].values())
                         - one["bytes_by_structure"]["record"], one["bytes"])
        self.assertLessEqual(one["cycles_expected"], one["cycles_worst"])
        self.assertGreater(one["tick_cycles"], one["cycles_worst"])
        text = self.snnc("inspect", self.bundle, "--layer", "lif2").stdout
        self.assertRegex(text, r"structure +bytes +of limit\n-+\n")
        self.assertIn(f"{one['bytes']} of {one['limit']}", text)

    def test_inspect_pe(self):
        pes = json.loads(
            self.snnc("inspect", self.bundle, "--pe", "--json").stdout)
        manifest = json.loads(read_bundle(self.bundle)["manifest.json"])
        self.assertEqual([pe["pe"] for pe in pes],
                         [".".join(map(str, core["pe"]))
                          for core in manifest["cores"]])
        for number, pe in enumerate(pes):
            for name in (pe["pe"], number):
                self.assertEqual(json.loads(self.snnc(
                    "inspect", self.bundle, "--pe", name, "--json").stdout),
                    pe)
            self.assertEqual(pe["used"] + pe["free"], pe["available"])
            self.assertEqual(pe["buffers"][0]["name"], "header")
            self.assertTrue(pe["routes_in"])
        hidden = next(pe for pe in pes if pe["population"] == "lif1.lif")
        heard = [sender for route in hidden["routes_in"]
                 for sender in route["from"]]
        self.assertIn("input", heard)
        self.assertIn("lif1.lif[0..38]", heard)  # it is recurrent
        self.assertIn(hidden["pe"], hidden["routes_out"][0]["to"])
        text = self.snnc("inspect", self.bundle, "--pe", hidden["pe"]).stdout
        self.assertRegex(text, r"buffer +at +bytes +share\n-+\nheader +0x")

    def test_inspect_unknown(self):
        for option, wrong, near in (("--layer", "lif1.lid", "lif1.lif"),
                                    ("--pe", "5.4.9", "5.4.")):
            done = self.snnc("inspect", self.bundle, option, wrong, code=1)
            self.assertRegex(done.stderr, r"error: .*\[SNN0443\]")
            self.assertIn(f"did you mean '{near}", done.stderr)

    NEURON = 23

    def altered(self, fix):
        """A bundle in which the weight from the most active input channel to
        one hidden neuron is another; the tick in which that shows first."""
        letter = np.load(LETTER)
        channel = int(letter.sum(0).argmax())
        tick = int(np.flatnonzero(letter[:, channel])[0])
        entries = read_bundle(self.bundle)
        core = next(c for c in json.loads(entries["report.json"])["cores"]
                    if c["population"] == "lif1.lif")
        self.assertEqual(core["encodings"], ["dense<8>"])
        rows = next(b for b in core["buffers"] if b["name"] == "rows")
        self.assertEqual(rows["bytes"], 12 * 40)  # the first: the input's
        entry = next(
            c for c in json.loads(entries["manifest.json"])["cores"]
            if ".".join(map(str, c["pe"])) == core["pe"])
        image = bytearray(entries[entry["image"]])
        image[rows["at"] - entry["imageBase"] + channel * 40 +
              self.NEURON] ^= 0x7F
        entries[entry["image"]] = bytes(image)
        if fix:
            fix_digest(entries, entry["image"])
        write_bundle(self.path("altered.s2x"), entries)
        return self.path("altered.s2x"), tick

    def expected(self, backend, tick):
        return (rf"first divergence \({backend} against reference\): "
                rf"tick {tick}, population 'lif1\.lif', neuron {self.NEURON}, "
                r"(spikes|v|i): \S+ against \S+\n")

    def test_altered_and_signed(self):
        bundle, tick = self.altered(fix=True)
        for backend in ("emulator", "native"):
            done = self.snnc("verify", bundle, "--input", LETTER, "--against",
                             "reference", "--backend", backend, code=4)
            self.assertRegex(done.stdout, self.expected(backend, tick))

    def test_altered_and_not_signed(self):
        bundle, tick = self.altered(fix=False)
        done = self.snnc("verify", bundle, "--input", LETTER, code=4)
        self.assertRegex(done.stdout, self.expected("emulator", tick))
        self.assertRegex(done.stderr, r"warning: .*\[SNN0505\]")
        done = self.snnc("run", bundle, "--input", LETTER, "-o",
                         self.path("o.npz"), code=1)
        self.assertRegex(done.stderr, r"error: .*\[SNN0505\]")

    def hostile(self, name, change):
        """The bundle with one member changed and its digest made to match."""
        entries = read_bundle(self.bundle)
        entries[name] = change(entries[name])
        fix_digest(entries, name)
        write_bundle(self.path("hostile.s2x"), entries)
        return self.path("hostile.s2x")

    def test_endless_row(self):
        # Word 7 of the first table entry: targets of a dense row.
        entries = read_bundle(self.bundle)
        core = next(c for c in json.loads(entries["report.json"])["cores"]
                    if c["population"] == "lif1.lif")
        entry = next(c for c in json.loads(entries["manifest.json"])["cores"]
                     if ".".join(map(str, c["pe"])) == core["pe"])
        table = next(b for b in core["buffers"] if b["name"] == "table")
        image = bytearray(entries[entry["image"]])
        at = table["at"] - entry["imageBase"] + 28
        image[at:at + 4] = b"\xf0\xff\xff\xff"
        entries[entry["image"]] = bytes(image)
        fix_digest(entries, entry["image"])
        write_bundle(self.path("endless.s2x"), entries)
        for backend, codes in (("native", "SNN0605"), ("emulator", "SNN060[35]")):
            done = self.snnc("run", self.path("endless.s2x"), "--input", LETTER,
                             "--backend", backend, "--report", "table", code=5)
            self.assertRegex(done.stderr, rf"error: PE .*\[{codes}\]")

    def test_text_that_nests(self):
        def with_line(line):
            return lambda text: line.encode() + b"\n" + text
        for line, why in (("// " + "[" * 1000, None),
                          ("module attributes {a = \"" + "[" * 1000 + "\"} {}", "cannot be read"),
                          ("module attributes {a = " + "[" * 1000, "nest deeper"),
                          ("func.func @f(" + "() -> (" * 1000, "nest deeper"),
                          ("#a = []", "alias"), ("#a // \n = []", "alias"),
                          ("module attributes {a = affine_map<(d) -> (" + "-" * 10 ** 5, "affine"),
                          ("{-# dialect_resources: {} #-}", "resources")):
            with self.subTest(line[:30]):
                bundle = self.hostile("network.mlir", with_line(line))
                done = self.snnc("run", bundle, "--input", LETTER, "--backend",
                                 "reference", "--report", "table",
                                 code=1 if why else 0)
                if why:
                    self.assertRegex(done.stderr, rf"network.mlir.*{why}.*\[SNN0441\]")

    def test_network_is_the_manifests(self):
        bundle = self.hostile("network.mlir", lambda text: text.replace(
            b"tensor<38x", b"tensor<38000000x"))
        done = self.snnc("run", bundle, "--input", LETTER, "--backend", "reference",
                         "--report", "table", code=1)
        self.assertRegex(done.stderr, r"not the same.*\[SNN0441\]")
        bundle = self.hostile("network.mlir", lambda text: re.sub(
            rb"latency \d+", b"latency 4294967295", text, count=1))
        done = self.snnc("run", bundle, "--input", LETTER, "--backend", "cpu",
                         "--report", "table", code=1)
        self.assertRegex(done.stderr, r"not the same.*\[SNN0441\]")

    def test_weights_are_numbers(self):
        def poison(content):
            length = int.from_bytes(content[:8], "little")
            tensors = json.loads(content[8:8 + length])
            first, last = max((t["data_offsets"] for name, t in tensors.items()
                               if name != "__metadata__" and t["dtype"] == "F32"),
                              key=lambda at: at[1] - at[0])
            at = 8 + length + first
            return content[:at] + np.float32("nan").tobytes() + content[at + 4:]
        bundle = self.hostile("parameters.safetensors", poison)
        for backend in ("reference", "cpu"):
            done = self.snnc("run", bundle, "--input", LETTER, "--backend",
                             backend, "--report", "table", code=1)
            self.assertRegex(done.stderr, r"weight 0 of '.*' is no finite.*\[SNN0441\]")

    def test_program_named_like_a_function(self):
        entries = read_bundle(self.bundle)
        manifest = json.loads(entries["manifest.json"])
        for program, name in zip(manifest["programs"], ("memset", "memcpy")):
            text = entries[program["tick"]].replace(
                b"@" + program["name"].encode(), b"@" + name.encode())
            program["name"] = name
            entries[program["tick"]] = text
        entries["manifest.json"] = json.dumps(manifest).encode()
        for program in manifest["programs"]:
            fix_digest(entries, program["tick"])
        write_bundle(self.path("named.s2x"), entries)
        self.snnc("verify", self.path("named.s2x"), "--input", LETTER, "--backend",
                  "native", "--against", "emulator")

    def test_a_recording_names_its_run(self):
        self.record(self.bundle, ["--input", LETTER, "--record",
                                  "lif1.lif:spikes"])
        meta = json.loads(np.load(self.path("out.npz"))["meta"].tobytes())
        self.assertEqual(meta["backend"], "emulator")
        self.assertIn("compiler", meta)


if __name__ == "__main__":
    unittest.main()
