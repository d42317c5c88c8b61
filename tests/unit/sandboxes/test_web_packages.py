"""What environments of pages say that they hold is what their images install."""

import json
import re
from typing import Any

import pytest

from sandboxes.registry import Registry, images_folder

FOLDER = images_folder() / "web"


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def test_every_package_is_named_by_its_version_and_locked_to_it_without_an_address() -> None:
    manifest, lock = read("package.json"), read("package-lock.json")["packages"]
    for name, version in (manifest["dependencies"] | manifest["devDependencies"]).items():
        assert lock[f"node_modules/{name}"]["version"] == version
    fetched = {path: found for path, found in lock.items() if path and not found.get("inBundle")}
    assert [path for path, found in fetched.items() if not found.get("integrity")] == []
    assert [path for path, found in lock.items() if "resolved" in found] == []


@pytest.mark.parametrize("environment", ["react", "vue", "svelte"])
def test_a_framework_lists_all_but_what_is_for_others(environment: str) -> None:
    text = (images_folder() / environment / "bin/framework.mjs").read_text()
    pattern = re.search(r"^    foreign: /(.*)/,$", text, re.MULTILINE)
    assert pattern is not None
    foreign = re.compile(pattern[1].replace("\\/", "/"))
    held = read("package.json")["dependencies"].items()
    wanted = {f"{name}=={version}" for name, version in held if not foreign.search(name)}
    assert set(Registry.load().get(environment).packages) == wanted


@pytest.mark.parametrize("environment", ["mermaid", "markdown"])
def test_a_document_lists_packages_of_the_image(environment: str) -> None:
    held = read("package.json")["dependencies"].items()
    packages = set(Registry.load().get(environment).packages)
    assert packages
    assert packages <= {f"{name}=={version}" for name, version in held}
