"""What the Passes.td of every phase say of their passes is tried.

usage: passes_test.py SNNC_OPT SNNC ROOT

* The description of every pass has an example, a block of mlir. Its first line
  may be a comment with the options ("// snnc-opt --snn-retime"; without it the
  pass alone). Lists of synapses have no text in the IR: where they are the
  matter the block is a network in YAML and the comment "# snnc compile". What
  follows "// becomes" stands in the output in this order, a
  line each; "..." is anything, white space counts once. A model @m that the
  example does not define is that of PRELUDE.
* Every pass has a test of its errors: a RUN line of tests/passes that ends in an
  error, or one with --verify-diagnostics. Or the description says
  "Errors: none".
* Every pass, run twice on the inputs of its tests and on its example, gives what it gives once, and
  so at every place of the pipelines there. Or the description says "Not
  idempotent:" and why, and then some input shows it.
"""

import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap

PRELUDE = """
snn.neuron @m receptors ["x"] states ["v"] params ["threshold"] {
^bb0(%x: f32, %v: f32, %threshold: f32):
  %v1 = arith.addf %v, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %s states %v1 : f32
}
"""
PASS = re.compile(r'def \w+ : \w*Pass<"([\w-]+)"(.*?)^}', re.S | re.M)
TEXT = re.compile(r"let description = \[\{(.*?)\}\];", re.S)
BLOCK = re.compile(r"```(mlir|yaml)\n(.*?)```", re.S)
RUN = re.compile(r"// RUN: (.*)")
DUMP = re.compile(r"// -----// IR Dump After .*? \(([\w-]+)\).*?//----- //\n")
SAID = re.compile(r"^\S+:\d+:\d+: (?:remark|warning|error): ", re.M)


def passes(root):
    """{name: description} of all passes."""
    found = {}
    for path in [*sorted((root / "passes").glob("*/Passes.td")),
                 root / "compiler/Contracts/Passes.td",
                 root / "backends/spinnaker2/S2/Passes.td"]:
        for name, body in PASS.findall(path.read_text()):
            text = TEXT.search(body)
            found[name] = text.group(1) if text else ""
    return found


def words(line):
    return " ".join(line.split())


def output_of(tools, name, kind, block):
    """(what an example gives, None), or (None, what is wrong)."""
    comment = "#" if kind == "yaml" else "//"
    command = re.match(rf"\s*{comment} (snnc\S*) (.*)\n", block)
    tool, options = "snnc-opt", [f"--{name}"]
    if command:
        tool, options = command.group(1), shlex.split(command.group(2))
    if kind == "mlir":
        if not any(o.split("=")[0] == f"--{name}" for o in options):
            return None, f"its example does not run {name}"
        if "@m" in block and "snn.neuron @m" not in block:
            block = PRELUDE + block
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, f"example.{kind}")
        path.write_text(block)
        if kind == "yaml":
            options = [*options[:1], str(path), *options[1:]]
            done = subprocess.run([tools[tool], *options],
                                  capture_output=True, text=True)
        else:
            done = subprocess.run([tools[tool], str(path), *options],
                                  capture_output=True, text=True)
            changed = done.returncode == 0 and again(tools[tool], path, options)
            if changed:
                return None, f"its example is changed by a second run of it"
    if done.returncode:
        return None, f"its example fails:\n{done.stderr}"
    return done.stdout, None


def again(opt, path, options):
    """Does the last pass, run once more, change anything?"""
    seen, _ = dumps(opt, [*options, options[-1]], path)
    return len(seen) < 2 or seen[-1][1] != seen[-2][1]


def check_example(tools, name, kind, block):
    """What is wrong with the example, or None."""
    mark = "# becomes" if kind == "yaml" else "// becomes"
    before, _, after = block.partition(mark)
    if not after.strip():
        return f"its example has no '{mark}'"
    text, why = output_of(tools, name, kind, before)
    if why:
        return why
    lines = [words(line) for line in text.splitlines()]
    at = 0
    for wanted in filter(None, map(words, after.splitlines())):
        pattern = re.compile(".*".join(map(re.escape, wanted.split("..."))))
        at = next((i + 1 for i in range(at, len(lines))
                   if pattern.search(lines[i])), None)
        if at is None:
            return f"its example gives no\n  {wanted}\nbut\n{text}"
    return None


