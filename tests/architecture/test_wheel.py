"""The wheel holds what the program reads at run time."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT

NEEDED = (
    "services/web/templates/*.html*",
    "services/web/static/*",
    "services/web/static/built/.vite/manifest.json",
    "services/web/static/built/assets/*.js",
    "services/store/migrations/env.py",
    "services/store/migrations/versions/*.py",
    "services/judges/prompts/*.md",
    "services/contenders/default_models.yaml",
    "sandboxes/images/base/Dockerfile",
    "sandboxes/images/python/Dockerfile",
    "sandboxes/images/python/environment.yaml",
    "sandboxes/images/typescript/bin/install",
    "sandboxes/agent/*.py",
    "sandboxes/policy.py",
    "sandboxes/preview/recorder.js",
)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.parametrize("pattern", NEEDED)
def test_the_wheel_holds(names: list[str], pattern: str) -> None:
    assert any(Path(name).match(pattern) for name in names)


def test_the_wheel_holds_no_tests_caches_or_sources_of_scripts(names: list[str]) -> None:
    unwanted = ("__pycache__", "node_modules", "services/web/frontend")
    assert [name for name in names if name.startswith("tests/") or any(part in name for part in unwanted)] == []
