"""What the tests of commands share."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sets up logs on the standard error of its test, which is closed when the next test writes to it."""
    yield
    structlog.reset_defaults()
