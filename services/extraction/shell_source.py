"""Tells a shell script from the commands that say how to install or start a program."""

import re

_TOOL_WORDS = """
    apt apt-get brew bun bundle cargo cd chmod clang clang++ cls clear cmake composer conda cp curl deno docker echo env
    export g++ gcc gem git go gradle java javac ls make mkdir mv mvn node npm npx nvm php phpunit pip pip3 pipenv pnpm
    poetry py pytest python python3 rm Rscript ruby rustc rustup sh source sqlite3 sudo touch ts-node tsc tsx uv venv
    virtualenv wget yarn bash .
"""
_TOOLS = frozenset(_TOOL_WORDS.split())
_CONTROL = re.compile(r"\b(if|for|while|until|case|function|local|declare|read|trap|awk|sed)\b|\(\)\s*\{|\$\(|<<")
_PLAIN = re.compile(
    r"^[ \t]*(?:(?:if|elif)[ \t].*;[ \t]*then|(?:for|while|until)[ \t].*;[ \t]*do|case[ \t].*[ \t]in|"
    r"set[ \t]+-[euxo]{1,4})[ \t]*$",
    re.MULTILINE,
)


def is_plainly_a_script(text: str) -> bool:
    """Whether there is a line that only a shell means this way."""
    return text.startswith("#!") or bool(_PLAIN.search(text))


def is_script(text: str) -> bool:
    """Whether the text does something by itself, rather than install packages or start another program."""
    if text.startswith("#!") or _CONTROL.search(text):
        return True
    lines = (line.strip().removeprefix("$ ").removeprefix("> ") for line in text.replace("\\\n", " ").split("\n"))
    commands = [line for line in lines if line and not line.startswith("#")]
    starts = [command.split()[0] for command in commands]
    only_echo = bool(starts) and all(start in {"echo", "printf"} for start in starts)
    return only_echo or any(start not in _TOOLS and not start.startswith("./") for start in starts)
