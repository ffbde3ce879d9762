"""Every code that the sources name has its line in Diagnostics.def, and is
explained once, on the page that the line names; nothing else is.
docs/diagnostics.md leads to every page."""

import collections
import glob
import os
import re
import unittest

from support import ROOT

SOURCES = ("classifier", "planner", "tools", "compiler", "passes", "backends", "runtime")
CODE = re.compile(r"SNN\d{4}")
ROW = re.compile(r"^\| *(SNN\d{4}) *\|")
LINE = re.compile(r'^SNNC_DIAGNOSTIC\((SNN\d{4}), (\w+), (\w+), (\w+), "(.+)"\)$')
PASTED = re.compile(r'"SNN\d{4}:')
PAGES = os.path.join(ROOT, "docs", "diagnostics")


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class DiagnosticsIndex(unittest.TestCase):

    def used(self):
        codes = {}
        for folder in SOURCES:
            for kind in ("cpp", "h", "td"):
                for path in glob.glob(os.path.join(ROOT, folder, "**",
                                                   "*." + kind),
                                      recursive=True):
                    for code in CODE.findall(text(path)):
                        codes.setdefault(code, os.path.relpath(path, ROOT))
        return codes

    def listed(self):
        rows = collections.defaultdict(list)
        for path in glob.glob(os.path.join(PAGES, "*.md")):
            for line in text(path).splitlines():
                row = ROW.match(line)
                if row:
                    rows[row[1]].append(os.path.basename(path))
        return rows

    def test_codes(self):
        used, listed = self.used(), self.listed()
        self.assertGreater(len(used), 100)
        self.assertEqual({c: used[c] for c in sorted(used) if c not in listed},
                         {}, "not in docs/diagnostics")
        self.assertEqual(sorted(set(listed) - set(used)), [],
                         "listed, but no source uses them")
        self.assertEqual({c: p for c, p in listed.items() if len(p) > 1}, {},
                         "listed twice")

    def test_table(self):
        table = {}
        for line in text(os.path.join(
                ROOT, "runtime", "support", "Diagnostics.def")).splitlines():
            if line.startswith("SNNC_DIAGNOSTIC"):
                self.assertRegex(line, LINE)
                code, severity, leaves, page, title = LINE.match(line).groups()
                self.assertEqual(severity == "Error", leaves not in (
                    "Ok", "LostSpikes"), line)
                self.assertLess(len(title), 100, line)
                table[code] = page + ".md"
        listed = {code: pages[0] for code, pages in self.listed().items()}
        self.assertEqual(listed, table, "pages and Diagnostics.def")

    def test_codes_are_no_texts(self):
        """A code is an argument (compiler/Support/Report.h), never a part of a
        message that somebody would have to read again."""
        for folder in SOURCES:
            for path in glob.glob(os.path.join(ROOT, folder, "**", "*.cpp"),
                                  recursive=True):
                self.assertNotRegex(text(path), PASTED, path)

    def test_index(self):
        index = text(os.path.join(ROOT, "docs", "diagnostics.md"))
        for path in glob.glob(os.path.join(PAGES, "*.md")):
            self.assertIn(f"(diagnostics/{os.path.basename(path)})", index)


if __name__ == "__main__":
    unittest.main()
