"""Every code that the sources name is explained in docs/diagnostics, once, and
nothing else is; docs/diagnostics.md leads to every page."""

import collections
import glob
import os
import re
import unittest

from support import ROOT

SOURCES = ("classifier", "tools", "compiler", "passes", "backends", "runtime")
CODE = re.compile(r"SNN\d{4}")
ROW = re.compile(r"^\| *(SNN\d{4}) *\|")
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

    def test_index(self):
        index = text(os.path.join(ROOT, "docs", "diagnostics.md"))
        for path in glob.glob(os.path.join(PAGES, "*.md")):
            self.assertIn(f"(diagnostics/{os.path.basename(path)})", index)


if __name__ == "__main__":
    unittest.main()
