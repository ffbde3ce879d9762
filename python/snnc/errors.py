"""What the compiler finds: errors are raised, the rest is warned of or kept."""

from __future__ import annotations

import dataclasses
import os
import sys
import warnings as _warnings
from typing import Any, Iterable

from . import _snnc
from .words import spoken


@dataclasses.dataclass(frozen=True)
class Finding:
    """One finding about a network or a run; ``str()`` is what is printed."""

    code: str  #: stable, such as ``"SNN0354"``
    severity: str  #: ``"note"``, ``"warning"`` or ``"error"``
    file: str
    node: str  #: node or name in the network
    line: int  #: from 1; 0: not known
    column: int  #: from 1; 0: not known
    message: str
    notes: list[str]  #: facts
    hints: list[str]  #: changes that would help
    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Finding {self.code} {self.severity}>"


def findings_of(outcome: _snnc.Outcome) -> list[Finding]:
    """In the words of the package."""
    return [Finding(f.code, f.severity, f.file, f.node, f.line, f.column,
                    spoken(f.message), [spoken(n) for n in f.notes],
                    [spoken(h) for h in f.hints], spoken(str(f)))
            for f in outcome.findings]


class Error(Exception):
    """A finding that ended a call.

    Attributes
    ----------
    code : str
        Stable code, such as ``"SNN0354"``; :func:`snnc.explain` says more.
    message : str
        What was measured against which limit, with units.
    file, node, line, column
        Where it is in the network; ``line`` and ``column`` count from 1, 0 is
        not known.
    notes, hints : list of str
        Facts, and changes that would help.
    exit_code : int
        How the command ``snnc`` would have ended (3: it does not fit).
    findings : list of Finding
        Everything that was found, notes and warnings too.
    """

    def __init__(self, findings: Iterable[Finding],
                 exit_code: int = 1) -> None:
        findings = list(findings)
        errors = [f for f in findings if f.severity == "error"]
        first = errors[0]
        super().__init__("\n".join(str(f) for f in errors))
        self.code: str = first.code
        self.message: str = first.message
        self.file: str = first.file
        self.node: str = first.node
        self.line: int = first.line
        self.column: int = first.column
        self.notes: list[str] = list(first.notes)
        self.hints: list[str] = list(first.hints)
        self.exit_code = exit_code
        self.findings: list[Finding] = findings

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.findings, self.exit_code))


class Warning(UserWarning):
    """A finding that did not end a call; ``finding`` has its parts."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding
        self.code: str = finding.code

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.finding,))


def _caller() -> int:
    """How far up the first frame is that is not of this package."""
    here = os.path.dirname(__file__)
    frame: Any = sys._getframe(2)
    level = 2
    while frame is not None and frame.f_code.co_filename.startswith(here):
        frame, level = frame.f_back, level + 1
    return level


def settle(outcome: _snnc.Outcome) -> list[Finding]:
    """Raises the errors of an outcome, warns of its warnings; its findings."""
    findings = findings_of(outcome)
    if outcome.failed():
        raise Error(findings, outcome.exit_code)
    for finding in findings:
        if finding.severity == "warning":
            _warnings.warn(Warning(finding), stacklevel=_caller())
    return findings


def explain(code: str) -> str:
    """What a code means and what helps: title, meaning and help, a line each."""
    text = _snnc.explain(str(code).strip().upper())
    if not text:
        raise ValueError(f"there is no code {code!r}; codes are as Error.code and "
                         "Finding.code have them, SNN0354")
    return spoken(text)
