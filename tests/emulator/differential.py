#!/usr/bin/env python3
"""Differential test: snnc's Cortex-M4F engine against Unicorn.

Random encodings of every supported instruction class, alone and in sequences,
from random registers and memory; afterwards core registers, flags, S registers,
FPSCR flags and memory must agree. Unicorn (GPL) is only an oracle here: it is
installed into a virtual environment of its own and never linked.

  differential.py PROBE [--cases N] [--seed S] [--venv DIR]

Exit code 0: no difference. 1: differences (printed). 2: the oracle is missing.
"""
import argparse
import os
import random
import struct
import subprocess
import sys
import time

from instructions import CODE, DATA, DATA_END, make_case

UNICORN = "2.1.4"


def restart_in_venv(directory):
    """Runs this script again where Unicorn can be imported."""
    python = os.path.join(directory, "bin", "python3")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", directory], check=True)
    probe = subprocess.run([python, "-c", "import unicorn"],
                           stderr=subprocess.DEVNULL, check=False)
    if probe.returncode != 0:
        done = subprocess.run(
            [python, "-m", "pip", "install", "-q", "unicorn==" + UNICORN],
            check=False)
        if done.returncode != 0:
            print("differential.py: cannot install unicorn " + UNICORN
                  + " into " + directory, file=sys.stderr)
            sys.exit(2)
    os.execv(python, [python] + sys.argv + ["--in-venv"])


def memory_of(seed):
    words = []
    for _ in range((DATA_END - DATA) // 4):
        seed ^= seed << 13 & 0xFFFFFFFF
        seed ^= seed >> 17
        seed ^= seed << 5 & 0xFFFFFFFF
        words.append(seed)
    return struct.pack("<%dI" % len(words), *words)


def checksum(data):
    h = 2166136261
    for b in data:
        h = (h ^ b) * 16777619 & 0xFFFFFFFF
    return h


class Oracle:
    """Unicorn as a Cortex-M4."""

    def __init__(self):
        import unicorn
        import unicorn.arm_const as arm
        self.unicorn, self.arm = unicorn, arm
        self.uc = unicorn.Uc(unicorn.UC_ARCH_ARM,
                             unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        self.uc.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M4)
        self.uc.mem_map(0, 0x2000)
        self.core = [arm.UC_ARM_REG_R0 + i for i in range(13)] + [
            arm.UC_ARM_REG_SP, arm.UC_ARM_REG_LR]
        self.single = [arm.UC_ARM_REG_S0 + i for i in range(32)]
        # The oracle clears all of FPSCR at its first floating-point
        # instruction (a new context); let that be this one, VMOV s0, s0.
        self.uc.mem_write(CODE, b"\xb0\xee\x40\x0a")
        self.uc.emu_start(CODE | 1, CODE + 4)

    def run(self, case):
        uc, arm = self.uc, self.arm
        code = struct.pack("<%dH" % len(case["code"]), *case["code"])
        uc.mem_write(CODE, code + b"\0" * (0x1000 - CODE - len(code)))
        uc.mem_write(CODE + len(code), struct.pack("<H", 0xBF30))
        uc.mem_write(DATA, memory_of(case["seed"]))
        uc.ctl_remove_cache(0, 0x2000)
        for reg, value in zip(self.core, case["r"]):
            uc.reg_write(reg, value)
        uc.reg_write(arm.UC_ARM_REG_APSR_NZCVQG, case["apsr"])
        for reg, value in zip(self.single, case["s"]):
            uc.reg_write(reg, value)
        uc.reg_write(arm.UC_ARM_REG_FPSCR, case["fpscr"])
        try:
            uc.emu_start(CODE | 1, CODE + len(code), count=1000)
        except self.unicorn.UcError as error:
            return str(error)
        return ([uc.reg_read(r) for r in self.core]
                + [uc.reg_read(arm.UC_ARM_REG_XPSR) & 0xF80F0000]
                + [uc.reg_read(r) for r in self.single]
                + [uc.reg_read(arm.UC_ARM_REG_FPSCR) & 0xF0000000,
                   checksum(uc.mem_read(DATA, DATA_END - DATA))])


def probe_line(case):
    def hexes(values):
        return " ".join("%x" % v for v in values)
    return "%s ; %s ; %s ; %x" % (
        hexes(case["code"] + [0xBF30]), hexes(case["r"] + [case["apsr"]]),
        hexes(case["s"] + [case["fpscr"]]), case["seed"])


LABELS = (["r%d" % i for i in range(15)] + ["apsr"]
          + ["s%d" % i for i in range(32)] + ["fpscr", "memory"])


def differences(case, ours, theirs):
    if isinstance(theirs, str):
        return ["oracle refuses: " + theirs]
    fields = ours.split()
    if fields[0] != "S":
        return ["engine ended with " + fields[0] + " at pc " + fields[16]]
    values = [int(f, 16) for f in fields[1:]]
    values = values[:15] + values[16:]
    values[15] &= 0xF80F0000
    before = case["r"] + [case["apsr"]] + case["s"] + [case["fpscr"], 0]
    return ["%s: before %x, engine %x, oracle %x" % row
            for row in zip(LABELS, before, values, theirs)
            if row[2] != row[3]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("--cases", type=int, default=12000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--venv", default="unicorn-venv")
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("--in-venv", action="store_true")
    options = parser.parse_args()
    try:
        oracle = Oracle()
    except ImportError:
        if options.in_venv:
            print("differential.py: unicorn is not importable",
                  file=sys.stderr)
            return 2
        restart_in_venv(options.venv)
    rng = random.Random(options.seed)
    cases = [make_case(rng, i % 2 == 0) for i in range(options.cases)]
    started = time.monotonic()
    answer = subprocess.run([options.probe], text=True, check=True,
                            input="\n".join(map(probe_line, cases)) + "\n",
                            capture_output=True)
    lines = answer.stdout.splitlines()
    if len(lines) != len(cases):
        print("differential.py: probe answered %d of %d cases"
              % (len(lines), len(cases)))
        return 1
    bad = 0
    counts = {}
    for case, ours in zip(cases, lines):
        found = differences(case, ours, oracle.run(case))
        for name in case["names"]:
            counts[name] = counts.get(name, 0) + 1
        if not found:
            continue
        bad += 1
        if bad <= options.show:
            print("case %s code %s" % (
                "+".join(case["names"]),
                " ".join("%04x" % h for h in case["code"])))
            for line in found[:6]:
                print("   " + line)
    print("%d cases, %d differ, %.1f s; instructions by class: %s" % (
        len(cases), bad, time.monotonic() - started,
        ", ".join("%s %d" % item for item in sorted(counts.items()))))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
