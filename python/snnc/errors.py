"""What the compiler finds: errors are raised, the rest is warned of or kept."""

from __future__ import annotations

import os
import sys
import warnings as _warnings
from typing import Any, Iterable

from . import _snnc


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

    def __init__(self, findings: Iterable[Any], exit_code: int = 1) -> None:
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
        self.findings: list[_snnc.Finding] = findings

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), ([plain(f) for f in self.findings], self.exit_code))


class _Plain:
    """A finding that can be pickled."""

    def __init__(self, finding: Any) -> None:
        for name in ("code", "severity", "file", "node", "line", "column",
                     "message", "notes", "hints"):
            setattr(self, name, getattr(finding, name))
        self.text = str(finding)

    def __str__(self) -> str:
        return self.text


def plain(finding: Any) -> Any:
    """The same, to be pickled."""
    return finding if isinstance(finding, _Plain) else _Plain(finding)


class Warning(UserWarning):
    """A finding that did not end a call; ``finding`` has its parts."""

    def __init__(self, finding: Any) -> None:
        super().__init__(str(finding))
        self.finding: _snnc.Finding = finding
        self.code: str = finding.code

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (plain(self.finding),))


def _caller() -> int:
    """How far up the first frame is that is not of this package."""
    here = os.path.dirname(__file__)
    frame: Any = sys._getframe(2)
    level = 2
    while frame is not None and frame.f_code.co_filename.startswith(here):
        frame, level = frame.f_back, level + 1
    return level


def settle(outcome: _snnc.Outcome) -> list[_snnc.Finding]:
    """Raises the errors of an outcome, warns of its warnings; its findings."""
    findings = list(outcome.findings)
    if outcome.failed():
        raise Error(findings, outcome.exit_code)
    for finding in findings:
        if finding.severity == "warning":
            _warnings.warn(Warning(finding), stacklevel=_caller())
    return findings
