"""The examples of README and docs/python.md."""

import os
import re

import pytest

from conftest import ROOT


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_examples(page, tmp_path, monkeypatch):
    text = (ROOT / page).read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert blocks
    monkeypatch.chdir(tmp_path)
    os.symlink(ROOT / "models", tmp_path / "models")
    names = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    assert any(type(value).__name__ == "Result" for value in names.values())
