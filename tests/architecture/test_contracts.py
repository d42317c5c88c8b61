"""Who imports whom, checked and checked to bite."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.repository import ROOT

LINT = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]


def test_import_contracts_hold() -> None:
    done = subprocess.run(LINT, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


def test_a_protected_library_is_noticed(tmp_path: Path) -> None:
    package = tmp_path / "sample"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "page.py").write_text("import sqlalchemy\n")
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = sample\ninclude_external_packages = True\n"
        "[importlinter:contract:sql]\nname = sql\ntype = protected\n"
        "protected_modules =\n    sqlalchemy\nallowed_importers =\n    sample.store\n"
    )
    (package / "store.py").write_text("")
    done = subprocess.run(
        [*LINT, "--config", ".importlinter"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout
    assert "1 broken" in done.stdout
