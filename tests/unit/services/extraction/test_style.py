"""What is counted in an answer, against counts made by hand."""

from services.domain.snippet import SourceFile
from services.extraction.style import FEATURES, style_of, tokens

ANSWER = '''# Title
Here is **bold** text 🎉:

- one
- two

```python
import os, numpy as np
from . import x
# comment
def f(self, a: int, b) -> int:
    """# not a comment"""
    if a and b: return 1
    return [i for i in b if i]
```
'''
PAGE = """<!doctype html>
<style>
a { color: red }

</style>
<!-- a comment -->
<script src="lib.js"></script>
<script>
// another
import * as three from 'three'
import './own.js'
if (a && b) { c() }
</script>
"""


def test_an_answer_with_prose_and_a_fenced_program() -> None:
    found = style_of(ANSWER)
    assert tuple(found) == FEATURES
    assert found["characters"] == len(ANSWER)
    assert {name: found[name] for name in ("headers", "bold", "list_items", "code_fences", "emoji", "files")} == {
        "headers": 1,
        "bold": 1,
        "list_items": 2,
        "code_fences": 1,
        "emoji": 1,
        "files": 0,
    }
    assert found["prose_tokens"] == tokens("# Title\nHere is **bold** text 🎉:\n- one\n- two")
    assert found["imports"] == 2
    # one unit, one if, one and, one comprehension with one condition
    assert found["complexity"] == 5
    # a, b and what is returned; self asks for no hint
    assert found["type_hints"] == 2 / 3
    code = ANSWER.split("```python\n")[1].removesuffix("\n```\n")
    assert found["comment_share"] == len("# comment") / len(code)


def test_a_page_holds_style_script_and_markup() -> None:
    found = style_of("", [SourceFile(path="index.html", text=PAGE)])
    # the tags that begin a section count to it, those that end it to the markup
    assert (found["css_lines"], found["html_lines"]) == (2, 5)
    assert found["imports"] == 2
    assert found["complexity"] == 3
    assert found["comment_share"] == (len("<!-- a comment -->") + len("// another")) / len(PAGE)


def test_lines_of_an_unfenced_program_are_code_and_not_prose() -> None:
    program = "# setup\nimport os\nprint(os.name)\n"
    found = style_of(f"Run this.\n{program}", [SourceFile(path="main.py", text=program)])
    assert found["headers"] == 0
    assert found["prose_tokens"] == tokens("Run this.")
    assert found["code_tokens"] == tokens(program)


def test_strings_hold_no_comments_and_comments_no_branches() -> None:
    script = 'const a = "// no"; // if (x) && y\nconst b = `/* no */`; /* while */ if (a) {}\n'
    found = style_of("", [SourceFile(path="a.js", text=script)])
    assert found["comment_share"] == (len("// if (x) && y") + len("/* while */")) / len(script)
    assert found["complexity"] == 2


def test_tests_are_known_by_name_or_by_what_they_hold() -> None:
    by_name = [SourceFile(path="tests/check.rb", text="1")]
    by_text = [SourceFile(path="a.py", text="def test_sum():\n    assert 1 + 1 == 2\n")]
    assert style_of("", by_name)["has_tests"] == 1
    assert style_of("", by_text)["has_tests"] == 1
    assert style_of("", [SourceFile(path="a.py", text="# def test_sum(): pass\n")])["has_tests"] == 0


def test_broken_python_is_counted_by_patterns() -> None:
    found = style_of("", [SourceFile(path="a.py", text="import os\nif x:\n  while (\n")])
    assert (found["imports"], found["complexity"]) == (1, 3)


def test_imports_of_other_languages() -> None:
    texts = {
        "a.go": 'import (\n\t"fmt"\n\tlog "github.com/a/b"\n)\n',
        "a.c": "#include <stdio.h>\n#include<math.h>\n",
        "a.rs": "use std::fs;\nuse rand;\n",
        "a.rb": "require 'set'\nrequire('json')\n",
    }
    for path, text in texts.items():
        assert style_of("", [SourceFile(path=path, text=text)])["imports"] == 2, path
