"""The reference page of the camera names all there is, and nothing else; the driver and the host agree."""

import re

from sandboxes.screenshots import PICTURES, PageReport, Reason
from tests.architecture.repository import ROOT

PAGE = (ROOT / "docs/reference/camera.md").read_text()
DRIVER = ROOT / "images/camera/driver"


def named(section: str) -> set[str]:
    """What the tables of a section name in their cells, all but the last cell of each row."""
    text = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    cells = [line.rsplit("|", 2)[0] for line in text.splitlines() if line.startswith("| ")]
    return set(re.findall(r"`([a-z0-9_-]+)`", "\n".join(cells)))


def test_the_page_names_every_picture_reason_and_field() -> None:
    pictures = {name for names in PICTURES.values() for name in names}
    assert named("Pictures") == pictures | {reason.value for reason in Reason}
    assert named("Report") | {"console_total", "page_errors_total", "failed_requests_total"} == set(
        PageReport.model_fields
    )


def test_the_driver_takes_the_pictures_that_the_host_asks_for() -> None:
    text = (DRIVER / "order.mjs").read_text()
    for kind, names in PICTURES.items():
        found = re.search(rf"{kind}: \[(.*?)\]", text)
        assert found
        assert tuple(re.findall(r'"([a-z0-9-]+)"', found[1])) == names


def test_the_driver_gives_no_reason_that_the_host_does_not_know() -> None:
    text = "\n".join(path.read_text() for path in sorted(DRIVER.glob("*.mjs")))
    given = set(
        re.findall(
            r'(?:NoPicture\(|leaveOut\(|reason: |return |missing\.set\(name, |=> |\? |: )"([a-z]+_[a-z_]+)"', text
        )
    )
    assert {"no_time", "page_crashed", "fits_window", "too_large"} <= given
    assert given <= {reason.value for reason in Reason}
