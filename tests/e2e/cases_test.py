"""Real users' cases: ../shared/data/field and robust, each a case.sh that sets
up files, calls $SNNC and exits 0 when the tool did right.

cases.txt names those that are right; one of them going wrong fails the test,
and so does one that is right and not named there: it belongs into the list. The
others are run and reported as known to be wrong. Cases that give the tool a few
seconds of wall time are not judged on a machine that has none to give.
"""

import os
import subprocess
import time
import unittest

from support import DATA, SNNC

LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.txt")
LIMIT = 3000
# What the cases themselves state as limits, they state in seconds.
TIMED = {"field/30-many-projections", "field/51-interrupt",
         "robust/08-signal-ignored", "robust/09-fifo-input",
         "robust/10-thread-limit-hang", "robust/11-output-checked-late",
         "robust/14-long-equation", "robust/15-check-never-ends",
         "robust/20-huge-sizes"}


def right_cases():
    with open(LIST, encoding="utf-8") as file:
        lines = [line.split("#")[0].strip() for line in file]
    return {line for line in lines if line}


def is_busy():
    """Does this process get less than two thirds of a core?"""
    wall, cpu = time.monotonic(), time.process_time()
    while time.process_time() - cpu < 0.1:
        pass
    return time.monotonic() - wall > 0.15


def run_case(script):
    """The case's exit code and its last words."""
    # Debian's python: bootstrap gave that one numpy.
    env = {**os.environ, "SNNC": os.path.abspath(SNNC),
           "PATH": "/usr/bin:" + os.environ["PATH"]}
    run = subprocess.Popen(["bash", script], env=env, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           start_new_session=True)
    try:
        output, _ = run.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, 9)
        output, _ = run.communicate()
        return 1, f"did not end within {LIMIT} s"
    said = [line for line in output.splitlines() if line.strip()]
    return run.returncode, said[-1] if said else "(nothing)"


class Cases:
    """All cases of one folder."""

    folder = ""

    @classmethod
    def setUpClass(cls):
        cls.root = os.path.join(DATA, cls.folder)
        if not os.path.isdir(cls.root):
            raise unittest.SkipTest(
                f"SKIPPED: no cases at {cls.root}; set SNNC_SHARED_DATA to the "
                "folder that holds them")

    def names(self):
        return sorted(f"{self.folder}/{name}" for name in os.listdir(self.root)
                      if os.path.exists(os.path.join(self.root, name,
                                                     "case.sh")))

    def judge(self, name, right):
        code, said = run_case(os.path.join(DATA, name, "case.sh"))
        if code == 0 and name not in right:
            self.fail(f"{name} is right now: name it in tests/e2e/cases.txt")
        if code != 0 and name not in right:
            print(f"{name}: known to be wrong: {said}", flush=True)
        elif code != 0 and name in TIMED and is_busy():
            print(f"{name}: NOT JUDGED, the machine is busy: {said}",
                  flush=True)
        else:
            self.assertEqual(code, 0, f"{name}: {said}")

    def test_cases(self):
        names, right = self.names(), right_cases()
        self.assertTrue(names)
        for name in names:
            with self.subTest(name):
                self.judge(name, right)

    def test_list(self):
        """The list names nothing that is not there."""
        mine = [name for name in right_cases()
                if name.startswith(self.folder + "/")]
        self.assertEqual(sorted(set(mine) - set(self.names())), [])


class Field(Cases, unittest.TestCase):
    folder = "field"


class Robust(Cases, unittest.TestCase):
    folder = "robust"


if __name__ == "__main__":
    unittest.main()
