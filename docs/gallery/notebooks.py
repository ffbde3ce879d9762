"""The scripts as notebooks, in build/gallery: what a script says at its top is text,
what stands between blank lines is a cell.

    python docs/gallery/notebooks.py      then: jupyter lab build/gallery
"""

import ast
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "build/gallery"
SCRIPTS = [path for path in sorted(HERE.glob("*.py"))
           if path.stem not in ("figure", "notebooks")]


def blocks(source):
    """The docstring, and the code between blank lines of the outermost level."""
    lines = source.splitlines()
    first, *statements = ast.parse(source).body
    begin, cells = first.end_lineno, []
    for statement, after in zip(statements, statements[1:] + [None]):
        end = statement.end_lineno
        if after is None or not lines[end].strip():
            cells.append("\n".join(lines[begin:end]).strip("\n"))
            begin = end
    return ast.literal_eval(first.value), cells


def notebook(path):
    text, code = blocks(path.read_text(encoding="utf-8"))
    # What a script is told by whoever starts it.
    start = (f"import sys\n\n__file__ = {str(path)!r}\n"
             f"sys.argv = [__file__]\nsys.path.insert(0, {str(HERE)!r})")

    def cell(number, kind, source):
        extra = {"execution_count": None, "outputs": []} if kind == "code" else {}
        return {"id": f"cell-{number}", "cell_type": kind, "metadata": {},
                "source": source, **extra}
    cells = [("markdown", f"# {path.stem}\n\n{text.strip()}"), ("code", start)]
    cells += [("code", source) for source in code]
    return {"cells": [cell(i, *c) for i, c in enumerate(cells)], "nbformat": 4, "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3",
                                        "language": "python"}}}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in SCRIPTS:
        written = FOLDER / f"{path.stem}.ipynb"
        written.write_text(json.dumps(notebook(path), indent=1) + "\n", encoding="utf-8")
        print(written)


if __name__ == "__main__":
    main()
