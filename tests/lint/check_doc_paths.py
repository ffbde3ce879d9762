"""Every file of this tree that a document names is there.

usage: check_doc_paths.py ROOT

Looks at the links of the .md files and at the paths in `code` that begin with a
folder of the root: a recipe that names a file which was moved leads nowhere. A
path may leave out the ending (`compiler/Target/Target`), and stand for several
(`{h,cpp}`, `*`); NAME or <x> in it is for the reader to fill in, and what stands
before it has to be there.
"""

import itertools
import pathlib
import re
import sys
import tempfile

LINK = re.compile(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^( *```).*?^\1", re.M | re.S)
OPEN = re.compile(r"[A-Z]{2,}(?=[./]|$)|<|\.\.\.|\$|%")
SKIP = {"build", ".git"}


def expanded(path):
    """`a.{h,cpp}` as a.h and a.cpp."""
    parts = [part.split(",") if number % 2 else [part]
             for number, part in enumerate(re.split(r"\{([^}]*)\}", path))]
    return ["".join(words) for words in itertools.product(*parts)]


def exists(folder, path):
    if hit := OPEN.search(path):
        path = path[:hit.start()].rpartition("/")[0]
    path = path.rstrip("/")
    return any(True for _ in folder.glob(path)) if path else True


def is_there(folder, path):
    return exists(folder, path) or \
        any(True for _ in folder.glob(path + ".*"))


def faults(root):
    folders = {entry.name for entry in root.iterdir() if entry.is_dir()} - SKIP
    for page in sorted(root.rglob("*.md")):
        if page.relative_to(root).parts[0] in SKIP:
            continue
        text = page.read_text()
        prose = FENCE.sub(lambda m: "\n" * m.group().count("\n"), text)
        named = [(m.start(), m.group(1), page.parent / "")
                 for m in LINK.finditer(prose)]
        for match in CODE.finditer(prose):
            for word in match.group(1).split():
                word = re.sub(r"(:\d+)?[,.;:)]*$", "", word)
                if word.split("/")[0] in folders and "/" in word:
                    named.append((match.start(), word, root))
        for offset, path, folder in named:
            for one in expanded(path):
                good = (folder / one).exists() if folder != root \
                    else is_there(root, one)
                if not good:
                    line = prose.count("\n", 0, offset) + 1
                    yield f"{page.relative_to(root)}:{line}: no {one}"


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name in ("docs/a.md", "tools/x/B.h", "tools/x/B.cpp"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("")
        page = root / "docs/a.md"
        page.write_text("`tools/x/B`, `tools/x/B.{h,cpp}`, `tools/*/B.h`, "
                        "`tools/x/NAME.cpp`, [x](../tools/x/B.h#l), "
                        "`tools/x:3`, <https://a/b> [y](https://a/b)\n"
                        "```\ntools/gone.h\n```\n")
        assert not [*faults(root)], [*faults(root)]
        for wrong in ("`tools/x/C`", "`tools/x/B.{h,td}`", "[x](B.h)",
                      "`tools/y/NAME.cpp`", "run `tools/gone/run.sh --x`"):
            page.write_text("fine\n" + wrong)
            found = [*faults(root)]
            assert len(found) == 1 and found[0].startswith("docs/a.md:2:"), \
                (wrong, found)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    self_test()
    found = [*faults(pathlib.Path(sys.argv[1]).resolve())]
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
