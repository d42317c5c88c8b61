"""Properties of extraction over arbitrary text."""

from hypothesis import given
from hypothesis import strategies as st

from services.extraction.extract import EnvironmentHint, extract

PYTHON = EnvironmentHint(name="python", languages=("python", "py"), extensions=(".py",), entry="main.py")
PIECES = st.sampled_from(
    ["```", "~~~", "````", "python", "\n", "    ", "> ", "- ", "x = 1", '"""', "../a.py", "/b.py", "# c.py", "\x00",
     "title=", '"', "pip install x", "(", "\r\n", "json", "`d.py`:", "import q"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))


@given(TEXTS)
def test_total_safe_and_consistent(text: str) -> None:
    found = extract(text, [PYTHON])
    paths = [file.path for file in found.files]
    assert found.reason.endswith(".")
    assert bool(found.environment) == bool(paths)
    assert found.entry in paths or not paths
    assert len(set(paths)) == len(paths)
    for file in found.files:
        file.text.encode()
        assert not file.path.startswith("/")
        assert ".." not in file.path.split("/")
        assert file.path.isprintable()
    assert found == extract(text, [PYTHON])


@given(st.text(alphabet="abc =1\n'#", max_size=100), st.sampled_from(["```", "````", "~~~~"]))
def test_a_fenced_block_comes_out_as_it_went_in(code: str, fence: str) -> None:
    body = "value = 1\n" + code.rstrip("\n") + "\n"
    found = extract(f"Text before.\n\n{fence}python\n{body}{fence}\n\nText after.", [PYTHON])
    assert [file.text for file in found.files] == [body]
