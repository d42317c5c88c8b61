"""The page of local copies lists those that the image holds."""

import json

from scripts.cdn_reference import PAGE, reference
from tests.architecture.repository import ROOT

CDN = ROOT / "images/cdn"


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text() == reference(), "run: python -m scripts.cdn_reference"


def test_every_package_is_pinned_and_locked_without_addresses() -> None:
    manifest = json.loads((CDN / "package.json").read_text())
    locked = json.loads((CDN / "package-lock.json").read_text())["packages"]
    for key, wanted in {**manifest["dependencies"], **manifest["devDependencies"]}.items():
        assert wanted.rpartition("@")[2] == locked[f"node_modules/{key}"]["version"], key
    assert [key for key, found in locked.items() if "resolved" in found] == []


def test_the_catalogue_speaks_of_packages_that_are_held() -> None:
    manifest = json.loads((CDN / "package.json").read_text())
    catalogue = json.loads((CDN / "catalogue.json").read_text())
    aliases = (wanted for wanted in manifest["dependencies"].values() if wanted.startswith("npm:"))
    held = set(manifest["dependencies"]) | {wanted.removeprefix("npm:").rpartition("@")[0] for wanted in aliases}
    named = {name if name.rfind("@") <= 0 else name.rpartition("@")[0] for name in catalogue["packages"]}
    targets = {name for names in catalogue["names"].values() for name in names}
    assert (named | targets | set(catalogue["repositories"].values())) - held == set()
