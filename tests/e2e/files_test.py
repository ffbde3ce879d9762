"""Every real file: `check` ends with findings a user can act on, `compile`
twice gives the same bytes."""

import glob
import json
import os
import unittest

from support import BRAILLE, BRAILLE_TIME, NIR, SnncTest, data

FOLDERS = ("primitives", "real_world", "lif", "nmnist", "braille")
SEVERITIES = {"note", "warning", "error"}


def files():
    found = sorted(path for folder in FOLDERS
                   for path in glob.glob(os.path.join(NIR, folder, "*.nir")))
    if len(found) < 20:
        raise FileNotFoundError(f"only {len(found)} .nir files below {NIR}")
    return found


class Files(SnncTest):
    needs_data = True

    def findings(self, path, *options):
        done = self.run_snnc("check", path, "--json", *options)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(sorted(report), ["file", "findings", "network"]
                         + ["not_tried"] * report["ok"] + ["ok"])
        for finding in report["findings"]:
            self.assertRegex(finding["code"], r"^SNN\d{4}$")
            # A verifier's own words would mean that a case was overlooked.
            self.assertNotRegex(finding["code"], r"^SNN090")
            self.assertIn(finding["severity"], SEVERITIES)
            self.assertTrue(finding["message"])
            if finding["severity"] == "error":
                self.assertTrue(finding["hint"], finding)
                self.assertTrue(finding["node"], finding)
        errors = [f for f in report["findings"] if f["severity"] == "error"]
        self.assertEqual(report["ok"], not errors)
        self.assertEqual(done.returncode, 0 if report["ok"] else 1)
        return report

    def test_check(self):
        usable = 0
        for path in files():
            with self.subTest(os.path.relpath(path, NIR)):
                report = self.findings(path, "--dt", "1e-4")
                usable += report["ok"]
                if report["ok"]:
                    self.assertTrue(report["network"])
                self.findings(path)  # and when nothing says what dt is
        print(f"{usable} of {len(files())} files are usable")
        self.assertGreaterEqual(usable, 10)

    def test_aborted_exports_name_what_is_missing(self):
        for name in ("norse_aborted_export.nir", "snntorch_aborted_export.nir"):
            report = self.findings(data("real_world", name))
            self.assertFalse(report["ok"])
            codes = {f["code"] for f in report["findings"]}
            self.assertIn("SNN0210", codes)

    def test_compile_is_deterministic(self):
        """Other folders, other numbers of threads, the same bytes."""
        refused = 0
        for path in files():
            with self.subTest(os.path.relpath(path, NIR)):
                bundles = []
                for jobs in ("1", "2"):
                    folder = os.path.join(self.folder, "j" + jobs)
                    os.makedirs(folder, exist_ok=True)
                    done = self.run_snnc("compile", path, "--dt", "1e-4",
                                         "-j", jobs, "-o", "net.s2x",
                                         cwd=folder)
                    bundle = os.path.join(folder, "net.s2x")
                    if done.returncode:
                        self.assertIn(done.returncode, (1, 3), done.stderr)
                        self.assertRegex(done.stderr, r"\[SNN\d{4}\]")
                        self.assertFalse(os.path.exists(bundle))
                        refused += 1
                        continue
                    with open(bundle, "rb") as file:
                        bundles.append(file.read())
                    os.unlink(bundle)
                if bundles:
                    self.assertEqual(len(bundles), 2)
                    self.assertTrue(bundles[0] == bundles[1], "bytes differ")
        self.assertLess(refused, 2 * len(files()) - 20)

    def test_options_are_deterministic(self):
        for options in (["--weights", "int16"],
                        ["--quantize", "py-spinnaker2"]):
            for jobs in ("1", "2"):
                self.snnc("compile", BRAILLE, *BRAILLE_TIME, *options, "-j",
                          jobs, "-o", self.path(jobs + ".s2x"))
            with open(self.path("1.s2x"), "rb") as a, \
                    open(self.path("2.s2x"), "rb") as b:
                self.assertTrue(a.read() == b.read(), options)


if __name__ == "__main__":
    unittest.main()
