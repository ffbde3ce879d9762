"""Completions of shells and manual pages, which are made from the options."""

import os
import re
import shutil
import subprocess
import unittest

from support import SNNC, SnncTest

BASH = """eval "$("$SNNC" completion bash)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_snnc
printf '%s\\n' "${COMPREPLY[@]}"
"""


# In a terminal of its own, for zsh completes nowhere else: what Tab lists.
ZSH = r"""zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1= PROMPT2= RPS1=; stty columns 200; unsetopt zle_bracketed_paste 2>/dev/null
autoload -Uz compinit; compinit -u -D; LISTMAX=10000; zstyle ":completion:*" list-prompt ""
zstyle ":completion:*" verbose no; setopt auto_list no_list_beep no_auto_menu
eval "$("$SNNC" completion zsh)"; print RE""ADY'
zpty -r z line '*READY*'
zpty -w -n z "$1"$'\t\t'
sleep 1
zpty -w -n z $'\x15print DO""NE\n'
zpty -r z line '*DONE*'
print -r -- "$line"
zpty -d z
"""


class Completion(SnncTest):

    def offers(self, *words, cwd=None):
        """What bash offers for the last of the words, as COMP_WORDBREAKS cuts
        them: '=' is a word."""
        done = subprocess.run(
            ["bash", "--norc", "-c", BASH, "bash", *words], text=True,
            cwd=cwd or self.folder, capture_output=True, check=True,
            env=os.environ | {"SNNC": SNNC})
        self.assertEqual(done.stderr, "")
        return sorted(set(done.stdout.split("\n")) - {""})

    def test_commands_and_options(self):
        listed = re.findall(r"(?m)^  (\w+) {2,}\S", self.snnc("--help").stdout
                            .split("Subcommands:")[1])
        self.assertGreater(len(listed), 8)
        self.assertEqual(self.offers("snnc", ""), sorted(listed))
        self.assertEqual(self.offers("snnc", "--diagnostics", "json", "ver"),
                         ["verify"])
        self.assertEqual(self.offers("snnc", "selector", "tr"), ["train"])
        for verb in set(listed) - {"help"}: # help's help is that of snnc
            text = self.snnc(verb, "--help").stdout
            names = set(re.findall(r"(?m)^  (?:-\w,)?(--[\w-]+)", text))
            self.assertLessEqual(names, set(self.offers("snnc", verb, "--")),
                                 verb)
        self.assertIn("--tolerance", self.offers("snnc", "verify", "--tol"))
        self.assertEqual(self.offers("snnc", "run", "--tol"), [])

    def test_values(self):
        widths = ["auto", "int16", "int8"]
        for words in (["--weights", ""], ["--weights", "="],
                      ["--weights", "=", ""], ["x.nir", "--weights", ""]):
            self.assertEqual(self.offers("snnc", "run", *words), widths, words)
        self.assertEqual(self.offers("snnc", "run", "--weights", "=", "int1"),
                         ["int16"])
        self.assertEqual(self.offers("snnc", "run", "--ticks", ""), [])
        self.assertEqual(self.offers("snnc", "explain", "SNN035")[0], "SNN0350")
        self.assertEqual(self.offers("snnc", "completion", "z"), ["zsh"])
        self.assertEqual(self.offers("snnc", "help", "sel"), ["selector"])

    def test_files(self):
        folder = self.path("files")
        os.makedirs(os.path.join(folder, "sub"))
        for name in ("a.nir", "b c.yaml", "d.s2x", "x.npy", "y.npz", "t.txt",
                     "m.json"):
            open(os.path.join(folder, name), "w", encoding="utf-8").close()
        machines = re.findall(r"(?m)^(\w\S*)", self.snnc("targets").stdout)
        self.assertIn("spinnaker2", machines)
        for words, files in (
                (["run", ""], ["a.nir", "b c.yaml", "d.s2x"]),
                (["check", ""], ["a.nir", "b c.yaml"]),
                (["inspect", ""], ["d.s2x"]),
                (["run", "d.s2x", "-i", ""], ["x.npy", "y.npz"]),
                (["run", "d.s2x", "-i", "in", "=", ""], ["x.npy", "y.npz"]),
                (["run", "d.s2x", "-i", "in", "=", "x.npy", ""],
                 ["a.nir", "b c.yaml", "d.s2x"]),
                (["run", "d.s2x", "-o", ""], ["y.npz"]),
                (["compile", "a.nir", "--machine", ""],
                 ["b c.yaml", *machines]),
                (["selector", "train", "-o", ""], [])):
            self.assertEqual(self.offers("snnc", *words, cwd=folder),
                             sorted([*files, "sub"]), words)

    def in_shell(self, shell, line):
        """What the real shell offers for the line, as words."""
        if not shutil.which(shell):
            self.skipTest(f"no {shell} here: its completion is not tried")
        script = ZSH if shell == "zsh" else \
            '"$SNNC" completion fish | source; complete -C "$argv[1]"'
        command = {"zsh": ["zsh", "-f", "-c", script, "zsh", line],
                   "fish": ["fish", "--no-config", "-c", script, line]}[shell]
        done = subprocess.run(
            command, text=True, cwd=self.folder, capture_output=True, timeout=120,
            env=os.environ | {"SNNC": SNNC, "TERM": "dumb", "HOME": self.folder,
                              "PATH": os.path.dirname(SNNC) + ":" + os.environ["PATH"]})
        shown = re.sub(r"\x1b\[[?\d;]*[a-zA-Z]|[\x00-\x08\x0e-\x1f]", "", done.stdout)
        return re.findall(r"[\w.-]+", shown)

    def completes(self, shell):
        for line, offered, other in (
                ("snnc ver", ["verify"], "compile"),
                ("snnc selector pre", ["predict"], "dataset"),
                ("snnc run --backend ", ["cpu", "emulator", "native"], "int16"),
                ("snnc compile --wei", ["--weights"], "--machine"),
                ("snnc completion ", ["bash", "fish", "zsh"], "verify"),
                # fish lists other files too, behind these.
                ("snnc inspect ", ["net.s2x"], "net.nir" if shell == "zsh" else "verify")):
            words = self.in_shell(shell, line)
            for word in offered:
                self.assertIn(word, words, line)
            self.assertNotIn(other, words, line)

    def test_fish_itself(self):
        for name in "net.s2x", "net.nir":
            open(self.path(name), "w", encoding="utf-8").close()
        self.completes("fish")

    def test_zsh_itself(self):
        for name in "net.s2x", "net.nir":
            open(self.path(name), "w", encoding="utf-8").close()
        self.completes("zsh")

    def test_other_shells(self):
        """Their own parsers take the scripts; every command has a line."""
        for shell in ("zsh", "fish"):
            script = self.snnc("completion", shell).stdout
            for word in ("predict", "--weights" if shell == "zsh" else
                         "-l weights", "py-spinnaker2", "npz"):
                self.assertIn(word, script)
            if not shutil.which(shell):
                print(f"SKIPPED: no {shell} here to read its script", flush=True)
                continue
            path = self.path("script." + shell)
            with open(path, "w", encoding="utf-8") as file:
                file.write(script)
            subprocess.run([shell, "-n", path], check=True)
        self.assertIn("[SNN0092]",
                      self.snnc("completion", "tcsh", code=2).stderr)