def run_lines(root):
    """(file, options of snnc-opt, ends in an error, checks diagnostics) of the
    tests that read their own file."""
    for path in sorted((root / "tests").rglob("*.mlir")):
        for line in RUN.findall(path.read_text()):
            command = re.match(r"(not )?snnc-opt %s ([^|>]*)", line)
            if command:
                options = [o for o in shlex.split(command.group(2))
                           if o.startswith("--")]
                yield (path, options, bool(command.group(1)),
                       "--verify-diagnostics" in options)


def name_of(option):
    return option[2:].split("=")[0]


def dumps(opt, options, path):
    """[(pass, IR behind it)] of a pipeline; those before an error."""
    done = subprocess.run(
        [opt, str(path), *options, "--mlir-print-ir-after-all",
         "--mlir-print-ir-module-scope",
         "--mlir-disable-threading"], capture_output=True, text=True)
    parts = DUMP.split(done.stderr)
    # Remarks and warnings of the next pass stand behind a dump.
    texts = [SAID.split(part)[0] for part in parts[2::2]]
    return list(zip(parts[1::2], texts)), done.returncode


def twice(opt, path, options, known, stated):
    """{pass: seen to change something when it is run again} of one RUN line."""
    flags = [o for o in options if name_of(o) not in known]
    pipeline = [o for o in options if name_of(o) in known]
    doubled = []
    for option in pipeline:
        doubled += [option] * (1 if name_of(option) in stated else 2)
    seen, code = dumps(opt, flags + doubled, path)
    assert code == 0, f"{path}: {doubled} fails"
    result = {}
    for (first, before), (second, after) in zip(seen, seen[1:]):
        if first == second:
            result[first] = result.get(first, False) or before != after
    # Those that say of themselves that they are not: once, then once more.
    for i, option in enumerate(pipeline):
        if name_of(option) in stated:
            seen, code = dumps(opt, flags + pipeline[:i + 1] + [option], path)
            result[name_of(option)] = code != 0 or seen[-1][1] != seen[-2][1]
    return result


def main(opt, snnc, root):
    tools = {"snnc-opt": opt, "snnc": snnc}
    known = passes(root)
    stated = {name for name, text in known.items() if "Not idempotent:" in text}
    faults = []
    for name, text in known.items():
        blocks = BLOCK.findall(text)
        if not blocks:
            faults.append(f"{name}: its description has no example")
        for kind, block in blocks:
            # Of one that is not idempotent the tests must show it.
            why = check_example(tools, name, kind, textwrap.dedent(block))
            if why:
                faults.append(f"{name}: {why}")
    refused, changes = set(), {}
    for path, options, fails, diagnoses in run_lines(root):
        own = [name_of(o) for o in options if name_of(o) in known]
        if fails or diagnoses:
            # The last one is what the test is about, or one that it is named
            # after.
            refused.update(own[-1:])
            refused.update(name for name in own if name in path.name)
        elif own:
            for name, changed in twice(opt, path, options, known,
                                       stated).items():
                changes.setdefault(name, {})[str(path)] = changed
    for name, text in known.items():
        if name not in refused and "Errors: none" not in text:
            faults.append(f"{name}: no test of its errors")
        if name in refused and "Errors: none" in text:
            faults.append(f"{name}: has errors, whatever its description says")
        shown = [path for path, changed in changes.get(name, {}).items()
                 if changed]
        if name in stated and not shown:
            faults.append(f"{name}: is idempotent on all of its tests")
        elif name not in stated and shown:
            faults.append(f"{name}: is not idempotent on {', '.join(shown)}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])))
