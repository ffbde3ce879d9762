"""What a printed `help:` line says, applied as it stands there: the changes that
a reader would copy out of it. Nothing here knows a case, a network or a code.

What is understood, anywhere in a line:

    did you mean 'X'?            X where the wrong word stood
    snnc VERB ..., mkdir -p DIR  the command
    --option VALUE, -o FILE      the option, in place of another value of it
    leave --option out           without it
    use .EXT                     another extension
    `key: value`                 of YAML: at the finding's line, or under 'section'
    add `key: value` to 'map', leave `key` out
    write `new` for `old`
    ...: a, b, c                 a list: the entry that is nearest to what was wrong
    in Python: STATEMENT         on `graph`, the NIRGraph, or `x`, the array
    name it 'X', move 'X' there, in quotes, instead of the bundle
    ... again                    the file or bundle is made once more, undamaged

Words in capitals are the reader's to choose (CHOICES).
"""

import copy
import difflib
import os
import re
import shlex
import types

import numpy as np

CHOICES = {"N": "5", "FILE": "chosen.npz", "NAME": "chosen", "T": "1e-3",
           "VALUE": "0.9", "TIME": "0.02", "DIR": "chosen"}
WORD = r"[\w.+%/:-]*[\w%/]"
AGAIN = re.compile(r"(compile the network|export|write|copy|download|train)[^;,]*"
                   r"\bagain\b|nir\.write\(\)|again with|numpy\.save\b")


class Graph:
    """A NIRGraph as far as the statements go: nodes with fields, edges."""

    def __init__(self, nodes, edges, metadata=()):
        self.nodes = {name: types.SimpleNamespace(kind=kind, **{
            field: np.array(value) for field, value in fields.items()})
            for name, (kind, fields) in nodes.items()}
        self.edges, self.metadata = list(edges), dict(metadata)

    def infer_types(self):
        """Shapes that the package would find are not needed here."""

    def parts(self):
        nodes = {name: (node.kind, {k: v for k, v in vars(node).items()
                                    if k != "kind"})
                 for name, node in self.nodes.items()}
        return (nodes, self.edges, *([self.metadata] if self.metadata else []))


def _node(kind, field=None, inner=None):
    def make(value):
        value = value[inner] if inner else value
        return types.SimpleNamespace(kind=kind, **{field: np.array(value)})
    return make


def _package(case):
    """As the package `nir`: the constructors that statements name."""
    return types.SimpleNamespace(
        Input=_node("Input", "shape", "input"),
        Output=_node("Output", "shape", "output"),
        Linear=_node("Linear", "weight"), IF=lambda r, v_threshold:
        types.SimpleNamespace(kind="IF", r=r, v_threshold=v_threshold,
                              v_reset=np.zeros_like(r)), Delay=_node("Delay", "delay"),
        read=lambda name: case["whole"], write=lambda name, graph: case[
            "files"].update({"net.nir": graph}))


def chosen(text, case):
    choices = {**CHOICES, **case.get("choices", {})}
    return re.sub(r"(?<![.\w])(%s)\b" % "|".join(choices),
                  lambda m: choices[m[0]], text)


def replace(case, old, new):
    """The word in the command, or else in every file."""
    word = re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])")

    def changed(content):
        if isinstance(content, str):
            return word.sub(lambda m: new, content)
        if isinstance(content, (tuple, list)):
            return type(content)(map(changed, content))
        if isinstance(content, dict):
            return {changed(k): changed(v) for k, v in content.items()}
        return content
    command = changed(case["command"])
    if command == case["command"]:
        case["files"] = {name: changed(text) for name, text
                         in case["files"].items()}
    case["command"] = command


def python(case, finding, statement):
    graphs = [n for n, f in case["files"].items() if isinstance(f, tuple)]
    arrays = [n for n, f in case["files"].items() if isinstance(f, np.ndarray)]
    names = {"numpy": np, "nir": _package(case)}
    if graphs:
        names["graph"] = Graph(*case["files"][graphs[0]])
    own = [n for n in arrays if n == (finding["node"] or "x") + ".npy"]
    if arrays:
        names["x"] = case["files"][(own or arrays)[0]]
    exec(chosen(statement, case), names)  # pylint: disable=exec-used
    if graphs and isinstance(case["files"][graphs[0]], tuple):
        case["files"][graphs[0]] = names["graph"].parts()
    if arrays:
        case["files"][(own or arrays)[0]] = names["x"]


def set_option(case, name, value):
    command = case["command"]
    if name in command:
        at = command.index(name)
        takes = at + 1 < len(command) and (value is not None)
        del command[at:at + 1 + takes]
    if name.startswith("--no-"): # the other one of two
        case["command"] = command = [c for c in command if c != "--" + name[5:]]
    command += [name] if value is None else [name, value]


