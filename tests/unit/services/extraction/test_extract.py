"""Extraction: what a person would run is what is taken; the reference system's mistakes are each a case here."""

import pytest

from services.extraction.extract import MAX_ANSWER_CHARS, EnvironmentHint, Extraction, extract, snippet_from

PYTHON = EnvironmentHint(name="python", languages=("python", "py", "python3"), extensions=(".py",), entry="main.py")
NODE = EnvironmentHint(name="node", languages=("javascript", "js"), extensions=(".js",), entry="index.js")
FENCE = "```"


def take(text: str) -> Extraction:
    return extract(text, [PYTHON])


def files(found: Extraction) -> dict[str, str]:
    return {file.path: file.text for file in found.files}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```python\nprint(1)\n```", "print(1)\n"),
        ("```\nprint(1)\n```", "print(1)\n"),
        ("```python\nprint(1)", "print(1)"),
        ("~~~python\nprint(1)\n~~~", "print(1)\n"),
        ('````python\ns = """\n```\n"""\n````', 's = """\n```\n"""\n'),
        ('```python\ns = """\n```js\nx\n```\n"""\nprint(s)\n```\nDone.', 's = """\n```js\nx\n```\n"""\nprint(s)\n'),
        ("```python linenums=1\nprint(1)\n```", "print(1)\n"),
        ("```PY\r\nprint(1)\r\n```\r\n", "print(1)\n"),
        ("1. Run this:\n\n   ```python\n   if 1:\n       print(1)\n   ```", "if 1:\n    print(1)\n"),
        ("> ```python\n> print(1)\n> ```", "print(1)\n"),
        ("<details>\n```python\nprint(1)\n```\n</details>", "print(1)\n"),
        ("Here:\n\n    ```python\n    print(1)\n    ```\n", "print(1)\n"),
        ("import math\nprint(math.pi)\n", "import math\nprint(math.pi)\n"),
    ],
    ids=[
        "plain", "no label", "unclosed", "tildes", "four backticks", "fence in a string", "label and text", "CRLF",
        "in a list", "in a quote", "in HTML", "indented", "no fence at all",
    ],
)  # fmt: skip
def test_one_program(text: str, code: str) -> None:
    found = take(text)
    assert files(found) == {"main.py": code}
    assert (found.environment, found.entry) == ("python", "main.py")


@pytest.mark.parametrize("label", ["rs", "kotlin", "json", "css", "sql", "csharp", "javascript"])
def test_a_language_without_environment_is_named_and_not_run_as_another(label: str) -> None:
    found = extract(f"```{label}\nx = 1\n```", [PYTHON, NODE] if label != "javascript" else [PYTHON])
    assert (found.environment, found.files) == ("", ())
    assert f"No environment here runs {'rust' if label == 'rs' else label}" in found.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The answer is empty."),
        (" \n", "The answer is empty."),
        ("I can't help with that.", "The answer holds no code."),
        ("Sorry", "The answer holds no code."),
        ("```bash\nrm -rf /\n```", "The answer holds only shell commands, which are never run."),
    ],
)
def test_nothing_to_run_says_why(text: str, reason: str) -> None:
    found = take(text)
    assert (found.reason, found.environment, found.files) == (reason, "", ())
    assert found.confidence >= 0.9


@pytest.mark.parametrize(
    "block",
    [
        '```python title="tools.py"\nX = 1\n```',
        "```python filename=tools.py\nX = 1\n```",
        "```python tools.py\nX = 1\n```",
        "```python:tools.py\nX = 1\n```",
        "```tools.py\nX = 1\n```",
        "**tools.py**\n```python\nX = 1\n```",
        "### `tools.py`\n\n```python\nX = 1\n```",
        "File: `tools.py`\n```python\nX = 1\n```",
        "2. Then create `tools.py`:\n```python\nX = 1\n```",
    ],
)
def test_file_names_around_the_fence(block: str) -> None:
    assert files(take(block)) == {"tools.py": "X = 1\n"}


@pytest.mark.parametrize("comment", ["# tools.py", "# File: tools.py", "# filename: tools.py"])
def test_file_name_in_the_first_comment(comment: str) -> None:
    assert files(take(f"```python\n{comment}\nX = 1\n```")) == {"tools.py": f"{comment}\nX = 1\n"}


def test_all_files_of_an_answer_are_kept_and_the_main_guard_is_the_entry() -> None:
    found = take(
        "`pkg/shapes.py`\n```python\nclass Square: ...\n" + "# long\n" * 30 + "```\n"
        "`draw.py`\n```python\nfrom pkg.shapes import Square\nif __name__ == '__main__':\n    print(Square())\n```\n"
        '```json title="data.json"\n{}\n```\n'
    )
    assert set(files(found)) == {"pkg/shapes.py", "draw.py", "data.json"}
    assert found.entry == "draw.py"


def test_an_unnamed_program_that_imports_a_named_module_is_the_entry() -> None:
    found = take("`tools.py`\n```python\nX = 1\n```\nUse it:\n```python\nimport tools\nprint(tools.X)\n```")
    assert (set(files(found)), found.entry, found.dependencies) == ({"tools.py", "main.py"}, "main.py", ())


def test_unnamed_blocks_are_not_glued_together() -> None:
    found = take("```python\ndef f():\n    return 1\nprint(f())\n```\nor\n```python\nprint(2)\n```")
    assert files(found) == {"main.py": "def f():\n    return 1\nprint(f())\n"}


