"""Child processes and what they took."""

import dataclasses
import os
import subprocess
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir)


@dataclasses.dataclass(frozen=True)
class Usage:
    wall: float  # seconds
    cpu: float   # seconds, user and system
    peak: int    # bytes, resident
    code: int    # exit code


def timed(*command, cwd, codes=(0,), out=os.devnull):
    """Usage of a process that ends with one of `codes`; `out`: the file that its
    standard output goes to."""
    began = time.monotonic()
    with open(out, "wb") as stdout:
        child = subprocess.Popen(command, cwd=cwd, stdout=stdout,
                                 stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes:
        raise RuntimeError(f"{' '.join(command)}: exit code "
                           f"{child.returncode}\n{said.decode()}")
    return Usage(time.monotonic() - began, usage.ru_utime + usage.ru_stime,
                 usage.ru_maxrss * 1024, child.returncode)


def peers_python():
    """The python of the environment that benchmarks/peers/install makes."""
    folder = os.environ.get("SNNC_PEERS") or os.path.join(ROOT, "build", "peers")
    return os.path.join(folder, "bin", "python")


def has_module(python, module):
    return os.path.exists(python) and not subprocess.run(
        [python, "-c", "import importlib.util as u, sys; "
         f"sys.exit(u.find_spec('{module}') is None)"], check=False).returncode