def leave_out(case, name):
    command = case["command"]
    for at, part in enumerate(command):
        if part == name:
            takes = at + 1 < len(command) and not command[at + 1].startswith("-")
            del command[at:at + 1 + takes]
            return
        if part.startswith(name + "="):
            del command[at]
            return
    raise AssertionError(f"{name} is not in {command}")


def set_key(case, finding, key, value, section=None):
    """`key: value` on the finding's line or under a section of a YAML file."""
    name = finding["file"] if finding["file"] in case["files"] else "net.yaml"
    lines = case["files"][name].split("\n")
    at = finding["line"] - 1
    if section or at < 0:
        at = next(i for i, line in enumerate(lines)
                  if line.startswith((section or "network") + ":"))
    pattern = rf"\b{key}: *(\{{[^}}]*\}}|[^,}}\n]*)"
    assert re.search(pattern, lines[at]), (lines[at], key)
    lines[at] = re.sub(pattern, lambda m: f"{key}: {value}", lines[at], count=1)
    case["files"][name] = "\n".join(lines)


def add_key(case, finding, key, value, into):
    """`key: value` into a map in braces on the finding's line."""
    lines = case["files"]["net.yaml"].split("\n")
    at = finding["line"] - 1
    assert into + ": {" in lines[at], lines[at]
    lines[at] = lines[at].replace(into + ": {", f"{into}: {{{key}: {value}, ", 1)
    case["files"]["net.yaml"] = "\n".join(lines)


def nearest(wrong, listed):
    return max(listed, key=lambda name: difflib.SequenceMatcher(
        None, wrong.lower(), name.lower()).ratio())


def wrong_word(case, finding):
    quoted = re.findall(r"'([^']+)'", finding["message"])
    node = finding["node"]
    return case["wrong"] or (node if node and node[0] != "/" else
                             quoted[-1] if quoted else "")


def move_to_states(case, name):
    text = case["files"]["net.yaml"]
    found = re.search(rf"\b{name}: ([^,}}]+)(, )?", text)
    text = text.replace(found[0], "", 1)
    case["files"]["net.yaml"] = text.replace(
        "states: {", f"states: {{{name}: {found[1]}, ", 1)


def network_file(case, extension):
    bundle = next(p for p in case["command"] if p.endswith(".s2x"))
    case["command"] = [bundle[:-4] + extension if p == bundle else p
                       for p in case["command"]]


def drop_keys(case, finding, keys):
    """The keys of the map on the finding's line."""
    lines = case["files"]["net.yaml"].split("\n")
    at = finding["line"] - 1
    for key in keys:
        assert re.search(rf"\b{key}: ", lines[at]), (lines[at], key)
        lines[at] = re.sub(rf",? ?\b{key}: (\{{[^}}]*\}}|[^,}}]*)", "", lines[at])
    case["files"]["net.yaml"] = "\n".join(lines)


def in_quotes(case, finding):
    lines = case["files"]["net.yaml"].split("\n")
    at = finding["line"] - 1
    lines[at] = re.sub(r"\[(.*)\]", r"['\1']", lines[at])
    case["files"]["net.yaml"] = "\n".join(lines)


def again(case):
    """What damaged the file, or left it out, does not happen this time."""
    case["damage"] = None
    if case.get("whole") is not None:
        case["files"] = {**case["files"], case["broken"]: case["whole"]}