class Examples(SnncTest):

    def test_every_command_has_some_that_are_parsed(self):
        """Every option of an example is one of that command, every value one
        that it takes: with --help at its end the line ends well."""
        listed = re.findall(r"(?m)^  (\w+) {2,}\S", self.snnc("--help").stdout
                            .split("Subcommands:")[1])
        verbs = [[verb] for verb in listed if verb != "help"]
        verbs += [["selector", verb] for verb in ("dataset", "train", "eval", "predict")]
        verbs.remove(["selector"])
        for verb in verbs:
            text = self.snnc(*verb, "--help").stdout
            self.assertRegex(text, r"(?m)^Examples?:$", verb)
            names = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", text.split("\nExample")[0]))
            lines = re.split(r"\n\n|\nExit", re.split(r"\nExamples?:\n", text)[1])[0]
            lines = lines.replace("\\\n", " ").splitlines()
            own = [l for l in lines if "snnc " + " ".join(verb) in l]
            self.assertTrue(own, verb)
            for line in own:
                part = line.split("snnc " + " ".join(verb))[1]
                part = re.split(r"[|)>]", part)[0]
                for option in re.findall(r"(?<=\s)--?[a-z][\w-]*", part):
                    self.assertIn(option, names, line)


class Manual(SnncTest):

    def lint(self, path):
        tools = []
        if shutil.which("mandoc"):
            tools.append(["mandoc", "-Tlint", "-Wwarning", path])
        if shutil.which("groff"):
            tools.append(["groff", "-man", "-ww", "-Tascii", path])
        if shutil.which("man"):
            done = subprocess.run(["man", "--warnings", "-l", path], capture_output=True,
                                  text=True, env=os.environ | {"PAGER": "cat"})
            self.assertEqual((done.returncode, done.stderr), (0, ""), path)
        for tool in tools:
            done = subprocess.run(tool, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), tool)
        if not tools:
            print("SKIPPED: neither mandoc nor groff to read a page",
                  flush=True)
        return done.stdout if shutil.which("groff") else None

    def test_pages(self):
        folder = self.path("man1")
        os.mkdir(folder)
        self.snnc("man", "-o", folder)
        pages = sorted(os.listdir(folder))
        self.assertIn("snnc.1", pages)
        self.assertIn("snnc-selector-train.1", pages)
        for page in pages:
            words = page[:-2].split("-")[1:]
            with self.subTest(page), open(os.path.join(folder, page),
                                          encoding="utf-8") as file:
                text = file.read()
                self.assertEqual(self.snnc("man", *words).stdout, text)
                shown = self.lint(os.path.join(folder, page))
                if shown is None or words == ["help"]: # whose help is snnc's
                    continue
                shown = re.sub(r"\x1b\[\d*m|.\x08", "", shown)
                help_text = self.snnc(*words, "--help").stdout
                for name in re.findall(r"(?m)^  (?:-\w,)?(--[\w-]+)",
                                       help_text):
                    self.assertIn(name, shown)
                for line in help_text.split("Example")[1:]:
                    for example in line.splitlines()[1:]:
                        if example.startswith("  "):
                            self.assertIn(example.strip(), shown)
                self.assertRegex(shown, r"(?m)^ +130 +interrupted$")

    def test_no_such_page(self):
        done = self.snnc("man", "selector", "tran", code=2)
        self.assertIn("did you mean 'train'?", done.stderr)
        self.assertIn("[SNN0090]", done.stderr)
        done = self.snnc("man", "-o", self.path("none"), code=1)
        self.assertIn("[SNN0003]", done.stderr)


if __name__ == "__main__":
    unittest.main()
