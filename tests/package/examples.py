"""README's examples as files: `shell` (its commands with the installed snnc),
`shell-first` (up to the first result) and `first.py`."""

import os
import re
import sys


def fence(text, after, language):
    at = text.index(after)
    return re.compile(rf"```{language}\n(.*?)```", re.S).search(text, at)[1]


def main():
    readme, folder = sys.argv[1:]
    with open(readme, encoding="utf-8") as file:
        text = file.read()
    shell = fence(text, "<!-- run -->", "sh").replace("build/release/bin/snnc", "snnc")
    commands = shell.replace("\\\n", " ").splitlines()
    first = next(i for i, c in enumerate(commands) if c.startswith("snnc run"))
    for name, content in (("shell", shell),
                          ("shell-first", "\n".join(commands[:first + 1]) + "\n"),
                          ("first.py", fence(text, "From [Python]", "python"))):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)


if __name__ == "__main__":
    main()
