"""Programs are compared line by line, file by file."""

from services.web.differences import MOST_LINES, differences


def test_lines_that_differ_stand_beside_each_other() -> None:
    (file,) = differences({"main.py": "a\nb\nc\n"}, {"main.py": "a\nx\nc\nd\n"})
    assert [(row.kind, row.left, row.right) for row in file.rows] == [
        ("equal", "a", "a"),
        ("replace", "b", "x"),
        ("equal", "c", "c"),
        ("insert", "", "d"),
    ]
    assert [(row.left_number, row.right_number) for row in file.rows] == [(1, 1), (2, 2), (3, 3), (0, 4)]


def test_files_of_one_side_are_whole_differences() -> None:
    kept, new = differences({"a": "1\n"}, {"a": "1\n", "b": "2\n"})
    assert kept.same
    assert [row.kind for row in new.rows] == ["insert"]


def test_two_single_files_are_compared_whatever_their_names() -> None:
    (file,) = differences({"main.py": "1\n"}, {"app.js": "2\n"})
    assert file.path == "main.py / app.js"


def test_what_lies_between_is_left_out() -> None:
    left = "".join(f"{number}\n" for number in range(60))
    (file,) = differences({"a": left}, {"a": left.replace("5\n", "x\n", 1).replace("50\n", "y\n")})
    assert "skip" in {row.kind for row in file.rows}
    assert len(file.rows) < 60


def test_very_long_files_are_not_compared() -> None:
    (file,) = differences({"a": "x\n" * (MOST_LINES + 1)}, {"a": "y\n"})
    assert file.problem
    assert file.rows == ()
