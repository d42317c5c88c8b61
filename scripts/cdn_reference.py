"""Writes docs/reference/cdn.md from the list of packages in images/cdn: `python -m scripts.cdn_reference`."""

import json
from pathlib import Path

from sandboxes.preview import cdn_hosts as hosts
from sandboxes.preview.cdn_version import newest_first

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/reference/cdn.md"
TEXT = ROOT / "scripts/cdn_reference.md"


def reference() -> str:
    """The page as it should be."""
    manifest = json.loads((ROOT / "images/cdn/package.json").read_text())
    packages: dict[str, list[str]] = {}
    families: list[str] = []
    for key, wanted in manifest["dependencies"].items():
        if key.startswith("@fontsource"):
            families.append(key.rpartition("/")[2] + (" (variable)" if key.startswith("@fontsource-variable") else ""))
        else:
            name, _, version = wanted.removeprefix("npm:").rpartition("@")
            packages.setdefault(name or key, []).append(version.lstrip("v"))
    rows = [f"| `{name}` | {', '.join(newest_first(found))} |" for name, found in sorted(packages.items())]
    kinds = {
        "npm's names": hosts.NPM_HOSTS,
        "ES modules": hosts.MODULE_HOSTS,
        "cdnjs's names and paths": hosts.LIBRARY_HOSTS,
        "Bootstrap's": hosts.BOOTSTRAP_HOSTS,
        "Google fonts": hosts.FONT_HOSTS,
        "Font Awesome": hosts.ICON_HOSTS,
        "one project's": hosts.PROJECT_HOSTS,
        "polyfills (an empty script)": hosts.POLYFILL_HOSTS,
    }
    listed = [f"| {kind} | {', '.join(f'`{host}`' for host in sorted(found))} |" for kind, found in kinds.items()]
    return (
        TEXT.read_text()
        .replace("{hosts}", "\n".join(listed))
        .replace("{packages}", "\n".join(rows))
        .replace("{families}", ", ".join(sorted(families)))
    )


if __name__ == "__main__":
    PAGE.write_text(reference())
