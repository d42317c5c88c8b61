"""What a program asks for, sorted; what was installed, unpacked without trust."""

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.dependencies import distribution, sort_out
from sandboxes.errors import InvalidRun
from sandboxes.package_store import PackageStore, unpack
from sandboxes.registry import Registry
from sandboxes.registry_proxy import default_hosts, upstream_of

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


def test_other_ecosystems_keep_their_names() -> None:
    found = sort_out(("@scope/tool", "js-yaml"), ("js-yaml",), ecosystem="")
    assert (found.held, found.install) == (("js-yaml",), ("@scope/tool",))


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
        PackageStore(tmp_path / "store").keep("k", archive(("good.py", b"1", "file"), entry))
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


def test_a_second_entry_of_the_same_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRun):
        PackageStore(tmp_path).keep("k", archive(("a", b"1", "file"), ("a", b"2", "file")))


def test_a_good_archive_is_stored_once_with_plain_modes(tmp_path: Path) -> None:
    store = PackageStore(tmp_path)
    assert store.find("k") is None
    tree = store.keep("k", archive(("pkg/mod.py", b"x = 1", "file")))
    assert (tree / "pkg/mod.py").read_bytes() == b"x = 1"
    assert (tree / "pkg/mod.py").stat().st_mode & 0o7777 == 0o755
    assert store.find("k") == tree


def test_a_broken_archive_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidRun, match="broken"):
        unpack(b"nonsense" * 1000, tmp_path)


def test_hosts_follow_the_index() -> None:
    assert default_hosts("https://packages.example/simple") == ("packages.example:443",)
    assert default_hosts("http://user:word@127.0.0.1:8080/simple") == ("127.0.0.1:8080",)
    assert all(host.endswith(":443") for host in default_hosts(""))
    assert upstream_of({"https_proxy": "http://user:word@proxy.example:3128/"}) == "proxy.example:3128"
    assert upstream_of({}) == ""


def test_pythons_packages_are_those_that_its_image_installs() -> None:
    python = Registry.load().get("python")
    lines = (python.folder / "requirements.txt").read_text().split()
    assert sorted(python.packages) == sorted(lines)
    assert all("==" in line for line in lines)
