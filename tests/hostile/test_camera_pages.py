"""Pages that attack the camera: each ends in pictures or in a reason, in time, and the camera takes the next order."""

import time
from collections.abc import Iterator

import pytest

from sandboxes import camera, policy
from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.errors import Busy
from sandboxes.recipes import build
from sandboxes.registry import Registry
from sandboxes.runner import Session
from sandboxes.screenshots import SHOOT_SECONDS, Picture, Plan, Shots
from tests.fixtures.pages import serving
from tests.fixtures.waiting import wait_for
from tests.hostile.camera_catalogue import PAGES, Page
from tests.hostile.conftest import BOOT

pytestmark = pytest.mark.engine
ORIGIN = "http://abcdefghijklmnopqrstuvwxyz.preview.localhost:8300"
CALM = "<!doctype html><title>calm</title><h1>calm</h1>"


class Held:
    """One camera for many pages, so that each finds it as the page before left it; another only if it has ended."""

    def __init__(self, engine: DockerEngine) -> None:
        self._engine = engine
        self._sessions: list[Session] = []

    def camera(self) -> Session:
        """The camera."""
        if not self._sessions or self._sessions[-1].result is not None:
            key = f"{BOOT}-camera-{len(self._sessions)}"
            self._sessions.append(self._engine.open(camera.camera_request(key)))
            assert self._sessions[-1].ready, self._sessions[-1].result
        return self._sessions[-1]

    def close(self) -> None:
        """End them."""
        for session in self._sessions:
            session.close()


@pytest.fixture(scope="module")
def held(hostile_engine: DockerEngine) -> Iterator[Held]:
    build(None, Registry.load(), (camera.ENVIRONMENT,))
    found = Held(hostile_engine)
    yield found
    found.close()


@pytest.fixture
def one_camera(held: Held) -> Session:
    return held.camera()


def shoot(session: Session, html: str, path: str = "/") -> Shots:
    with serving(session.folder, {"/": html}):
        return camera.shoot(session.folder / policy.SOCKET_NAME, Plan(url=ORIGIN + path, kind="web"))


def calm_picture(session: Session) -> Picture | None:
    """A picture of a calm page; None while the browser is being started again."""
    try:
        return shoot(session, CALM).picture("stable")
    except Busy:
        return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_a_hostile_page(page: Page, one_camera: Session) -> None:
    begun = time.monotonic()
    shots = shoot(one_camera, page.html, page.path)
    assert time.monotonic() - begun < SHOOT_SECONDS + camera.GRACE_SECONDS
    assert page.expected(shots), (shots.report, [found.name for found in shots.pictures])
    assert shots.report.cage.holds
    assert not wait_for("the next order", lambda: calm_picture(one_camera), 20).blank
