"""Checks that an executable has LLVM and MLIR exactly once.

usage: check_llvm_once.py EXECUTABLE static|shared

static: linked in, and no library that is loaded brings them again; shared: the
two libraries, and nothing of MLIR's archives beside them. Two copies in one
process are two registries and two sets of type ids.
"""

import re
import subprocess
import sys

# One function that is in every program with MLIR, one in every one with LLVM.
SYMBOLS = {"libMLIR": "_ZN4mlir11MLIRContextD2Ev",
           "libLLVM": "_ZN4llvm11LLVMContextD2Ev"}


def said(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def main():
    executable, kind = sys.argv[1:]
    if kind not in ("static", "shared"):
        sys.exit(__doc__)
    loaded = said("ldd", executable)
    defined = said("nm", "--defined-only", "--format=posix", executable)
    defined = {line.split()[0] for line in defined.splitlines()}
    wrong = []
    for library, symbol in SYMBOLS.items():
        files = re.findall(rf"^\s*({library}\S*) ", loaded, re.MULTILINE)
        if len(files) != (kind == "shared"):
            wrong.append(f"loads {files or 'no ' + library}")
        if (symbol in defined) != (kind == "static"):
            wrong.append(f"{'defines' if symbol in defined else 'lacks'} "
                         f"{symbol}")
    for text in wrong:
        print(f"{executable}, {kind} LLVM: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
