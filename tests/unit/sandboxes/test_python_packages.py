"""What environments of applications in Python say that they hold is what their images install."""

from pathlib import Path

import pytest

from sandboxes.registry import Registry

REGISTRY = Registry.load()
# only its files are taken, it cannot be imported
NOT_IMPORTED = {"fastapi-offline"}


def pinned(folder: Path) -> dict[str, str]:
    path = folder / "requirements.txt"
    lines = path.read_text().split() if path.is_file() else []
    found = dict(line.split("==") for line in lines)
    assert len(found) == len(lines)
    return found


@pytest.mark.parametrize("name", ["flask", "fastapi", "gradio", "streamlit", "pygame", "tkinter", "turtle"])
def test_an_application_lists_the_packages_of_its_image_and_of_those_below(name: str) -> None:
    environment = REGISTRY.get(name)
    folders = (environment.folder, *environment.lineage)
    held = [found for folder in folders for found in pinned(folder).items() if found[0] not in NOT_IMPORTED]
    # the same package in two layers would be two halves of two versions
    assert len({package for package, _ in held}) == len(set(held))
    assert set(environment.packages) == {f"{package}=={version}" for package, version in held}
