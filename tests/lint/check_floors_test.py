"""check_floors.py finds every kind of violation that is planted in a small tree.

usage: check_floors_test.py
"""

import pathlib
import subprocess
import sys
import tempfile

CHECK = pathlib.Path(__file__).with_name("check_floors.py")
CLEAN = {
    "runtime/io/CMakeLists.txt": "snnc_library(snnc_io A.cpp)\n",
    "runtime/io/A.cpp": '#include "runtime/io/A.h"\n#include <vector>\n',
    "compiler/SNN/CMakeLists.txt": "snnc_library(snnc_dialect B.cpp DEPS snnc_io)\n",
    "compiler/SNN/B.cpp": '#include "runtime/io/A.h"\n#include "mlir/IR/X.h"\n',
    "planner/P.cpp": '#include "compiler/SNN/B.h"\n',
    "classifier/C.cpp": '#include "planner/P.h"\n',
    "passes/Map/CMakeLists.txt": "snnc_library(snnc_map M.cpp DEPS snnc_dialect)\n",
    "passes/Map/M.cpp": '#include "passes/Decide/D.h"\n',
    "passes/Decide/D.cpp": '#include "classifier/C.h"\n',
    "backends/one/E.cpp": '#include "passes/Map/M.h"\n',
    "backends/two/CMakeLists.txt": "snnc_library(snnc_two F.cpp DEPS snnc_map)\n",
    "tools/snnc/G.cpp": '#include "backends/one/E.h"\n',
}
PLANTED = {
    "runtime/io/A.cpp": ('#include "compiler/SNN/B.h"\n', "runtime stands below compiler"),
    "compiler/SNN/B.cpp": ('#include "passes/Map/M.h"\n', "compiler stands below passes"),
    "planner/P.cpp": ('#include "classifier/C.h"\n', "planner stands below classifier"),
    "classifier/C.cpp": ('#include "tools/snnc/G.h"\n', "classifier stands below tools"),
    "passes/Decide/D.cpp": ('#include "passes/Map/M.h"\n', "does not come after"),
    "backends/one/E.cpp": ('#include "backends/two/F.h"\n', "uses target two"),
    "runtime/io/A.h": ("#include <llvm/ADT/Twine.h>\n", "neither LLVM nor MLIR"),
    "compiler/SNN/CMakeLists.txt": (
        "target_link_libraries(snnc_dialect PUBLIC snnc_map)\n", "links snnc_map"),
    "planner/CMakeLists.txt": (
        "file(GLOB x ${CMAKE_SOURCE_DIR}/backends/one/*.yaml)\n",
        "planner stands below backends"),
    "runtime/io/CMakeLists.txt": (
        "snnc_library(snnc_net B.cpp DEPS\n  snnc_dialect)\n", "links snnc_dialect"),
}


def check(tree):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in tree.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, "-B", CHECK, folder],
                              capture_output=True, text=True)
    return done.returncode, done.stderr


def main():
    code, text = check(CLEAN)
    if code:
        sys.exit(f"a clean tree is refused:\n{text}")
    for name, (line, why) in PLANTED.items():
        code, text = check({**CLEAN, name: CLEAN.get(name, "") + line})
        faults = text.splitlines()
        if code != 1 or len(faults) != 1 or why not in text \
                or not text.startswith(name):
            sys.exit(f"planted in {name}: {line}exit {code}, said:\n{text}")


if __name__ == "__main__":
    main()
