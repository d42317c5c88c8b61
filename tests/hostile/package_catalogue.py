"""The attacks that come as packages or as names of packages."""

import tarfile
from dataclasses import dataclass, field

from sandboxes.result import Outcome
from tests.fixtures.npm_registry import Package, entry

GIB = 1 << 30
LEAVE = "touch ran; touch /sandbox/ran; touch /sandbox/.packages/node_modules/ran"
SCRIPTS = ("preinstall", "install", "postinstall", "prepare")
SEEN = """
const fs = require("fs");
const all = (top) => fs.readdirSync(top, { recursive: true, withFileTypes: true });
const own = all("/opt/dependencies").filter((found) => !found.isSymbolicLink() && !found.isDirectory());
console.log(own.map((found) => `${found.parentPath ?? found.path}/${found.name}`).sort().join(" "));
"""


def tree(*paths: str) -> str:
    """What SEEN prints if these and npm's own list are all that was installed."""
    return " ".join(sorted(f"/opt/dependencies/node_modules/{path}" for path in (".package-lock.json", *paths)))


@dataclass(frozen=True, kw_only=True)
class PackageAttack:
    """A program asks for the first of these packages; `says` is in its output, or in why it was not installed."""

    id: str
    packages: tuple[Package, ...]
    outcome: Outcome = Outcome.SUCCEEDED
    says: str = ""
    code: str = SEEN
    also: tuple[str, ...] = field(default=())


def _named(name: str, **fields: object) -> Package:
    return Package(name=name, files={"index.js": ""}, **fields)  # type: ignore[arg-type]


def _device(name: str) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.devmajor, info.devminor, info.mode = tarfile.CHRTYPE, 1, 3, 0o666
    return info, b""


def _depending(name: str, how: str) -> tuple[Package, ...]:
    return (_named(name, manifest={"dependencies": {"inner": how}}),)


FAILED = Outcome.INSTALL_FAILED
ESCAPES = ("../escape.js", "package/../../../escape.js", "/opt/escape.js", "package/../../../../../etc/escape.js")
PACKAGES = (
    PackageAttack(
        id="npm-scripts",
        packages=(
            _named(
                "scripted",
                manifest={"scripts": dict.fromkeys(("preinstall", "install", "postinstall", "prepare"), LEAVE)},
            ),
        ),
        says=tree("scripted/index.js", "scripted/package.json"),
    ),
    PackageAttack(
        id="npm-native-build",
        packages=(_named("native", entries=[entry("package/binding.gyp", b"{'targets': [{'target_name': 'x'}]}")]),),
        says=tree("native/index.js", "native/package.json", "native/binding.gyp"),
    ),
    PackageAttack(
        id="npm-traversal",
        packages=(_named("traversal", entries=[entry(name, b"x") for name in ESCAPES]),),
        # npm takes the first part of every name away
        says=tree(*(f"traversal/{name}" for name in ("escape.js", "index.js", "opt/escape.js", "package.json"))),
    ),
    PackageAttack(
        id="npm-symlinks",
        packages=(
            _named(
                "linked",
                entries=[
                    entry("package/passwd", link="/etc/passwd"),
                    entry("package/up", link="../.."),
                    entry("package/up/through.js", b"x"),
                ],
            ),
        ),
        says=tree("linked/index.js", "linked/package.json", "linked/up/through.js"),
    ),
    PackageAttack(
        id="npm-hard-links",
        packages=(_named("hard", entries=[entry("package/passwd", link="/etc/passwd", hard=True)]),),
        says=tree("hard/index.js", "hard/package.json"),
    ),
    PackageAttack(
        id="npm-devices",
        packages=(_named("device", entries=[_device("package/null")]),),
        says=tree("device/index.js", "device/package.json"),
    ),
    PackageAttack(id="npm-bomb", packages=(_named("bomb", zeros=5 * GIB),), outcome=FAILED, says="file_bytes"),
    PackageAttack(
        id="npm-many-files",
        packages=(_named("many", entries=[entry(f"package/{number}.js") for number in range(60_000)]),),
        outcome=FAILED,
        says="many",
    ),
    PackageAttack(
        id="npm-shadow-built-in",
        packages=(
            _named("uses-fs", manifest={"dependencies": {"fs": "1.0.0"}}),
            Package(name="fs", files={"index.js": "module.exports = 'shadow';"}),
        ),
        code="console.log(typeof require('fs').readFileSync, require('/node_modules/fs/index.js'))",
        says="function shadow",
        also=("fs",),
    ),
    PackageAttack(
        id="npm-git-dependency",
        packages=_depending("git-inner", "git+https://localhost/x.git"),
        outcome=FAILED,
        says="git",
    ),
    PackageAttack(
        id="npm-file-dependency",
        packages=_depending("file-inner", "file:../../../etc"),
        outcome=FAILED,
        says="file-inner",
    ),
    PackageAttack(
        id="npm-foreign-dependency",
        packages=_depending("foreign-inner", "https://169.254.169.254/inner.tgz"),
        outcome=FAILED,
        says="a host that is not the index's was refused",
    ),
    PackageAttack(
        id="npm-foreign-tarball",
        packages=(_named("elsewhere", tarball="https://169.254.169.254/elsewhere.tgz"),),
        outcome=FAILED,
        says="a host that is not the index's was refused",
    ),
    PackageAttack(
        id="npm-wrong-digest",
        packages=(_named("forged", digest="sha512-" + "A" * 86 + "=="),),
        outcome=FAILED,
        says="integrity",
    ),
)

# id -> what a program's manifest asks for; none may reach the installer
WORDS = {
    "spec-shell": "x; rm -rf /",
    "spec-substitution": "$(id)",
    "spec-git": "x@git+https://evil.example/x.git",
    "spec-repository": "github:evil/x",
    "spec-file": "x@file:../x",
    "spec-address": "https://evil.example/x.tgz",
    "spec-option": "--registry=https://evil.example",
    "spec-option-in-range": "x@1 --registry=https://evil.example",
    "spec-dash": "-g",
    "spec-alias": "x@npm:evil@1",
    "spec-workspace": "x@workspace:*",
    "spec-path": "../../etc",
    "spec-newline": "x\n--global",
}

# id -> what is asked of the proxy that lets `packages.example:443` through
CONNECTS = {
    "proxy-metadata": "CONNECT 169.254.169.254:443 HTTP/1.1",
    "proxy-other-port": "CONNECT packages.example:22 HTTP/1.1",
    "proxy-no-port": "CONNECT packages.example HTTP/1.1",
    "proxy-ipv6": "CONNECT [::1]:443 HTTP/1.1",
    "proxy-mapped-address": "CONNECT [::ffff:169.254.169.254]:443 HTTP/1.1",
    "proxy-trailing-dot": "CONNECT packages.example.:443 HTTP/1.1",
    "proxy-longer-name": "CONNECT packages.example.evil.example:443 HTTP/1.1",
    "proxy-credentials": "CONNECT packages.example:443@evil.example:443 HTTP/1.1",
    "proxy-plain-request": "GET http://packages.example:443/ HTTP/1.1",
    "proxy-two-heads": "GET / HTTP/1.1\r\nCONNECT packages.example:443 HTTP/1.1",
}
OTHERS = {"proxy-mixed-case", "proxy-private-address", "proxy-bytes", "proxy-connections"}
IDS = {attack.id for attack in PACKAGES} | WORDS.keys() | CONNECTS.keys() | OTHERS