def test_a_later_full_revision_replaces_a_longer_first_try() -> None:
    first, second = "def f():\n    # long way round\n    return 1\n", "def f():\n    return 2\n"
    assert files(take(f"```python\n{first}```\nBetter:\n```python\n{second}```")) == {"main.py": second}


def test_a_block_that_does_not_parse_loses_to_one_that_does() -> None:
    found = take("```python\ndef f(:\n" + "    x\n" * 20 + "```\n```python\nprint(1)\n```")
    assert files(found) == {"main.py": "print(1)\n"}


def test_a_list_item_whose_code_is_not_indented_keeps_its_code_and_later_blocks() -> None:
    found = take("1. Run:\n   ```python\nimport math\nprint(math.e)\n```\n2. Tools:\n\n`t.py`\n```python\nX = 1\n```")
    assert files(found) == {"t.py": "X = 1\n"}
    assert files(take("1. Run:\n   ```python\nprint(1)\n```\n2. Done")) == {"main.py": "print(1)\n"}


def test_blocks_after_a_fence_inside_a_string_are_still_seen() -> None:
    text = '`a.py`\n```python\ns = """\n```\n"""\n```\n`b.py`\n```python\nX = 1\n```'
    assert set(files(take(text))) == {"a.py", "b.py"}


def test_a_file_is_never_a_folder_as_well() -> None:
    found = take("`a.py`\n```python\nX = 1\n```\n`a.py/b.py`\n```python\nX = 1\n```")
    assert set(files(found)) == {"a.py"}


def test_an_empty_python_block_is_not_called_a_missing_environment() -> None:
    assert take("```python\n```").reason == "The code blocks hold no program that was recognised."


def test_a_fragment_does_not_replace_the_whole_file_of_the_same_name() -> None:
    found = take("`a.py`\n```python\nprint(1)\n```\n`a.py`\n```python\n    return (\n```")
    assert files(found) == {"a.py": "print(1)\n"}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/etc/cron.py", "absolute"),
        ("C:\\x\\a.py", "absolute"),
        ("~/a.py", "absolute"),
        ("../a.py", "leaves the folder"),
        ("a/../../b.py", "leaves the folder"),
        ("..\\a.py", "leaves the folder"),
        ("a\x00b.py", "control characters"),
        ("a\x1bb.py", "control characters"),
        ("", ""),
    ],
)
def test_unsafe_file_names_are_ignored_and_reported(path: str, why: str) -> None:
    found = take(f'```python title="{path}"\nprint(1)\n```')
    assert files(found) == {"main.py": "print(1)\n"}
    assert why in found.reason


def test_the_first_environment_with_half_of_the_most_code_wins_unless_the_prompt_names_one() -> None:
    text = "```js\nf(1)\n```\n```python\nprint('a much longer program')\n```"
    assert extract(text, [NODE, PYTHON]).environment == "python"
    assert extract(text, [NODE, PYTHON], prompt="Write it in JavaScript.").environment == "node"


def test_a_new_environment_is_only_data() -> None:
    rust = EnvironmentHint(name="rust", languages=("rust", "rs"), extensions=(".rs",), entry="main.rs")
    found = extract("```rs\nfn main() {}\n```", [PYTHON, rust])
    assert (found.environment, found.entry, found.dependencies) == ("rust", "main.rs", ())


def test_dependencies_come_from_imports_pip_lines_and_requirements() -> None:
    found = take(
        "```bash\npip install -U 'rich>=13' && python -m pip install -r x.txt httpx\nrm -rf /\n```\n"
        "```requirements.txt\nNumPy==2.0  # arrays\n-e .\n```\n"
        "`tools.py`\n```python\nimport json\n```\n"
        "`main.py`\n```python\n# pip install pillow\nimport os.path, numpy as np, tools\nfrom yaml import load\n"
        "from . import sibling\n```\n"
    )
    assert found.dependencies == ("httpx", "NumPy==2.0", "pillow", "rich>=13", "yaml")
    assert "requirements" not in found.entry


def test_a_variable_named_like_a_framework_is_not_a_dependency() -> None:
    assert take("```python\nst = 1\ngr = st\nprint(gr)\n```").dependencies == ()


@pytest.mark.parametrize(
    "text",
    ["`" * 100_000, "```\n" * 50_000, ">" * 100_000 + "a", "- " * 50_000 + "a", "```python\n" + "(" * 100_000,
     "- ```\n" * 20_000, "```python\n" + "-" * 200_000 + "1"],
    ids=["backticks", "fences", "quotes", "lists", "parentheses", "fences in lists", "unary"],
)  # fmt: skip
def test_pathological_text_gives_a_result(text: str) -> None:
    assert take(text).reason


def test_five_megabytes_are_cut_and_that_is_said() -> None:
    found = take("```python\n" + "# padding padding padding padding\n" * 150_000)
    assert sum(len(file.text) for file in found.files) <= MAX_ANSWER_CHARS
    assert "only the first 400,000" in found.reason


def test_lone_surrogates_become_text_that_can_be_stored() -> None:
    assert take("```python\nprint('\ud800')\n```").files[0].text.encode()


def test_snippet_carries_everything_over() -> None:
    found = take("```python\nimport numpy\n```")
    snippet = snippet_from(found, "s1", "a1")
    assert snippet.runnable
    assert (snippet.id, snippet.answer_id, snippet.dependencies) == ("s1", "a1", ("numpy",))
    assert not snippet_from(take("no"), "s2", "a2").runnable
