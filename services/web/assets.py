"""The built scripts of the pages, by the names of their sources."""

import json
from pathlib import Path

BUILT = Path(__file__).parent / "static" / "built"


class Assets:
    """Where the built files of `folder` are served, by its manifest."""

    def __init__(self, folder: Path) -> None:
        self._manifest = folder / ".vite" / "manifest.json"
        self._read: tuple[int, dict[str, str]] = (0, {})

    def address(self, name: str) -> str:
        """The address of the script built from `src/{name}`; empty where nothing is built: pages work without it."""
        return self._files().get(f"src/{name}", "")

    def _files(self) -> dict[str, str]:
        try:
            changed = self._manifest.stat().st_mtime_ns
            if changed != self._read[0]:
                entries = json.loads(self._manifest.read_text(encoding="utf-8"))
                self._read = changed, {key: f"/static/built/{entry['file']}" for key, entry in entries.items()}
        except (OSError, ValueError):
            return {}
        return self._read[1]
