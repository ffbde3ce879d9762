"""Every file includes, and every library links, only what stands below it.

usage: check_floors.py ROOT

The floors of the house, from the ground up (docs/architecture.md). A folder may
use its own floor only where `BESIDE` says so; targets never use each other.
"""

import pathlib
import re
import sys

FLOORS = ["runtime", "compiler", "planner", "classifier", "passes", "backends",
          "tools"]
# What may use a neighbour of the same floor: the phases of `passes` in the
# order in which they run, and everything inside these folders.
BESIDE = {"runtime", "compiler", "planner", "classifier", "tools"}
PHASES = ["Normalize", "Decide", "Map", "Program", "Pipeline"]
GROUND_FORBIDS = ("llvm/", "mlir/", "llvm-c/", "lld/")

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.M)
TARGET = re.compile(r"(?:snnc_library|add_library|add_executable|add_mlir_\w+)"
                    r"\(\s*([\w-]+)")
# A file of another folder that the build reads, such as one to embed.
READ = re.compile(r"\$\{(?:CMAKE|PROJECT)_SOURCE_DIR\}/([\w./-]+)")
LIBRARY = re.compile(r"(snnc_library)\(\s*([\w-]+)([^)]*)\)")
LINK = re.compile(r"target_link_libraries\(\s*([\w-]+)([^)]*)\)")


def floor_of(path):
    """(floor, room) of a path below the root; None outside of the house."""
    parts = pathlib.PurePosixPath(path).parts
    if not parts or parts[0] not in FLOORS:
        return None
    return FLOORS.index(parts[0]), parts[1] if len(parts) > 2 else ""


def points_up(user, used):
    """Why `user` may not use `used` (both (floor, room)), or None."""
    if used[0] > user[0]:
        return f"{FLOORS[user[0]]} stands below {FLOORS[used[0]]}"
    if used[0] < user[0] or FLOORS[user[0]] in BESIDE or used[1] == user[1]:
        return None
    if FLOORS[user[0]] == "backends":
        return f"target {user[1]} uses target {used[1]}"
    known = all(room in PHASES for room in (user[1], used[1]))
    if known and PHASES.index(used[1]) < PHASES.index(user[1]):
        return None
    return f"phase {user[1]} does not come after {used[1]}"


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def files(root, *patterns):
    for floor in FLOORS:
        for pattern in patterns:
            yield from sorted((root / floor).rglob(pattern))


def includes(root):
    """Faults of the #include lines."""
    for path in files(root, "*.h", "*.cpp", "*.td", "*.c", "*.S"):
        name = path.relative_to(root).as_posix()
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            used = floor_of(match.group(1))
            why = used and points_up(floor_of(name), used)
            if name.startswith("runtime/") and \
                    match.group(1).startswith(GROUND_FORBIDS):
                why = "the runtime uses neither LLVM nor MLIR"
            if why:
                yield (f"{name}:{line_of(text, match.start())}: includes "
                       f"{match.group(1)}: {why}")


def links(root):
    """Faults of the link lines, and of the files that the build reads."""
    lists = [(p.relative_to(root).as_posix(),
              re.sub(r"#.*", "", p.read_text()))
             for p in files(root, "CMakeLists.txt")]
    home = {match.group(1): floor_of(name)
            for name, text in lists for match in TARGET.finditer(text)}
    for name, text in lists:
        for match in READ.finditer(text):
            used = floor_of(match.group(1))
            why = used and points_up(floor_of(name), used)
            if why:
                yield (f"{name}:{line_of(text, match.start())}: reads "
                       f"{match.group(1)}: {why}")
        uses = [(m.group(2), m.group(3), m.start())
                for m in LIBRARY.finditer(text)]
        uses += [(m.group(1), m.group(2), m.start())
                 for m in LINK.finditer(text)]
        for target, words, offset in uses:
            user = home.get(target)
            for word in re.findall(r"[\w-]+", words) if user else []:
                why = word in home and points_up(user, home[word])
                if why:
                    yield (f"{name}:{line_of(text, offset)}: {target} links "
                           f"{word}: {why}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1])
    missing = [floor for floor in FLOORS if not (root / floor).is_dir()]
    faults = [f"{floor}: no such folder" for floor in missing]
    faults += [*includes(root), *links(root)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
