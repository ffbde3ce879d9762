"""Networks, artifacts and results."""

from __future__ import annotations

import collections.abc
import copy
import difflib
import inspect
import json
import operator
import os
import tempfile
import weakref
from typing import (TYPE_CHECKING, Any, Callable, ItemsView, Iterable, Iterator,
                    KeysView, Mapping, NoReturn, Union, overload)

import numpy as np
import numpy.typing as npt

from . import _snnc
from .display import ProgressBar, artifact_html, result_html
from .errors import Finding, findings_of, settle
from .spikes import Spikes
from .text import Writer

if TYPE_CHECKING:
    from .build import Network

#: What NumPy makes an array of, or one for each input.
Inputs = Union[npt.ArrayLike, Mapping[str, npt.ArrayLike]]
#: Of a run: an array, or spikes as a list where arrays would be large.
Recording = Union[npt.NDArray[Any], Spikes]


def _words(options: Mapping[str, Any]) -> list[str]:
    """Keyword arguments as the command's options: ``reset_late=False`` is
    ``--no-reset-late``, a list is an option repeated, None is left out."""
    words = []
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is None:
            continue
        if isinstance(value, (bool, np.bool_)) and value:
            words.append(option)
        elif isinstance(value, (bool, np.bool_)):
            if name == "reset_late":
                words.append("--no-reset-late")
        elif isinstance(value, (list, tuple)):
            words += [f"{option}={item}" for item in value]
        else:
            words.append(f"{option}={value}")
    return words


def _called(name: str) -> str:
    return f"input {name!r}" if name else "the input"


def _arrays(inputs: Any) -> dict[str, npt.NDArray[Any]]:
    """Inputs as a dict of contiguous arrays; None: none."""
    if inputs is None:
        return {}
    if isinstance(inputs, collections.abc.Mapping):
        inputs = {str(name): value for name, value in inputs.items()}
    else:
        inputs = {"": inputs}
    arrays = {}
    for name, value in inputs.items():
        if hasattr(value, "detach"):  # a tensor of PyTorch
            value = value.detach().cpu().numpy()
        elif hasattr(value, "toarray"):  # a sparse one of SciPy
            value = value.toarray()
        if isinstance(value, (str, os.PathLike)):
            raise TypeError(f"{_called(name)}: an array is needed; give it as "
                            f"numpy.load({os.fspath(value)!r})")
        array = np.ascontiguousarray(value)
        if array.dtype == object:  # numbers of Python, as pandas has them
            array = np.asarray(array.tolist())
        if array.dtype == np.float16:
            array = array.astype(np.float32)
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
            raise TypeError(f"{_called(name)}: an array of numbers is needed, "
                            f"found {array.dtype}")
        arrays[name] = array.astype(array.dtype.newbyteorder("="), copy=False)
    return arrays


def _remove(folder: str) -> None:
    for name in os.listdir(folder):
        os.remove(os.path.join(folder, name))
    os.rmdir(folder)


@overload
def load(source: Mapping[str, Any] | Network | Model, *, name: str | None = None,
         **options: Any) -> Model: ...


@overload  # a path: a Model, or of a bundle an Artifact; a nir.NIRGraph: a Model
def load(source: Any, *, name: str | None = None, **options: Any) -> Any: ...


def load(source: Any, *, name: str | None = None, **options: Any) -> Any:
    """Takes a network as it is; nothing is read yet but what names it.

    Parameters
    ----------
    source : str or path, nir.NIRGraph, dict, snnc.Network
        A ``.nir`` or ``.yaml`` file; the text of a YAML network, which has
        several lines; a graph of the ``nir`` package; a network as the maps and
        lists of docs/yaml.md, NumPy arrays where numbers are; a builder; or a
        bundle (``.s2x``), which gives an :class:`Artifact`.
    name : str, optional
        What messages and bundles call it; default: the file's name.
    **options
        How the network is read, for all calls: ``dt``, ``framework``,
        ``integrator``, ``reset``, ``reset_late``, ``quantize``, ``weights``,
        ``seed``, ``relax_timing`` (docs/user-guide.md).

    Returns
    -------
    Model
    """
    if isinstance(source, Model):
        return source.replace(**options)
    if hasattr(source, "to_dict") and hasattr(source, "_snnc_builder"):
        source, name = source.to_dict(), name or source.name
    if isinstance(source, dict) and not hasattr(source, "nodes"):
        return Model._of_dict(source, name, options)
    if hasattr(source, "nodes") and hasattr(source, "edges"):
        return Model._of_graph(source, name, options)
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError("a path, a nir.NIRGraph, a dict or an snnc.Network is "
                        f"needed, found {type(source).__name__}")
    path = os.fspath(source)
    if isinstance(source, str) and "\n" in source:
        return Model(name or "network", source, options, None, _snnc.Code())
    if path.endswith(".s2x"):
        return _open(path, None, _words(options), {}, _snnc.Code(), None)
    return Model(path, None, options, None, _snnc.Code())


