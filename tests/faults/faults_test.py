"""Samples of what sweep.py and kills.py run in full, and signals.

Everything here is drawn with fixed seeds. No time decides: a signal ends what
would go on for minutes, so that an end tells that it did.
"""

import os
import pty
import random
import signal
import subprocess
import tempfile
import time
import unittest

import kills
import signals
import sweep
import verbs

# Each kind of place in which calls are made: files read and written, folders,
# libraries in C, children, threads.
SAMPLED = ("check-nir", "compile-yaml", "run-native", "run-h5", "run-from-h5",
           "dataset", "train")
RUNS = 35  # of each verb


class Failures(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(verbs.FAULTS):
            raise unittest.SkipTest(f"no library at {verbs.FAULTS}")
        cls._inputs = tempfile.TemporaryDirectory(prefix="snnc-inputs-")
        cls.addClassCleanup(cls._inputs.cleanup)
        verbs.make_inputs(cls._inputs.name)
        cls.bench = verbs.Bench(cls._inputs.name)

    def test_sample(self):
        draw = random.Random(1)
        reached = 0
        for what in (w for w in verbs.VERBS if w.name in SAMPLED):
            one = sweep.Sweep(self.bench, what)
            faults = []
            for kind in sweep.KINDS:  # as many of each kind as there can be
                some = list(one.faults([kind], 100, 300))
                faults += draw.sample(some, min(len(some), RUNS // 11 + 1))
            for fault in faults:
                with self.subTest(verb=what.name, fault=str(fault)):
                    label, wrong = one.judge(fault)
                    self.assertIsNone(wrong, label)
                    reached += label != "not reached"
        self.assertGreater(reached, RUNS * len(SAMPLED) // 3)

    def test_the_library_counts_and_fails(self):
        by_name = {what.name: what for what in verbs.VERBS}
        one = sweep.Sweep(self.bench, by_name["compile-yaml"])
        for kind in ("alloc", "read", "write", "open", "name", "sync", "close",
                     "look"):
            self.assertGreater(one.counts[kind], 0, kind)
        outcome, calls, failed = one.run(sweep.Fault("sync", "eio", 1))
        self.assertEqual((outcome.code, failed), (1, 1))
        self.assertGreaterEqual(calls, 1)
        self.assertEqual(outcome.files, {})

    def test_codes_and_their_remedies(self):
        """What the system refuses is named; where it does not, as the help
        says, the command works."""
        by_name = {what.name: what for what in verbs.VERBS}
        for name, fault, code, says in (
                ("check-nir", "spawn:eagain:1+", "SNN0219",
                 "free some memory or processes and try again"),
                ("compile-yaml", "alloc:null:5000+", "SNN0852",
                 "give it more (ulimit -v"),
                ("dataset", "thread:eagain:1+", "SNN0853",
                 "raise the limits on memory and processes")):
            with self.subTest(code):
                outcome = self.bench.run(by_name[name], {
                    "LD_PRELOAD": verbs.FAULTS, "SNNC_FAULT": fault})
                said = outcome.stderr.decode()
                self.assertEqual(outcome.code, 1, said)
                self.assertIn(f"[{code}]", said)
                self.assertIn("help: " + says, said)
                self.assertEqual(self.bench.run(by_name[name]).code, 0)


class Kills(unittest.TestCase):

    def test_sample(self):
        counts, wrong = kills.run(20, seed=2, jobs=2)
        self.assertEqual(wrong, [])
        self.assertEqual(sum(counts.values()), 20)


class Signals(unittest.TestCase):
    """What would go on for minutes or hours ends with the documented code."""

    LONG = {what.name: what.arguments
            for what in signals.WORK + signals.WAITS
            if what.name in ("planning", "dataset", "reference", "native",
                             "emulator", "bundle-out")}

    @classmethod
    def setUpClass(cls):
        cls._inputs = tempfile.TemporaryDirectory(prefix="snnc-signals-")
        cls.addClassCleanup(cls._inputs.cleanup)
        cls.folder = cls._inputs.name
        signals.make_inputs(cls.folder)
        cls.before = set(os.listdir(cls.folder)) | {"d.csv.part", "m"}

    def start(self, command, **options):
        child = subprocess.Popen(
            command, cwd=self.folder, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **options)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        return child

    def goes_on(self, child, seconds=0.6, pid=None):
        """Long enough to be in its long phase; where it is not yet, the same
        holds."""
        verbs.wait_for_handlers(child.pid if pid is None else pid)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        self.fail(f"it ended by itself: {child.stderr.read()}")

    def ended(self, code, said):
        self.assertEqual(code, 130, said)
        self.assertIn("SNN0427", said)
        self.assertLessEqual(set(os.listdir(self.folder)), self.before)

    def test_every_phase(self):
        for name, arguments in self.LONG.items():
            for number in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(phase=name, signal=number.name):
                    child = self.start([verbs.SNNC, *arguments])
                    self.goes_on(child)
                    child.send_signal(number)
                    _, said = child.communicate(timeout=verbs.TIMEOUT)
                    self.ended(child.returncode, said)

    def test_a_terminal_s_foreground_group(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execv(verbs.SNNC, [verbs.SNNC, *self.LONG["emulator"]])
        verbs.wait_for_handlers(pid)
        time.sleep(0.6)
        os.write(terminal, b"\x03")  # Ctrl-C, which the terminal makes SIGINT
        said = b""
        try:
            while part := os.read(terminal, 4096):
                said += part
        except OSError:  # the other side has closed
            pass
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        self.ended(os.waitstatus_to_exitcode(status), said.decode())

    def test_a_background_job(self):
        """A shell without job control starts it with SIGINT ignored."""
        shell = self.start(
            ["sh", "-c", '"$0" "$@" & echo $!; wait $!', verbs.SNNC,
             *self.LONG["native"]], start_new_session=True)
        pid = int(shell.stdout.readline())
        self.addCleanup(lambda: shell.poll() is None
                        and os.kill(pid, signal.SIGKILL))
        self.goes_on(shell, pid=pid)
        os.kill(pid, signal.SIGINT)
        self.goes_on(shell, pid=pid)
        os.kill(pid, signal.SIGTERM)
        _, said = shell.communicate(timeout=verbs.TIMEOUT)
        self.ended(shell.returncode, said)

    def test_training_at_any_moment(self):
        counts, wrong = kills.run(8, seed=3, jobs=2, number=signal.SIGTERM,
                                  names=("train",))
        self.assertEqual((wrong, sum(counts.values())), ([], 8))


if __name__ == "__main__":
    unittest.main()
