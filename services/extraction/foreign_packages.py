"""What programs in languages without an installer ask for beside their standard library, found without running them.

Only what is plainly from outside is named: a name too many would end a program that runs.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence

from services.domain.snippet import SourceFile

_GO_IMPORT = re.compile(r'^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w.-]+\.[a-z]+/[\w./~-]+)"', re.MULTILINE)
_GO_MODULE = re.compile(r"^module\s+(\S+)", re.MULTILINE)
_GO_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "golang.org"})
_JAVA_IMPORT = re.compile(r"^\s*import\s+(?:static\s+)?([a-z_][\w]*(?:\.[a-z_][\w]*)+)\.(?:[A-Z*]|\w+;)", re.MULTILINE)
_JAVA_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_JAVA_OWN = re.compile(
    r"(?:java|jdk|sun|com\.sun|netscape\.javascript|org\.(?:w3c\.dom|xml\.sax|ietf\.jgss)|"
    r"javax\.(?:accessibility|annotation\.processing|crypto|imageio|lang|management|naming|net|print|rmi|script|security|"
    r"sound|sql|swing|tools|transaction\.xa|xml))(?=\.|$)"
)
_RUST_USE = re.compile(
    r"^\s*(?:pub\s+)?(?:use\s+(?:::)?|extern\s+crate\s+)([a-z_][a-z0-9_]*)\s*(?:::|;|\s+as\b)", re.MULTILINE
)
_RUST_BOUND = re.compile(r"\b(?:mod|fn|struct|enum|trait|type|as)\s+([a-z_][a-z0-9_]*)|::\{?([a-z_][a-z0-9_, ]*)[};]")
_RUST_OWN = frozenset({"std", "core", "alloc", "proc_macro", "test", "crate", "self", "super"})
_RUBY_REQUIRE = re.compile(r"^\s*(?:require|gem)[ (]+[\"']([\w./-]+)[\"']", re.MULTILINE)
_RUBY_ATTEMPT = re.compile(r"^\s*begin\b.*?^\s*rescue\s+LoadError", re.MULTILINE | re.DOTALL)
_RUBY_GEMS = {"diff": "diff-lcs", "active_support": "activesupport", "active_record": "activerecord"}
_RUBY_OWN_WORDS = """
    abbrev base64 benchmark bigdecimal bundler cgi continuation coverage csv date debug delegate did_you_mean digest
    drb english erb error_highlight etc expect fcntl fiddle fileutils find forwardable getoptlong io ipaddr irb json
    kconv logger matrix mkmf monitor mutex_m net nkf objspace observer open-uri open3 openssl optionparser optparse
    ostruct pathname pp prettyprint prime prism pstore psych pty racc rake random rbconfig rbs rdoc readline reline
    resolv resolv-replace rexml rinda ripper rss ruby_vm rubygems securerandom set shellwords singleton socket
    stringio strscan syntax_suggest syslog tempfile test-unit thread time timeout tmpdir tracer tsort typeprof un
    unicode_normalize uri weakref webrick win32ole xmlrpc yaml zlib test fiber enumerator rational complex
    power_assert