def _open(file: str, text: str | None, words: list[str],
          inputs: dict[str, npt.NDArray[Any]], code: _snnc.Code,
          keep: Any) -> Artifact:
    opened = _snnc.open(file, text, words, inputs, code)
    findings = settle(opened)
    return Artifact(opened.program, findings, keep)


class _Folder:
    """A folder of temporary files that goes with its last user."""

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="snnc-python-")
        pid = os.getpid()
        self._end = weakref.finalize(
            self, lambda path: os.getpid() == pid and _remove(path), self.path)


class Model:
    """A network that can be checked, compiled and run; it never changes."""

    def __init__(self, file: str, text: str | None, options: Mapping[str, Any],
                 keep: Any, code: _snnc.Code) -> None:
        self._file, self._text = file, text
        self._options = dict(options)
        self._keep, self._code = keep, code

    @classmethod
    def _of_dict(cls, network: Mapping[str, Any], name: str | None,
                 options: Mapping[str, Any]) -> Model:
        folder: list[_Folder] = []

        def place() -> str:
            if not folder:
                folder.append(_Folder())
            return folder[0].path

        text = Writer(place).network(network)
        head = network.get("network") or {}
        name = name or (head.get("name") if isinstance(head, dict) else None)
        name = name or "network"
        file = os.path.join(folder[0].path, name) if folder else name
        return cls(file, text, options, folder, _snnc.Code())

    @classmethod
    def _of_graph(cls, graph: Any, name: str | None,
                  options: Mapping[str, Any]) -> Model:
        import nir
        folder = _Folder()
        file = os.path.join(folder.path, name or "network.nir")
        nir.write(file, graph)
        return cls(file, None, options, folder, _snnc.Code())

    @property
    def text(self) -> str | None:
        """The YAML of a network made in Python; None for files."""
        return self._text

    def replace(self, **options: Any) -> Model:
        """The same network with other options; code is shared."""
        return Model(self._file, self._text, {**self._options, **options},
                     self._keep, self._code)

    def check(self, *, plan: bool = False, **options: Any) -> Check:
        """What the network holds, and whether it fits.

        Unlike the other calls this one raises nothing about the network: the
        findings are what was asked for.

        Returns
        -------
        Check
            ``ok``, ``findings``, ``layers`` (inputs, populations and
            projections), and with ``plan=True`` ``plan``: what every layer
            takes of the machine.
        """
        options = {**self._options, **options}
        words = _words(options) + (["--plan"] if plan else [])
        return Check(_snnc.check(self._file, self._text, words))

    def compile(self, target: str = "spinnaker2", *,
                inputs: Inputs | None = None, threads: int | None = None,
                precision: str | None = None, **options: Any) -> Artifact:
        """Compiles for a machine, or for this computer.

        Parameters
        ----------
        target : str
            ``"cpu"``, one of :func:`snnc.machines`, or a machine file
            (``.yaml``).
        inputs : array or dict of arrays, optional
            Known spikes, as for :meth:`Artifact.run`: the chip's receive rings
            are made for them.
        threads : int, optional
            Of this computer, while it runs; default: all.
        precision : str, optional
            ``"float"`` (with ``"cpu"``) runs the network before quantisation.
        **options
            Those of :func:`load`, and of the machine: ``tick`` (seconds),
            ``paradigm``, ``objective``, ``selector_budget``, ...
        """
        target = os.fspath(target)  # a name or a path
        words = _words({**self._options, **options, "threads": threads,
                        "precision": precision})
        if target == "cpu":
            words.append("--backend=cpu")
        else:
            words += ["--backend=emulator", f"--machine={target}"]
        return _open(self._file, self._text, words, _arrays(inputs),
                     self._code, self._keep)

    def run(self, inputs: Inputs | None = None, *, target: str = "cpu",
            threads: int | None = None, precision: str | None = None,
            compile_options: Mapping[str, Any] | None = None,
            **options: Any) -> Result:
        """Compiles and runs: keyword arguments are those of :meth:`Artifact.run`,
        and all others of :meth:`compile`."""
        known = inspect.signature(Artifact.run).parameters
        running = {k: v for k, v in options.items() if k in known}
        compiling = {**(compile_options or {}),
                     **{k: v for k, v in options.items() if k not in known}}
        artifact = self.compile(target, inputs=inputs, threads=threads,
                                precision=precision, **compiling)
        return artifact.run(inputs, **running)

    def synapses(self, projection: str,
                 **options: Any) -> dict[str, npt.NDArray[Any]]:
        """The synapses of one projection: those that every target simulates.

        Parameters
        ----------
        projection : str
            Its name, as :attr:`Check.layers` has it.

        Returns
        -------
        dict of arrays
            ``source`` and ``target`` (numbers of neurons), ``weight`` (as the
            file has it or as drawn, before quantisation) and ``delay`` (ticks),
            by source, then target.
        """
        words = _words({**self._options, **options})
        found = _snnc.synapses(self._file, self._text, words, projection)
        settle(found)
        return found.take_arrays()

    def __getstate__(self) -> dict[str, Any]:
        """With its temporary files: another process has folders of its own."""
        folder = None
        if isinstance(self._keep, _Folder):
            folder = self._keep
        elif self._keep:
            folder = self._keep[0]
        files = {}
        for name in os.listdir(folder.path) if folder else ():
            with open(os.path.join(folder.path, name), "rb") as file:
                files[name] = file.read()
        return {"file": self._file, "text": self._text, "files": files,
                "options": self._options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._file, self._text = state["file"], state["text"]
        self._options, self._code = state["options"], _snnc.Code()
        self._keep = []
        if state["files"]:
            self._keep.append(_Folder())
            for name, content in state["files"].items():
                with open(os.path.join(self._keep[0].path, name), "wb") as file:
                    file.write(content)
            self._file = os.path.join(self._keep[0].path,
                                      os.path.basename(self._file))

    def __repr__(self) -> str:
        return f"<snnc.Model {os.path.basename(self._file)}>"


class Check:
    """What :meth:`Model.check` found; true if the network can be used."""

    def __init__(self, checked: _snnc.Checked) -> None:
        report = json.loads(checked.json) if checked.json else {}
        self.findings: list[Finding] = findings_of(checked)
        self.ok: bool = not checked.failed()
        self.exit_code: int = checked.exit_code
        self.layers: list[dict[str, Any]] = report.get("network", [])
        self.plan: dict[str, Any] | None = report.get("plan")

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"<snnc.Check {'ok' if self.ok else 'not usable'}, " \
               f"{len(self.findings)} finding(s)>"

    def __str__(self) -> str:
        return "\n".join([str(f) for f in self.findings]
                         + ["ok" if self.ok else "not usable as it is"])


class Artifact:
    """A compiled network, or a bundle; it never changes, and any number of
    threads may run it at once."""

    def __init__(self, program: _snnc.Program, findings: list[Finding],
                 keep: Any) -> None:
        self._program, self._keep = program, keep
        #: What compiling found beside errors.
        self.findings: list[Finding] = findings
        self._description = json.loads(program.describe())

    @property
    def name(self) -> str:
        """What the bundle calls the network."""
        return self._description["name"]

    @property
    def populations(self) -> dict[str, dict[str, Any]]:
        """Name to ``{neurons, shape, variables, latency, spiking}``."""
        return {p["name"]: p for p in self._description["populations"]}

    @property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """Name to ``{channels, shape}``."""
        return {i["name"]: i for i in self._description["inputs"]}

    @property
    def dt(self) -> float:
        """Model time of one tick, seconds; 0: not known."""
        return self._description["dt"]

    @property
    def cores(self) -> int:
        """PEs that it takes; 0 on this computer."""
        return self._description["cores"]

    @property
    def report(self) -> dict[str, Any] | None:
        """What ``snnc compile --report json`` prints: layers, PEs, bytes,
        quantisation; None without a bundle."""
        text = self._program.report()
        return json.loads(text) if text else None

    def save(self, path: str | os.PathLike[str]) -> Artifact:
        """Writes the bundle (``.s2x``), whole or not at all."""
        settle(self._program.save(os.fspath(path)))
        return self

    def run(self, inputs: Inputs | None = None, *,
            record: str | Iterable[str] | None = None, ticks: int | None = None,
            repeat: int | None = None, samples: int | None = None,
            backend: str | None = None, encode: str | None = None,
            layout: str | None = None, threshold: float | None = None,
            align: str | None = None, seed: int | None = None,
            progress: Callable[[int, int], object] | bool | None = None
            ) -> Result:
        """Runs it. Ctrl-C ends the run between two ticks.

        Parameters
        ----------
        inputs : array or dict of arrays, optional
            Spike counts, ticks x channels, or samples x ticks x channels, or
            with the input's own axes (C x H x W) at the end. A dict where there
            are several inputs.
        record : list of str, optional
            ``"population:variable"``, also with ``[0-9,17]`` (neurons) and
            ``/10`` (ticks); default: the probes, else everything.
        ticks : int, optional
            Rows of the results; default: those of the inputs. Long runs give
            spikes as lists (:class:`Spikes`), whose memory is that of the spikes;
            of states record some neurons and ticks.
        repeat : int, optional
            Trials with draws of their own.
        samples : int, optional
            Only the first so many samples of the inputs.
        backend : str, optional
            One of :func:`snnc.backends`; default: what it was compiled for.
        encode : str, optional
            ``"rate"``, ``"latency"`` or ``"delta"``: the inputs are analog.
        layout : str, optional
            ``"samples-first"``, ``"ticks-first"`` or ``"channels-first"``.
        threshold : float, optional
            Step of the delta encoder.
        align : str, optional
            ``"network"`` (default) or ``"chip"``: whose clock rows follow.
        seed : int, optional
            Of what is drawn while it runs: Poisson inputs, the encoder.
        progress : callable or bool, optional
            Called with (ticks done, ticks in all); True: a bar; default: a bar
            for runs of more than a second, on terminals and in notebooks.

        Returns
        -------
        Result
        """
        arrays = _arrays(inputs)
        if samples is not None:
            arrays = self._first(arrays, samples, layout,
                                 encode is None or encode == "delta"
                                 or (encode == "rate" and ticks is None))
        if record is not None:
            record = [record] if isinstance(record, str) else list(record)
            if not record:
                raise ValueError("record=[] names nothing to record; leave it out "
                                 "for everything")
        words = _words(dict(record=record, ticks=ticks, repeat=repeat,
                            backend=backend, encode=encode, layout=layout,
                            threshold=threshold, align=align, seed=seed))
        bar = None
        if progress is not None and not isinstance(progress, bool) \
                and not callable(progress):
            raise TypeError("progress is a function of (done, total), True or "
                            f"False; found {type(progress).__name__}")
        if progress is None or progress is True:
            progress = bar = ProgressBar(always=progress is True)
        try:
            ran = self._program.run(words, arrays, progress or None)
        finally:
            if bar is not None:
                bar.close()
        findings = settle(ran)
        return Result(self, ran, findings)

    def _first(self, arrays: dict[str, npt.NDArray[Any]], samples: int,
               layout: str | None, has_ticks: bool
               ) -> dict[str, npt.NDArray[Any]]:
        """The first samples of each array."""
        first = operator.index(samples)
        if first < 1:
            raise ValueError(f"samples={first}: the first so many, one or more")
        axis = 1 if layout == "ticks-first" else 0
        taken = {}
        for name, array in arrays.items():
            known = self.inputs.get(name) or (
                next(iter(self.inputs.values())) if len(self.inputs) == 1 else None)
            own = 1
            if known and array.shape[-len(known["shape"]):] == tuple(known["shape"]):
                own = len(known["shape"])
            if array.ndim - own < has_ticks + 1:
                raise ValueError(
                    f"samples={first}: the array of {_called(name)}, "
                    f"{'x'.join(map(str, array.shape))}, has no axis of samples; "
                    "ticks=.. runs the first ticks")
            taken[name] = np.ascontiguousarray(
                np.take(array, range(min(first, array.shape[axis])), axis=axis))
        return taken

    def __copy__(self) -> Artifact:
        return self  # it never changes

    def __deepcopy__(self, memo: dict[int, Any]) -> Artifact:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("an Artifact cannot be pickled: save() the bundle and "
                        "snnc.load() it there, or compile the Model there, "
                        "which can be pickled, as results can")

    def __repr__(self) -> str:
        where = f"{self.cores} PE(s)" if self.cores else "this computer"
        neurons = sum(p["neurons"] for p in self._description["populations"])
        return f"<snnc.Artifact {self.name}: {neurons} neurons on {where}>"

    def _repr_html_(self) -> str:
        return artifact_html(self)


class Result:
    """What a run recorded. ``result["out:spikes"]`` is an array.

    Dense: ``uint8`` spikes or ``float32`` states in the network's units,
    ticks x neurons, or samples x ticks x neurons where the inputs had samples.
    Where all rasters of a run together would have more than 256 MiB, spikes are
    :class:`Spikes` in their place: lists, which read as arrays do. What is
    written with :meth:`spikes`, :meth:`events` and :meth:`rates` runs with both.
    """

    def __init__(self, artifact: Artifact, ran: _snnc.Ran,
                 findings: list[Finding]) -> None:
        self._artifact: Artifact | None = artifact
        self._dt = artifact.dt
        recordings: dict[str, Recording] = ran.take_arrays()
        recordings.update((name, Spikes(*parts))
                          for name, parts in ran.take_lists().items())
        self._arrays = dict(sorted(recordings.items()))
        self.findings: list[Finding] = findings
        self.samples: int = ran.samples
        self.ticks: int = ran.ticks
        #: {backend, facts, chip_ticks, verdict, statistics}
        self.info: dict[str, Any] = json.loads(ran.json)

    @property
    def artifact(self) -> Artifact:
        """What ran; it is not pickled with the result."""
        if self._artifact is None:
            raise ValueError("the result comes from a pickle, which does not hold "
                             "the artifact")
        return self._artifact

    @property
    def dt(self) -> float:
        """Seconds of model time from row to row; 0: not known."""
        return self._dt

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_artifact": None}

    def __copy__(self) -> Result:
        same = Result.__new__(Result)
        same.__dict__.update(self.__dict__)
        return same

    def __deepcopy__(self, memo: dict[int, Any]) -> Result:
        same = Result.__new__(Result)
        same.__dict__.update(copy.deepcopy(self.__getstate__(), memo),
                             _artifact=self._artifact)
        return same

    def __getitem__(self, key: str) -> Recording:
        return self._arrays[self._name(key)]

    def _name(self, key: str) -> str:
        for name in (key, f"{key}:spikes"):
            if name in self._arrays:
                return name
        known = list(self._arrays)
        near = difflib.get_close_matches(str(key), [
            *known, *(name.rpartition(":")[0] for name in known)], 1)
        raise KeyError(f"{key!r} was not recorded; " + (
            f"did you mean {near[0]!r}? " if near else "")
            + "there are: " + ", ".join(known))

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __contains__(self, key: object) -> bool:
        return key in self._arrays

    def keys(self) -> KeysView[str]:
        return self._arrays.keys()

    def items(self) -> ItemsView[str, Recording]:
        return self._arrays.items()

    def _spikes(self, population: str) -> Recording:
        name = self._name(population)
        if not name.endswith(":spikes"):
            raise ValueError(f"{name} is a state; spikes are of "
                             + ", ".join(n for n in self if n.endswith(":spikes")))
        return self._arrays[name]

    def spikes(self, population: str) -> Spikes:
        """The spikes as :class:`Spikes`, whatever the size of the run."""
        recording = self._spikes(population)
        return recording if isinstance(recording, Spikes) \
            else Spikes.of(recording)

    def events(self, population: str) -> npt.NDArray[np.int64]:
        """The spikes as a list: int64 rows of (tick, neuron), or (sample, tick,
        neuron), ascending."""
        recording = self._spikes(population)
        return recording.events() if isinstance(recording, Spikes) \
            else np.argwhere(recording)

    def rates(self, unit: str = "tick") -> dict[str, float]:
        """Mean rate of every population whose spikes were recorded.

        Parameters
        ----------
        unit : str
            ``"tick"``: spikes a neuron and tick; ``"Hz"``: a second of model
            time.

        Returns
        -------
        dict of str to float
        """
        scale = 1.0
        if unit == "Hz":
            if not self.dt:
                raise ValueError("the network does not say how long a tick is")
            scale = 1 / self.dt
        elif unit != "tick":
            raise ValueError(f"unit {unit!r}: 'tick' or 'Hz'")
        return {name.rpartition(":")[0]: float(array.mean()) * scale
                for name, array in self._arrays.items()
                if name.endswith(":spikes")}

    def __repr__(self) -> str:
        what = ", ".join(f"{k} {'x'.join(map(str, v.shape))}"
                         for k, v in self._arrays.items())
        return f"<snnc.Result on {self.info['backend']}: {what}>"

    def _repr_html_(self) -> str:
        return result_html(self)


class Verification:
    """What two runs have in common; true if all of it is equal."""

    def __init__(self, compared: _snnc.Compared) -> None:
        self.arrays: int = compared.arrays
        self.layers: list[_snnc.Divergence] = list(compared.layers)
        self.first: _snnc.Divergence | None = compared.first

    def __bool__(self) -> bool:
        return not self.layers

    def __str__(self) -> str:
        if self:
            return f"no divergence in {self.arrays} array(s)"
        return "\n".join(["first divergence: " + str(self.first)]
                         + [f"  {layer}" for layer in self.layers])

    __repr__ = __str__


def _parts(recordings: Mapping[str, Any]) -> tuple[dict[str, Any],
                                                   dict[str, Any]]:
    """Arrays, and what lists of spikes are made of."""
    lists = {name: (list(r.shape), r._spikes, r._ends)
             for name, r in recordings.items() if isinstance(r, Spikes)}
    return _arrays({name: r for name, r in recordings.items()
                    if name not in lists}), lists


def verify(a: Result, b: Result | Mapping[str, npt.ArrayLike]) -> Verification:
    """Compares two results bit by bit, over the arrays that both have.

    Parameters
    ----------
    a : Result
    b : Result or dict of arrays
        Another run, or recorded arrays by the name ``"population:variable"``;
        rasters may be lists of spikes as ``numpy.argwhere`` makes them.

    Returns
    -------
    Verification
        ``first``: the first divergence; ``layers``: that of each population.
    """
    if not isinstance(a, Result) or not isinstance(b, (Result,
                                                       collections.abc.Mapping)):
        raise TypeError("a Result is compared with a Result, or with a dict of "
                        f"arrays; found {type(a).__name__} and {type(b).__name__}")
    others: Mapping[str, Any] = b._arrays if isinstance(b, Result) else b
    if a._artifact is None and isinstance(b, Result) and b._artifact is not None:
        program = b._artifact._program
    else:
        program = a.artifact._program
    compared = program.compare(*_parts(a._arrays), *_parts(others))
    settle(compared)
    return Verification(compared)


def sweep(model: Callable[[Any], Any] | Model | Artifact | Network, values: Iterable[Any],
          run: Mapping[str, Any] | None = None, *, target: str = "cpu",
          **options: Any) -> Iterator[tuple[Any, Result]]:
    """Runs a network once for each of several values.

    What the values do not change is made once: machine code of the neuron
    models, the pairs that drawn connectors connect where one weight is that of
    all of them, and all of the network where only options of ``run`` change.

    Parameters
    ----------
    model : callable, Model, Artifact or Network
        ``model(value)`` gives a network that :func:`load` takes. Otherwise the
        values are dicts of arguments of :meth:`Artifact.run`.
    values : iterable
    run : dict, optional
        Arguments of :meth:`Artifact.run`.
    target, **options
        Of :meth:`Model.compile`.

    Yields
    ------
    (value, Result)
    """
    if hasattr(model, "_snnc_builder"):
        model = load(model)
    if isinstance(model, (Model, Artifact)):
        artifact = model if isinstance(model, Artifact) \
            else model.compile(target, **options)
        for value in values:
            yield value, artifact.run(**{**(run or {}), **value})
        return
    code = _snnc.Code(keeps_drawn=True)
    for value in values:
        network = load(model(value))
        network._code = code
        yield value, network.compile(target, **options).run(**(run or {}))
