"""File names in answers: where they stand and which are safe."""

import re

MAX_PATH_CHARS = 200
_PATH = r"(?:[A-Za-z]:[\\/])?[\w@~.+/\\-]*\w\.[A-Za-z][A-Za-z0-9]{0,7}"
_WHOLE = re.compile(_PATH)
_ATTRIBUTE = re.compile(
    r"\b(?:title|filename|file|name|path)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s}]+))", re.IGNORECASE
)
_HEADING = re.compile(
    r"[\s>#*+\-\d.)]*(?:[*_]*(?:file|filename|file name|path)[*_]*\s*:\s*[*_]*\s*)?"
    rf"[*_`\"']*({_PATH})[*_`\"']*\s*:?[*_]*",
    re.IGNORECASE,
)
_QUOTED = re.compile(rf"`({_PATH})`")
_COMMENT = re.compile(
    rf"(?:#|//|--|/\*|<!--|;)\s*(?:file|filename|file name|path)?\s*:?\s*({_PATH})\s*(?:\*/|-->)?", re.IGNORECASE
)
_MAX_LINE = 160


def from_info(info: str) -> tuple[str, str]:
    """The label (lower case) and the file name in a fence's info string, either may be empty."""
    info = info.strip()[:_MAX_LINE]
    attribute = _ATTRIBUTE.search(info)
    named = next((group for group in attribute.groups() if group), "") if attribute else ""
    rest = _ATTRIBUTE.sub(" ", info).strip().strip("{}").strip()
    first, _, tail = rest.partition(" ")
    label, colon, path = first.partition(":")
    label = label.strip(".,{}").lower()
    words = [path if colon else "", *tail.split()]
    named = named or next((word for word in words if _WHOLE.fullmatch(word)), "")
    if not named and _WHOLE.fullmatch(first) and label != "requirements.txt":
        return "", first
    return label, named


def from_line_before(line: str) -> str:
    """The file name that a line such as `**main.py**`, `File: a.py` or "Save as `a.py`:" announces, or empty."""
    line = line.strip()
    if len(line) > _MAX_LINE:
        return ""
    whole = _HEADING.fullmatch(line)
    if whole:
        return whole.group(1)
    quoted = _QUOTED.findall(line)
    return str(quoted[0]) if len(quoted) == 1 and line.rstrip("*_ ").endswith(":") else ""


def from_first_line(text: str) -> str:
    """The file name in a comment that fills the first line, or empty."""
    line = text.lstrip("\n").partition("\n")[0].strip()
    found = _COMMENT.fullmatch(line) if len(line) <= _MAX_LINE else None
    return found.group(1) if found else ""


def safe(path: str) -> tuple[str, str]:
    """The normalised relative POSIX path and an empty reason, or an empty path and why it is refused."""
    shown = ascii(path[:40])
    if len(path) > MAX_PATH_CHARS:
        return "", f"the file name {shown}... is too long"
    if any(not char.isprintable() or char == "\ufffd" for char in path):
        return "", f"the file name {shown} holds control characters"
    path = path.strip().replace("\\", "/")
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        return "", f"the file name {shown} is absolute"
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        return "", f"the file name {shown} leaves the folder"
    return ("/".join(parts), "") if parts else ("", f"the file name {shown} is empty")


def extension(path: str) -> str:
    """The extension with its dot, in lower case, or empty."""
    _, dot, tail = path.rpartition("/")[2].rpartition(".")
    return f"{dot}{tail}".lower() if dot else ""
