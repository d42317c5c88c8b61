"""What every test shares: in CI a test that needs a real component must run, so its skip is a failure."""

import os
from collections.abc import Generator

import pytest

REAL_COMPONENTS = ("engine", "redis", "postgres", "model", "browser", "root")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where CI promised the component."""
    report = yield
    needed = [name for name in REAL_COMPONENTS if item.get_closest_marker(name)]
    if os.environ.get("CI") and needed and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI although it is marked {', '.join(needed)}: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse a whole module that skips itself in CI: its markers cannot be seen."""
    report = yield
    if os.environ.get("CI") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"module skipped in CI; mark its tests instead: {report.longrepr}"
    return report
