"""Writes arrays with numpy, or checks with numpy what snnc wrote.

numpy_roundtrip.py write FOLDER    one file for each element type and layout
numpy_roundtrip.py check FOLDER    what IoTest wrote there, against `expected`
"""

import json
import pathlib
import sys

import numpy as np

DTYPES = ["uint8", "int8", "uint16", "int16", "int32", "uint32", "int64",
          "uint64", "float32", "float64", "bool"]
SHAPES = [(), (0,), (1,), (7,), (3, 4), (2, 3, 5), (4, 0, 2)]


def expected(dtype, shape):
    """The values that IoTest.cpp's `pattern` makes: (7 i + 3) mod 120."""
    count = int(np.prod(shape, dtype=np.int64))
    values = (7 * np.arange(count) + 3) % 120
    if dtype == "bool":
        values = values % 2
    return values.astype(dtype).reshape(shape)


def name(dtype, shape):
    return dtype + "_" + "x".join(map(str, shape))


def write(folder):
    arrays = {}
    for dtype in DTYPES:
        for shape in SHAPES:
            array = expected(dtype, shape)
            arrays[name(dtype, shape)] = array
            np.save(folder / f"c_{name(dtype, shape)}.npy", array)
            np.save(folder / f"f_{name(dtype, shape)}.npy",
                    array.copy(order="F"))
            for version in [(2, 0), (3, 0)]:
                path = folder / f"v{version[0]}_{name(dtype, shape)}.npy"
                with open(path, "wb") as file:
                    np.lib.format.write_array(file, array, version)
    arrays["lif1.lif:spikes"] = expected("uint8", (3, 4))
    arrays["a/b:µ"] = expected("float32", (2, 2))
    np.savez(folder / "stored.npz", **arrays)
    np.savez_compressed(folder / "deflated.npz", **arrays)
    np.save(folder / "pickle.npy", np.array([{"a": 1}], dtype=object))
    np.save(folder / "structured.npy", np.zeros(3, dtype=[("a", "i4")]))
    np.save(folder / "complex.npy", np.zeros(3, dtype="complex64"))
    np.save(folder / "half.npy", np.zeros(3, dtype="float16"))
    np.save(folder / "big_endian.npy", np.zeros(3, dtype=">f4"))
    np.save(folder / "text.npy", np.array(["a"]))


def same(found, wanted):
    return (found.dtype == wanted.dtype and found.shape == wanted.shape
            and np.array_equal(found, wanted))


def check(folder):
    with np.load(folder / "written.npz", allow_pickle=False) as archive:
        keys = set(archive.files)
        for dtype in DTYPES:
            for shape in SHAPES:
                key = name(dtype, shape)
                keys.remove(key)
                assert same(archive[key], expected(dtype, shape)), key
                single = np.load(folder / f"{key}.npy", allow_pickle=False)
                assert same(single, expected(dtype, shape)), key
        for key in ["lif1.lif:spikes", "a/b:µ"]:
            keys.remove(key)
            assert archive[key].shape == (3, 4), key
        meta = json.loads(archive["meta"].tobytes())
        assert meta == {"backend": "fake", "seed": 7}, meta
        keys.remove("meta")
        assert not keys, keys


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
