"""In CI no test that needs a real component may be skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
SKIPPED_WITH_MARKER = """
import pytest
@pytest.mark.{marker}
def test_it():
    pytest.skip("not here")
"""
SKIPPED_MODULE = "import pytest\npytest.skip('not here', allow_module_level=True)\n"
EXPECTED_FAILURE = """
import pytest
@pytest.mark.engine
@pytest.mark.xfail(reason="known")
def test_it():
    assert False
"""


def exit_code(folder: Path, source: str, *, ci: str) -> int:
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "test_sample.py").write_text(source)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={folder}", "-c", os.devnull]
    return subprocess.run(
        [*command, str(folder)],
        env={**environment, "CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        check=False,
        cwd=folder,
    ).returncode


@pytest.mark.parametrize("marker", ["engine", "redis", "postgres", "model", "browser", "root"])
def test_a_skip_of_a_real_component_fails_in_ci(tmp_path: Path, marker: str) -> None:
    assert exit_code(tmp_path, SKIPPED_WITH_MARKER.format(marker=marker), ci="true") == 1


def test_the_same_skip_passes_at_home(tmp_path: Path) -> None:
    assert exit_code(tmp_path, SKIPPED_WITH_MARKER.format(marker="engine"), ci="") == 0


def test_other_skips_pass_in_ci(tmp_path: Path) -> None:
    assert exit_code(tmp_path, SKIPPED_WITH_MARKER.format(marker="shared_data"), ci="true") == 0


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    assert exit_code(tmp_path, EXPECTED_FAILURE, ci="true") == 0


def test_a_module_cannot_skip_itself_in_ci(tmp_path: Path) -> None:
    assert exit_code(tmp_path, SKIPPED_MODULE, ci="true") != 0
