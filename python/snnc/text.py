"""A network as Python objects to the YAML of docs/yaml.md."""

from __future__ import annotations

import json
import os
import re
import numbers

import numpy as np

#: Arrays of more elements go to .npy files beside the text.
LONGEST = 4096
# What YAML reads as a word: it begins with a letter, and has nothing that
# means something in a flow map.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./ +*()=<>-]*\Z")
_NUMBER_WITH_UNIT = re.compile(r"[-+]?[0-9.][0-9.eE+-]* [A-Za-z][A-Za-z0-9/^-]*\Z")
_OTHER = {"true", "false", "null", "yes", "no", "on", "off"}


class Writer:
    """Writes networks; arrays that are too long for text go to ``folder()``,
    which is asked for where there is one."""

    def __init__(self, folder, longest=LONGEST):
        self._folder = folder
        self.longest = longest  # elements that stand in the text itself
        self._files = {}

    def scalar(self, value):
        if isinstance(value, (bool, np.bool_)):
            return "true" if value else "false"
        if isinstance(value, numbers.Integral):
            return str(int(value))
        if isinstance(value, numbers.Real):
            return repr(float(value))
        if value is None:
            return "null"
        if not isinstance(value, (str, os.PathLike)):
            raise TypeError(
                f"{type(value).__name__} has no place in a network: numbers, "
                "texts, lists, dicts and arrays of numbers have"
                + ("; give the matrix as toarray(), or its synapses to the "
                   "connector {'list': rows of source and target}"
                   if hasattr(value, "tocoo") else ""))
        text = os.fspath(value) if isinstance(value, os.PathLike) else str(value)
        if _NUMBER_WITH_UNIT.match(text):
            return text
        if (_PLAIN.match(text) and text.lower() not in _OTHER
                and text == text.strip()):
            return text
        return json.dumps(text)

    def flow(self, value):
        """On one line."""
        if isinstance(value, dict):
            parts = (f"{self.scalar(k)}: {self.flow(v)}" for k, v in value.items())
            return "{" + ", ".join(parts) + "}"
        if hasattr(value, "detach"):  # a tensor of PyTorch
            value = value.detach().cpu()
        if hasattr(value, "__array__") and not isinstance(value, np.generic):
            value = np.asarray(value)  # pandas, tensors
            if value.dtype.kind not in "biufUO":
                raise TypeError(f"an array of {value.dtype} has no place in a "
                                "network: numbers have")
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value.item()
        if isinstance(value, (list, tuple, np.ndarray)):
            array = self._numbers(value)
            if array is not None and array.size > self.longest:
                return "{file: " + self.scalar(self._store(array)) + "}"
            items = value.tolist() if isinstance(value, np.ndarray) else value
            return "[" + ", ".join(self.flow(v) for v in items) + "]"
        return self.scalar(value)

    @staticmethod
    def _numbers(value):
        if isinstance(value, np.ndarray):
            return value if value.dtype.kind in "biuf" else None
        if len(value) <= LONGEST // 64:
            return None
        try:
            array = np.asarray(value)
        except ValueError:
            return None
        return array if array.dtype.kind in "biuf" else None

    def _store(self, array):
        array = np.ascontiguousarray(array)
        if array.dtype.kind == "b":
            array = array.astype(np.uint8)
        key = (array.shape, array.dtype.str, array.tobytes())
        name = self._files.get(key)
        if name is None:
            name = f"array{len(self._files)}.npy"
            np.save(os.path.join(self._folder(), name), array)
            self._files[key] = name
        return name

    def network(self, network):
        """The whole file: a line for every entry, so that a message's line says
        which."""
        lines = []
        for section, value in network.items():
            if isinstance(value, dict) and section != "network":
                lines.append(f"{section}:" if value else f"{section}: {{}}")
                lines += [f"  {self.scalar(k)}: {self.flow(v)}"
                          for k, v in value.items()]
            elif isinstance(value, (list, tuple)) and section != "probes":
                lines.append(f"{section}:" if value else f"{section}: []")
                lines += [f"  - {self.flow(v)}" for v in value]
            else:
                lines.append(f"{section}: {self.flow(value)}")
        return "\n".join(lines) + "\n"
