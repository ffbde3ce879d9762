"""Runs the commands that README and docs/ show.

A fenced block that begins with ```sh and stands right under the comment
<!-- run --> is a test: it runs in one bash (-e, -u, pipefail) in a copy of the
documents' view of the repository, with nothing beside it, and has to end
with 0, or with N under <!-- run: exit N -->. A ```text block right after it is
the output that it must contain, line by line in order; "..." stands for
anything, and lines are compared without leading and trailing blanks. What goes
to stderr stands behind what goes to stdout.
"""

import glob
import os
import re
import subprocess
import tempfile
import unittest

from support import ROOT, SNNC, TIMEOUT

MARK = re.compile(r"<!-- run(?:: exit (\d+))? -->")


class Block:
    def __init__(self, path, line, code, commands, expected):
        self.name = f"{os.path.relpath(path, ROOT)}:{line}"
        self.code, self.commands, self.expected = code, commands, expected


def fence(lines, at, language):
    """The fenced block that opens at line `at`, and the line after it."""
    if at >= len(lines) or lines[at].strip() != "```" + language:
        return None, at
    end = at + 1
    while lines[end].strip() != "```":
        end += 1
    return lines[at + 1:end], end + 1


def blocks(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    found = []
    for number, line in enumerate(lines):
        mark = MARK.fullmatch(line.strip())
        if not mark:
            continue
        commands, after = fence(lines, number + 1, "sh")
        if commands is None:
            raise ValueError(f"{path}:{number + 1}: no ```sh block follows")
        while after < len(lines) and not lines[after].strip():
            after += 1
        expected, _ = fence(lines, after, "text")
        found.append(Block(path, number + 2, int(mark[1] or 0),
                           "\n".join(commands), expected or []))
    return found


def documents():
    return [os.path.join(ROOT, "README.md"),
            *sorted(glob.glob(os.path.join(ROOT, "docs", "**", "*.md"),
                              recursive=True))]


def matches(pattern, line):
    parts = [re.escape(part) for part in pattern.strip().split("...")]
    return re.fullmatch(".*".join(parts), line.strip()) is not None


class DocsExamples(unittest.TestCase):
    maxDiff = None

    def lay_out(self, folder):
        """root/ with nothing beside it, root/build/release/bin/snnc."""
        root = os.path.join(folder, "snnc")
        os.makedirs(os.path.join(root, "build", "release", "bin"))
        os.symlink(SNNC, os.path.join(root, "build", "release", "bin", "snnc"))
        for name in os.listdir(ROOT):
            if name not in ("build", ".git"):
                os.symlink(os.path.join(ROOT, name), os.path.join(root, name))
        return root

    def run_block(self, block, root):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.commands], cwd=root,
            capture_output=True, text=True, timeout=TIMEOUT,
            # Debian's python: bootstrap gave that one numpy.
            env={**os.environ, "PATH": "/usr/bin:" + os.environ["PATH"]})
        # snnc prints its findings last, and a pipe keeps the order of neither.
        output = done.stdout + done.stderr
        self.assertEqual(done.returncode, block.code,
                         f"{block.name}\n{block.commands}\n{output}")
        self.compare(block, output)

    def compare(self, block, output):
        lines = iter(output.splitlines())
        for wanted in block.expected:
            if wanted.strip() in ("", "..."):
                continue
            if not any(matches(wanted, line) for line in lines):
                self.fail(f"{block.name}: the output lacks, or has in another "
                          f"order:\n{wanted}\n--- it is:\n{output}")

    def test_examples(self):
        count = 0
        with tempfile.TemporaryDirectory(prefix="snnc-docs-") as folder:
            root = self.lay_out(folder)
            for path in documents():
                for block in blocks(path):
                    count += 1
                    with self.subTest(block.name):
                        self.run_block(block, root)
        print(f"{count} examples")
        self.assertGreaterEqual(count, 8)


if __name__ == "__main__":
    unittest.main()