def actions(hint, case, finding):
    """(the words, what they do to a case) of everything in the line that can be
    followed as it stands."""
    found = []

    def add(words, change):
        found.append((words, change))
    rest = hint
    for part in re.finditer(r"in Python(?:, [^:]*)?: (.*)$", hint):
        text = part[1]
        pieces = [p for p in re.split(r" for (?:spikes|values),? ?", text) if p]
        for piece in pieces:
            piece = piece.rstrip(",. ").removesuffix(" for values")
            add(piece, lambda c, s=piece: python(c, finding, s))
        rest = hint[:part.start()]
    for near in re.finditer(r"did you mean ('[^']+'(?:, '[^']+')*)\?", rest):
        names = re.findall(r"'([^']+)'", near[1])
        for name in names[:1]:
            add(near[0], lambda c, n=name: replace(c, wrong_word(c, finding), n))
    commands = re.findall(r"`(snnc [^`]+)`", rest) + re.findall(
        r"^((?:snnc|mkdir) .*)$|: (mkdir -p \S+)$", rest)
    for command in commands:
        text = command if isinstance(command, str) else "".join(command)
        rest = rest.replace(text, "")
        words = shlex.split(text)
        if words[1:3] == ["selector", "train"]:
            continue # minutes; selector_test does it
        if words[0] == "mkdir":
            add(text, lambda c, w=words: c.setdefault("shell", []).append(w))
        else:
            network = next((f for f in case["files"] if f.startswith("net.")), "")
            words = [network if w == "FILE" else chosen(w, case)
                     for w in words[1:]]
            add(text, lambda c, w=words: c.update(command=list(w)))
    for leave in re.finditer(r"leave (-[\w-]+)(?: and (-[\w-]+))? out|without (--[\w-]+)"
                             r"|add (--no-[\w-]+)", rest):
        names = [n for n in leave.groups()[:3] if n]
        if leave[4]:
            add(leave[0], lambda c, n=leave[4]: set_option(c, n, None))
        else:
            add(leave[0], lambda c, ns=names: [
                leave_out(c, n) for n in ns if n in c["command"] or any(
                    p.startswith(n + "=") for p in c["command"])])
        rest = rest.replace(leave[0], "")
    if drop := re.search(r"leave `(\w+)`(?: and `(\w+)`)? out", rest):
        add(drop[0], lambda c, d=drop: drop_keys(
            c, finding, [k for k in d.groups() if k]))
    if lines := re.search(r"--machine FILE.yaml with the lines (.*'boards: \d+')", rest):
        text = "\n".join(re.findall(r"'([^']+)'", lines[1])) + "\n"
        rest = rest.replace(lines[0], "")
        add(lines[0], lambda c, t=text: (
            c["files"].update({"chosen.yaml": t}),
            set_option(c, "--machine", "chosen.yaml")))
    flags = {"--relax-timing", "--reset-late", "--no-reset-late", "--events",
             "--resume", "--quiet", "--json"}
    for option in re.finditer(rf"(?<![\w(-])\(?(--[a-z][\w-]*|-o)(?:[ =]({WORD}))?", rest):
        name, value = option[1], option[2]
        if name in flags:
            value = None
            if rest[:option.start()].endswith("with "):
                continue # goes with another one
        elif value is None or value in ("in", "or", "as", "to", "reads", "where",
                                        "SECONDS"):
            continue
        value = value and chosen(value, case)
        add(f"{name} {value or ''}".strip(),
            lambda c, n=name, v=value: set_option(c, n, v))
    if chosen_extension := re.search(r"\buse (\.\w+)(?: or (\.\w+))?", rest):
        for extension in filter(None, chosen_extension.groups()):
            name = finding["file"]
            add(f"use {extension}", lambda c, e=extension, n=name: replace(
                c, n, os.path.splitext(n)[0] + e))
    for pair in re.finditer(r"write `([^`]+)` for `([^`]+)`", rest):
        add(pair[0], lambda c, p=pair: replace(c, p[2], p[1]))
        rest = rest.replace(pair[0], "")
    into = re.search(r"add `.* to '(\w+)'", rest)
    for key in re.finditer(r"`(\w+): ([^`]+)`( under '(\w+)')?", rest):
        value = chosen(key[2], case)
        if into:
            add(key[0], lambda c, k=key, v=value: add_key(
                c, finding, k[1], v, into[1]))
        else:
            section = key[4] or ("network" if key[1] == "dt" else None)
            add(key[0], lambda c, k=key, v=value, s=section: set_key(
                c, finding, k[1], v, s))
    if example := re.search(r"(?:for example|write) '([^']+)'", rest):
        add(example[0], lambda c, e=example: replace(c, wrong_word(c, finding), e[1]))
    if name := re.search(r"name it '([^']+)'", rest):
        old = re.search(r"'([^']+)'", finding["message"])[1]
        add(name[0], lambda c, n=name: c["files"].update({
            f: re.sub(rf"\b{old}\b", n[1], t) for f, t in c["files"].items()
            if isinstance(t, str)}))
    if move := re.search(r"move '(\w+)' there", rest):
        add(move[0], lambda c, m=move: move_to_states(c, m[1]))
    if "in quotes" in rest:
        add("in quotes", lambda c: in_quotes(c, finding))
    if extension := re.search(r"network(?:'s)? file(?: \(.*?(\.yaml)\))?.*bundle", rest):
        add(extension[0], lambda c: network_file(c, ".yaml"))
    if AGAIN.search(hint) and not found:
        add(AGAIN.search(hint)[0], again)
    listed = re.search(r"(?:known|keys|names here|functions|machines|there is|are|"
                       r"primitives|a population|any order): |(?:leaf has|the nodes) "
                       , rest)
    listed = listed and re.match(
        r"((?:'?[\w.-]+'?(?:, and |, | and )){1,}'?[\w.-]+'?|[\w'.-]+$)",
        rest[listed.end():])
    if listed and not found:
        names = [n.strip("'") for n in re.split(r", and |, | and ", listed[1])]
        add("of the list: " + listed[1][:60], lambda c: replace(
            c, wrong_word(c, finding), nearest(
                c.get("meant") or wrong_word(c, finding), names)))
    return found


def fresh(case):
    """A copy that a change may spoil."""
    return {**case, "files": {name: copy.deepcopy(content) for name, content
                              in case["files"].items()},
            "command": list(case["command"])}
