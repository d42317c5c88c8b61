"""Built scripts are found by the names of their sources, and are simply absent where nothing is built."""

import json
import os
from pathlib import Path

from services.web.assets import Assets


def manifest(folder: Path, content: str, *, age: int = 0) -> None:
    """Write the manifest, `age` seconds ago."""
    path = folder / ".vite" / "manifest.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    os.utime(path, (1_000_000 - age, 1_000_000 - age))


def test_an_asset_is_found_by_the_name_of_its_source(tmp_path: Path) -> None:
    manifest(tmp_path, json.dumps({"src/battle.ts": {"file": "assets/battle-1.js", "isEntry": True}}))
    found = Assets(tmp_path)
    assert found.address("battle.ts") == "/static/built/assets/battle-1.js"
    assert found.address("other.ts") == ""


def test_a_new_build_is_noticed(tmp_path: Path) -> None:
    manifest(tmp_path, json.dumps({"src/battle.ts": {"file": "assets/battle-1.js"}}), age=60)
    found = Assets(tmp_path)
    assert found.address("battle.ts").endswith("battle-1.js")
    manifest(tmp_path, json.dumps({"src/battle.ts": {"file": "assets/battle-2.js"}}))
    assert found.address("battle.ts").endswith("battle-2.js")


def test_without_a_build_or_with_a_broken_one_there_is_none(tmp_path: Path) -> None:
    assert Assets(tmp_path).address("battle.ts") == ""
    manifest(tmp_path, "{")
    assert Assets(tmp_path).address("battle.ts") == ""
