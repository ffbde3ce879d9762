"""Words of the command in those of the package: what a message says about an
option is said of the keyword argument, so that it works as it stands."""

from __future__ import annotations

import re

_WORD_OPTIONS = ("weights quantize framework integrator reset layout encode align "
                 "paradigm objective precision backend machine record")
_NUMBER_OPTIONS = ("ticks tick dt seed repeat threads threshold max-neurons "
                   "max-sources samples")
_FLAGS = "relax-timing reset-late explain-paradigm"
#: Words that follow an option without being its value.
_NO_VALUES = {"and", "as", "for", "has", "in", "is", "of", "or", "out", "reads",
              "takes", "there", "to", "where", "with", "needs", "does", "leaves"}
#: What is called otherwise here.
_NAMES = {"machine": "target", "input": "inputs"}
_START = r"(?<![\w-])--"
_OPTION = re.compile(
    _START + rf"(?:(?P<word>{'|'.join(_WORD_OPTIONS.split())})[ =]"
    r"(?P<value>[a-z][\w.:/-]*\w)"
    rf"|(?P<number>{'|'.join(_NUMBER_OPTIONS.split())})[ =]"
    r"(?P<count>[-+]?\d[\d.eE+-]*(?<![.])|[A-Z]+\b)"
    rf"|no-(?P<off>{'|'.join(_FLAGS.split())})\b"
    rf"|(?P<on>{'|'.join(_FLAGS.split())})\b"
    r"|(?P<name>[a-z][a-z-]*))")
_HELP = "help(snnc.load), help(snnc.Model.compile) and help(snnc.Artifact.run) " \
        "list what there is"


def _keyword(match: re.Match[str]) -> str:
    part = match.groupdict()
    if part["word"] and part["value"] in _NO_VALUES:
        return _NAMES.get(part["word"], part["word"]) + match[0][
            -len(part["value"]) - 1:]
    if part["word"]:
        name, value = part["word"], part["value"]
        if name == "machine" or (name, value) == ("backend", "cpu"):
            name = "target"
        return f'{name}="{value}"'
    if part["number"]:
        return f"{part['number'].replace('-', '_')}={part['count']}"
    if part["off"] or part["on"]:
        name = (part["off"] or part["on"]).replace("-", "_")
        return f"{name}={bool(part['on'])}"
    name = part["name"].replace("-", "_")
    return _NAMES.get(name, name)


def spoken(text: str) -> str:
    """A message, note or help line as the package says it. Commands in
    backquotes stay commands."""
    text = re.sub(r"(?m)(^|: )snnc [a-z ]*--help$", lambda m: m[1] + _HELP, text)
    text = re.sub(r"'snnc [a-z ]+' has no option '--([^']+)'",
                  lambda m: "there is no keyword argument "
                  f"'{m[1].replace('-', '_')}'", text)
    text = re.sub(r"(?<![\w-])-i ([^\s=;,]+)=FILE\b", r"inputs={'\1': array}", text)
    text = text.replace(", with -o FILE", "")
    parts = re.split(r"(`snnc [^`]*`)", text)
    return "".join(part if part.startswith("`snnc ") else
                   _OPTION.sub(_keyword, part) for part in parts)
