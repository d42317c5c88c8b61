"""What a program asks for, sorted; what was installed, unpacked without trust."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.dependencies import distribution, sort_out
from sandboxes.errors import InvalidRun
from sandboxes.package_list import read_list, write_list
from sandboxes.package_store import PackageStore, unpack
from sandboxes.registry import Registry
from sandboxes.registry_proxy import default_hosts, upstream_of, with_port
from sandboxes.result import InstalledPackage

IMAGE = ("numpy==2.5.5", "opencv-python-headless==5.0", "PyYAML==6.0.4", "js-yaml")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("cv2", "opencv-python-headless"),
        ("PIL", "pillow"),
        ("yaml", "pyyaml"),
        ("sklearn", "scikit-learn"),
        ("bs4", "beautifulsoup4"),
        ("dateutil", "python-dateutil"),
        ("Crypto", "pycryptodome"),
        ("dotenv", "python-dotenv"),
        ("serial", "pyserial"),
        ("jwt", "pyjwt"),
        ("OpenSSL", "pyopenssl"),
        ("google.protobuf", "protobuf"),
        ("google.oauth2", "google-auth"),
        ("google.cloud.storage", "google-cloud-storage"),
        ("google.generativeai", "google-generativeai"),
        ("ruamel.yaml", "ruamel-yaml"),
        ("azure.identity", "azure-identity"),
        ("git", "gitpython"),
        ("websocket", "websocket-client"),
        ("zmq", "pyzmq"),
        ("skimage", "scikit-image"),
        ("docx", "python-docx"),
        ("fitz", "pymupdf"),
        ("psycopg2", "psycopg2-binary"),
        ("MySQLdb", "mysqlclient"),
        ("speech_recognition", "speechrecognition"),
        ("opencv-python", "opencv-python-headless"),
        ("numpy", "numpy"),
        ("some_thing", "some-thing"),
    ],
)
def test_an_import_name_leads_to_its_distribution(name: str, found: str) -> None:
    assert distribution(name) == found


@pytest.mark.parametrize(
    ("word", "held", "install"),
    [
        ("cv2", ("opencv-python-headless",), ()),
        ("yaml", ("pyyaml",), ()),
        ("numpy>=2", ("numpy",), ()),
        ("numpy<2", (), ("numpy<2",)),
        ("emoji", (), ("emoji",)),
        ("requests[socks]>=2", (), ("requests[socks]>=2",)),
    ],
)
def test_what_the_image_holds_is_not_installed(word: str, held: tuple[str, ...], install: tuple[str, ...]) -> None:
    found = sort_out((word,), IMAGE, ecosystem="python")
    assert (found.held, found.install, found.refused) == (held, install, ())


@pytest.mark.parametrize(
    "word",
    [
        "x @ https://evil.example/x.whl",
        "x;rm -rf /",
        "--index-url=http://evil.example",
        "-r/etc/passwd",
        "../../x",
        "git+https://evil.example/x",
        "x y",
        "",
        "a" * 300 + "!",
        "x\0",
        "$(id)",
    ],
)
def test_only_names_and_versions_are_taken(word: str) -> None:
    found = sort_out((word,), (), ecosystem="python")
    assert (found.install, [text for text, _ in found.refused]) == ((), [word[:200]])


@given(st.text(max_size=60))
def test_whatever_is_installed_begins_with_a_name(word: str) -> None:
    for requirement in sort_out((word,), (), ecosystem="python").install:
        assert requirement[0].isalnum()
        assert not set(requirement) & set("@;/\\ \n\t\0$`'\"|&")


def test_languages_without_an_installer_keep_their_names() -> None:
    words = ("github.com/a/b", "org.junit.jupiter.api", "Sinatra", "-x", "a b")
    found = sort_out(words, ("org.junit", "sinatra"), ecosystem="")
    assert (found.held, found.install) == (("org.junit.jupiter.api", "Sinatra"), ("github.com/a/b",))
    assert [word for word, _ in found.refused] == ["-x", "a b"]


NODE_IMAGE = ("lodash==4.17.21", "chalk==5.3.0", "@babel/core==7.20.12")


@pytest.mark.parametrize(
    ("words", "held", "install"),
    [
        (("lodash",), ("lodash",), ()),
        (("lodash@^4.17.0", "chalk@latest"), ("lodash", "chalk"), ()),
        (("lodash@^3",), (), ("lodash@^3",)),
        (("chalk@^4.1.0",), (), ("chalk@^4.1.0",)),
        (("@babel/core@7", "@scope/tool"), ("@babel/core",), ("@scope/tool",)),
        (("fs", "node:path", "events"), ("fs", "path", "events"), ()),
        (("left-pad", "left-pad@1.x || >=2.5.0"), (), ("left-pad@1.x || >=2.5.0",)),
        (("lodash", "lodash@3"), (), ("lodash@3",)),
        (("JSONStream",), (), ("JSONStream",)),
    ],
)
def test_npm_is_asked_for_what_the_image_does_not_hold(
    words: tuple[str, ...], held: tuple[str, ...], install: tuple[str, ...]
) -> None:
    found = sort_out(words, NODE_IMAGE, ecosystem="javascript")
    assert (found.held, found.install, found.refused) == (held, install, ())


@pytest.mark.parametrize(
    "word",
    [
        "x; rm -rf /",
        "x@git+https://evil.example/x",
        "git+https://evil.example/x.git",
        "user/repository",
        "github:user/repository",
        "file:../x",
        "x@file:../x",
        "x@npm:y@1",
        "x@workspace:*",
        "x@link:../y",
        "https://evil.example/x.tgz",
        "x@https://evil.example/x.tgz",
        "--registry=https://evil.example",
        "-g",
        "../x",
        "./x",
        "/etc/passwd",
        ".hidden",
        "_x",
        "@/x",
        "@scope/",
        "x@next",
        "x@1 --registry=y",
        "x\n@1",
        "x\0",
        "node_modules",
        "$(id)",
        "a" * 215,
        "",
    ],
)
def test_npm_is_given_only_names_and_ranges(word: str) -> None:
    found = sort_out((word,), (), ecosystem="javascript")
    assert (found.install, [text for text, _ in found.refused]) == ((), [word[:200]])


@given(st.text(max_size=60))
def test_whatever_npm_is_given_begins_with_a_name(word: str) -> None:
    for spec in sort_out((word, f"x@{word}"), (), ecosystem="javascript").install:
        assert spec[0].isalnum() or spec[0] == "@"
        assert not set(spec) & set(";\\\n\0$`'\"&:#?%")


def archive(*entries: tuple[str, bytes | None, str]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, data, kind in entries:
            entry = tarfile.TarInfo(name)
            entry.mode = 0o6777
            if kind == "file":
                entry.size = len(data or b"")
                tar.addfile(entry, io.BytesIO(data or b""))
                continue
            entry.type = {"link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "fifo": tarfile.FIFOTYPE}[kind]
            entry.linkname = "/etc/passwd"
            tar.addfile(entry)
    return made.getvalue()


@pytest.mark.parametrize(
    "entry",
    [
        ("../out", b"x", "file"),
        ("/etc/x", b"x", "file"),
        ("a/../../x", b"x", "file"),
        ("link", None, "link"),
        ("hard", None, "hard"),
        ("fifo", None, "fifo"),
        ("n" * 300, b"x", "file"),
    ],
    ids=lambda entry: entry[0][:20],
)
def test_an_archive_that_leads_out_is_refused(entry: tuple[str, bytes | None, str], tmp_path: Path) -> None:
    with pytest.raises(InvalidRun):
        PackageStore(tmp_path / "store").keep("k", archive(("good.py", b"1", "file"), entry), ())
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


def test_a_second_entry_of_the_same_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRun):
        PackageStore(tmp_path).keep("k", archive(("a", b"1", "file"), ("a", b"2", "file")), ())


def test_a_good_archive_is_stored_once_with_plain_modes(tmp_path: Path) -> None:
    store = PackageStore(tmp_path)
    assert store.find("k") is None
    packages = (InstalledPackage(name="pkg", version="1", digest="sha256=0"),)
    kept = store.keep("k", archive(("pkg/mod.py", b"x = 1", "file")), packages)
    assert (kept.path / "pkg/mod.py").read_bytes() == b"x = 1"
    assert (kept.path / "pkg/mod.py").stat().st_mode & 0o7777 == 0o755
    assert (kept.packages, store.find("k")) == (packages, kept)


def test_the_images_packages_are_linked_where_nothing_was_installed(tmp_path: Path) -> None:
    install = Registry.load().get("javascript").install
    assert install is not None
    links = install.links_to(("a==1", "b", "@s/c", "@t/d"))
    held = archive(("node_modules/a/index.js", b"1", "file"), ("node_modules/@t", b"in the way", "file"))
    tree = PackageStore(tmp_path).keep("k", held, (), links).path / "node_modules"
    assert (tree / "a/index.js").read_bytes() == b"1"
    assert [(tree / name).readlink().as_posix() for name in ("b", "@s/c")] == [
        "/usr/share/nodejs/b",
        "/usr/share/nodejs/@s/c",
    ]
    assert sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_symlink()) == ["@s/c", "b"]


def test_a_tree_whose_list_is_damaged_is_not_found(tmp_path: Path) -> None:
    store = PackageStore(tmp_path)
    store.keep("k", archive(("a", b"1", "file")), ())
    (tmp_path / "k" / "installed.json").write_text("[{}]")
    assert store.find("k") is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"{}",
        b"[" * 100_000,
        b'[{"name": "a"}]',
        b'[{"name": "a", "version": 1}]',
        b'[{"name": "' + b"a" * 400 + b'", "version": "1"}]',
        b" " * (3 << 20),
    ],
    ids=range(8),
)
def test_a_list_of_packages_is_not_trusted(data: bytes) -> None:
    with pytest.raises(InvalidRun):
        read_list(data)


def test_a_list_of_packages_is_sorted_and_has_each_once() -> None:
    one = {"name": "b", "version": "1", "digest": "x"}
    found = read_list(json.dumps([one, {"name": "a", "version": "2"}, one]).encode())
    assert found == (InstalledPackage(name="a", version="2"), InstalledPackage(name="b", version="1", digest="x"))
    assert read_list(write_list(found)) == found


def test_a_broken_archive_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidRun, match="broken"):
        unpack(b"nonsense" * 1000, tmp_path)


def test_hosts_follow_the_index() -> None:
    assert default_hosts("https://packages.example/simple") == ("packages.example:443",)
    assert default_hosts("http://127.0.0.1:8080/simple") == ("127.0.0.1:8080",)
    assert all(host.endswith(":443") for host in default_hosts(""))
    assert upstream_of({"https_proxy": "http://user:word@proxy.example:3128/"}) == "proxy.example:3128"
    assert upstream_of({}) == ""


@pytest.mark.parametrize("url", ["https://user:word@packages.example/", "ftp://x", "packages.example", "https://x:y/"])
def test_what_is_no_index_says_so_without_its_password(url: str) -> None:
    with pytest.raises(InvalidRun) as caught:
        default_hosts(url)
    assert "word" not in str(caught.value)


def test_a_host_without_a_port_is_at_443() -> None:
    assert with_port("Packages.Example") == "packages.example:443"
    assert with_port("packages.example:8443") == "packages.example:8443"
    for wrong in ("", "x:y", "x:0", "x:99999", "https://x", "x.", "-x", "a b", "*"):
        with pytest.raises(InvalidRun):
            with_port(wrong)


def test_pythons_packages_are_those_that_its_image_installs() -> None:
    python = Registry.load().get("python")
    lines = (python.folder / "requirements.txt").read_text().split()
    assert sorted(python.packages) == sorted(lines)
    assert all("==" in line for line in lines)
