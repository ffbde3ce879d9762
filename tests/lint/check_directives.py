"""Finds FileCheck and lit directives that a spelling mistake switched off.

usage: check_directives.py FOLDER...

FileCheck takes a comment that it does not know for a comment, so a test with
`CHECK-NXT:` passes for ever. Every comment of a .mlir or .test file whose first
word looks like a directive must be one.
"""

import pathlib
import re
import sys

SUFFIXES = {"", "-NEXT", "-SAME", "-NOT", "-DAG", "-LABEL", "-EMPTY"}
LIT = {"RUN", "XFAIL", "REQUIRES", "UNSUPPORTED", "DEFINE", "REDEFINE", "COM",
       "END", "ALLOW_RETRIES"}
WORD = re.compile(r"^\s*(?://|#|;)\s*([A-Za-z][A-Za-z0-9_-]*)(\{[A-Z]+\})?"
                  r"(\s*)(:?)(.?)")
PREFIX = re.compile(r"--?check-prefix(?:es)?[= ]([\w,-]+)")


def distance(a, b):
    """Edits from `a` to `b`."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1,
                                       last + (x != y))
    return row[-1]


def is_directive(word, prefixes):
    if word in LIT:
        return True
    for prefix in prefixes:
        if word.startswith(prefix):
            rest = word[len(prefix):]
            if rest in SUFFIXES or re.fullmatch(r"-COUNT-\d+", rest):
                return True
    return False


def looks_like_directive(word, prefixes):
    if word.upper() != word:
        return word.upper() in LIT or word.upper().startswith("CHECK")
    parts = word.replace("_", "-").split("-")
    near = [*prefixes, "RUN", "XFAIL", "REQUIRES"]
    return word.startswith(tuple(prefixes)) or any(
        sorted(parts[0]) == sorted(p) or distance(parts[0], p) <= len(p) // 3
        for p in (name.split("-")[0] for name in near))


def mistakes(text):
    """(line, word, what) of every directive of `text` that does nothing."""
    prefixes = {"CHECK"}
    for found in PREFIX.finditer(text):
        prefixes.update(found.group(1).split(","))
    result = []
    for number, line in enumerate(text.splitlines(), 1):
        match = WORD.match(line)
        if not match:
            continue
        word, _, space, colon, _ = match.groups()
        if is_directive(word, prefixes):
            if not colon and re.match(r"CHECK-|RUN$", word):
                result.append((number, word, "has no ':'"))
            elif colon and space:
                result.append((number, word, "has a space before ':'"))
        elif colon and looks_like_directive(word, prefixes):
            result.append((number, word, "is no directive"))
    if "FileCheck" in text and not any(
            is_directive(m.group(1), prefixes) and m.group(1) not in LIT
            for m in map(WORD.match, text.splitlines()) if m):
        result.append((1, "FileCheck", "has nothing to check"))
    if "RUN:" not in text:
        result.append((1, "RUN", "is missing"))
    return result


def self_test():
    good = "// RUN: x | FileCheck %s\n// CHECK-NEXT: a\n// CHECK-COUNT-2: b\n"
    assert mistakes(good) == [], mistakes(good)
    for wrong in ("CHEKC: a", "CHECK-NXT: a", "CHECK_NEXT: a", "CHECK : a",
                  "check: a", "CHECK-NEXT a", "RNU: a", "CHECKNOT: a"):
        assert mistakes(good + "// " + wrong + "\n"), wrong
    assert mistakes("// RUN: FileCheck %s --check-prefix=A\n// A-NOT: x\n") == []
    assert mistakes("// RUN: x | FileCheck %s\n"), "no directive at all"
    assert mistakes(good + "// note: this is prose\n") == []


def main(folders):
    self_test()
    files, wrong = 0, 0
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.suffix not in (".mlir", ".test") or "Inputs" in path.parts:
                continue
            files += 1
            for line, word, what in mistakes(path.read_text()):
                wrong += 1
                print(f"{path}:{line}: error: '{word}' {what}")
    if files == 0:
        print("error: no test file found")
    return 1 if wrong or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