"""
_RUBY_OWN = frozenset(_RUBY_OWN_WORDS.split())
_R_CALL = re.compile(r"\b(?:library|require|loadNamespace)\s*\(\s*[\"']?([A-Za-z][\w.]*)[\"']?\s*([,)][^\n]{0,80})")
_R_QUALIFIED = re.compile(r"(?<![\w.:])([A-Za-z][\w.]*):::?[\w.]")
_PHP_USE = re.compile(r"^\s*use\s+(?:function\s+|const\s+)?\\?([A-Z]\w*)\\", re.MULTILINE)
_PHP_NAMESPACE = re.compile(r"^\s*namespace\s+\\?([A-Z]\w*)", re.MULTILINE)
_COMMENTS = {
    "#": re.compile(r"^\s*#.*$", re.MULTILINE),
    "//": re.compile(r"^\s*(?://.*$|/\*.*?\*/)", re.MULTILINE | re.DOTALL),
}


def foreign_packages(environment: str, files: Sequence[SourceFile]) -> tuple[str, ...]:
    """Sorted names; empty for a language of which nothing is known."""
    find = _FINDERS.get(environment)
    return tuple(sorted(find(files))) if find else ()


def _texts(files: Sequence[SourceFile], ending: str, comment: str) -> list[str]:
    return [_COMMENTS[comment].sub("", file.text) for file in files if file.path.lower().endswith(ending)]


def _go(files: Sequence[SourceFile]) -> set[str]:
    own = [name for file in files if file.path.endswith("go.mod") for name in _GO_MODULE.findall(file.text)]
    own += [file.path.removeprefix("vendor/").rpartition("/")[0] for file in files if file.path.startswith("vendor/")]
    paths = {path for text in _texts(files, ".go", "//") for path in _GO_IMPORT.findall(text)}
    outside = (path for path in paths if not any(path == name or path.startswith(f"{name}/") for name in own))
    return {"/".join(path.split("/")[:3]) if path.partition("/")[0] in _GO_HOSTS else path for path in outside}


def _java(files: Sequence[SourceFile]) -> set[str]:
    texts = _texts(files, ".java", "//")
    own = {name for text in texts for name in _JAVA_PACKAGE.findall(text)}
    found = {path for text in texts for path in _JAVA_IMPORT.findall(text)}
    return {path for path in found if not _JAVA_OWN.match(path) and not any(_below(path, name) for name in own)}


def _below(path: str, name: str) -> bool:
    # classes of one program often lie beside each other, below a common top
    return path.split(".")[:2] == name.split(".")[:2]


def _rust(files: Sequence[SourceFile]) -> set[str]:
    texts = _texts(files, ".rs", "//")
    manifests = [_toml(file.text) for file in files if file.path.endswith("Cargo.toml")]
    declared = {name for found in manifests for name in _crates(found)}
    own = {file.path.rsplit("/", 1)[-1].removesuffix(".rs") for file in files} | {"lib", "main"}
    own |= {part for file in files for part in file.path.split("/")[:-1]}
    own |= {str(_table(found, "package").get("name", "")).replace("-", "_") for found in manifests}
    own |= {
        word for text in texts for match in _RUST_BOUND.findall(text) for word in re.split(r"[,\s]+", " ".join(match))
    }
    used = {name for text in texts for name in _RUST_USE.findall(text)} - own - _RUST_OWN
    return declared | (used - {name.replace("-", "_") for name in declared})


def _crates(manifest: Mapping[str, object]) -> set[str]:
    groups = (_table(manifest, kind) for kind in ("dependencies", "dev-dependencies", "build-dependencies"))
    return {name for group in groups for name, how in group.items() if not (isinstance(how, dict) and "path" in how)}


def _ruby(files: Sequence[SourceFile]) -> set[str]:
    own = {file.path.removesuffix(".rb") for file in files} | {file.path.partition("/")[0] for file in files}
    own |= {file.path.rsplit("/", 1)[-1].removesuffix(".rb") for file in files}
    texts = [*_texts(files, ".rb", "#"), *_texts(files, "gemfile", "#")]
    asked = {path for text in texts for path in _RUBY_REQUIRE.findall(_RUBY_ATTEMPT.sub("", text))}
    tops = {path.partition("/")[0] for path in asked if not path.startswith((".", "/")) and path not in own}
    return {_RUBY_GEMS.get(name, name) for name in tops if name.lower() not in _RUBY_OWN and name not in own}


def _r(files: Sequence[SourceFile]) -> set[str]:
    texts = _texts(files, ".r", "#")
    calls = {name for text in texts for name, rest in _R_CALL.findall(text) if "character.only" not in rest}
    return calls | {name for text in texts for name in _R_QUALIFIED.findall(text)}


def _php(files: Sequence[SourceFile]) -> set[str]:
    manifests = [_json(file.text) for file in files if file.path.endswith("composer.json")]
    required = {
        name for found in manifests for name in _table(found, "require") if "/" in name or name.startswith("ext-")
    }
    texts = _texts(files, ".php", "//")
    if required or any(file.path.startswith("vendor/") for file in files):
        return {name.removeprefix("ext-") for name in required}
    own = {name for text in texts for name in _PHP_NAMESPACE.findall(text)}
    # without composer's loader a class comes from the program's own files
    loading = [text for text in texts if "vendor/autoload.php" in text]
    return {name for text in loading for name in _PHP_USE.findall(text)} - own


def _table(found: Mapping[str, object], name: str) -> Mapping[str, object]:
    table = found.get(name)
    return table if isinstance(table, dict) else {}


def _toml(text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _json(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


_FINDERS: Mapping[str, Callable[[Sequence[SourceFile]], set[str]]] = {
    "go": _go,
    "java": _java,
    "php": _php,
    "r": _r,
    "ruby": _ruby,
    "rust": _rust,
}
