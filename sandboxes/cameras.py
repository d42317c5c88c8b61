"""Cameras that are up before anybody needs one: each looks at one app, and is destroyed."""

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from sandboxes.camera import WEB_SOCKET, camera_request, shoot
from sandboxes.errors import SandboxError, StartFailed
from sandboxes.policy import SOCKET_NAME
from sandboxes.preview.apps import AppFacts, OneApp
from sandboxes.preview.proxy import Preview
from sandboxes.preview.server import running
from sandboxes.preview.settings import PreviewSettings
from sandboxes.runner import Runner, Session
from sandboxes.screenshots import SHOOT_SECONDS, Kind, Plan, Shots

# where a camera finds every app: its own name for the preview, at the port of its forwarder
DOMAIN, PORT = "preview.localhost", 8300
# a camera that has waited so long is not trusted to be there for the whole of a shoot
STALE_SECONDS = 600.0
SOCKET_MODE = 0o666
log = logging.getLogger(__name__)


class Camera(Protocol):
    """What looks at apps."""

    def look(self, session: Session, kind: Kind) -> Shots:
        """Pictures of a ready app and what its page did, in bounded time.

        Raises:
            SandboxError: there is no camera, or it failed.
        """
        ...


class Cameras:
    """A Camera; `keep` of them wait, opened by a thread of their own. Threads may share this."""

    def __init__(
        self,
        runner: Runner,
        settings: Callable[[], PreviewSettings],
        *,
        keep: int = 1,
        seconds: float = SHOOT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`settings` are those of the preview that people use, so that a camera sees what they see."""
        self._runner, self._settings, self._keep = runner, settings, keep
        self._seconds, self._monotonic = seconds, monotonic
        self._lock = threading.Lock()
        self._waiting: deque[tuple[float, Session]] = deque()
        self._filling = self._closed = False

    def look(self, session: Session, kind: Kind) -> Shots:
        """See `Camera.look`."""
        camera = self._take() or self._open()
        try:
            return self._shoot(camera, session, kind)
        finally:
            camera.close()
            self.warm_up()

    @property
    def waiting(self) -> int:
        """How many stand ready."""
        with self._lock:
            return len(self._waiting)

    def warm_up(self) -> None:
        """Begin to open those that should wait."""
        with self._lock:
            if self._filling or self._closed or len(self._waiting) >= self._keep:
                return
            self._filling = True
        threading.Thread(target=self._fill, name="cameras", daemon=True).start()

    def close(self) -> None:
        """End those that wait."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, deque()
        for _, camera in waiting:
            camera.close()

    def _shoot(self, camera: Session, session: Session, kind: Kind) -> Shots:
        app = AppFacts(token=session.token, socket=session.folder / SOCKET_NAME, until=time.time() + 2 * self._seconds)
        # nobody frames what a camera looks at, and nobody's use of it is recorded
        settings = replace(self._settings(), domain=DOMAIN, scheme="http", arena_origins=())
        socket = camera.folder / WEB_SOCKET
        plan = Plan(url=f"http://{session.token}.{DOMAIN}:{PORT}/", kind=kind)
        try:
            with running(Preview(OneApp(app), settings), lambda found: found.serve_unix(socket, mode=SOCKET_MODE)):
                return shoot(camera.folder / SOCKET_NAME, plan, seconds=self._seconds)
        except OSError as error:
            raise StartFailed(f"the camera has no way to the app: {error}") from error

    def _open(self) -> Session:
        camera = self._runner.open(camera_request(f"camera-{uuid.uuid4().hex}"))
        if camera.result is not None:
            said = camera.result.stderr.data[-500:].decode(errors="replace").strip()
            raise StartFailed(f"the camera does not start: {camera.result.outcome.value} {said}".strip())
        return camera

    def _take(self) -> Session | None:
        while True:
            with self._lock:
                if not self._waiting:
                    return None
                opened, camera = self._waiting.popleft()
            if camera.result is None and self._monotonic() - opened < STALE_SECONDS:
                return camera
            camera.close()

    def _fill(self) -> None:
        try:
            while True:
                with self._lock:
                    if self._closed or len(self._waiting) >= self._keep:
                        return
                camera = self._open()
                with self._lock:
                    keep = not self._closed
                    if keep:
                        self._waiting.append((self._monotonic(), camera))
                if not keep:
                    camera.close()
        except SandboxError as error:
            log.info("no camera could be opened: %s", error)
        finally:
            with self._lock:
                self._filling = False
