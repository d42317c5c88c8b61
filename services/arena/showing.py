"""Programs with a face: opened, looked at, and left running for whoever wants to try them."""

from collections.abc import Callable
from dataclasses import dataclass

from sandboxes.cameras import Camera
from sandboxes.environment import Environment
from sandboxes.errors import SandboxError
from sandboxes.result import RunResult
from sandboxes.runner import FrameSink, RunControl, Runner, Session
from sandboxes.screenshots import Kind, PageReport, Shots
from sandboxes.screenshots import Picture as Shot
from sandboxes.spec import RunRequest
from services.domain.appearance import App, Appearance, PageFacts, Picture
from services.store.blobs import BlobStore

FACT_LINES, FACT_TEXT = 20, 4000


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What became of a program: how it ended or stands, and, if it has a face and came so far, how it looked."""

    result: RunResult
    appearance: Appearance | None = None
    app: App | None = None


@dataclass(frozen=True, kw_only=True)
class Showing:
    """Runs programs of every kind. `url_of` gives the origin of an app by its token."""

    runner: Runner
    camera: Camera
    blobs: BlobStore
    url_of: Callable[[str], str]

    def show(
        self,
        request: RunRequest,
        environment: Environment | None,
        *,
        on_output: FrameSink | None = None,
        control: RunControl | None = None,
    ) -> Shown:
        """Run a program to its end; open one with a face, look at it and leave it running.

        Raises:
            SandboxError: the sandbox, not the program, failed. A camera that fails is told in the appearance instead.
        """
        if environment is None or environment.face is None:
            return Shown(result=self.runner.run(request, on_output=on_output, control=control))
        session = self.runner.open(request, on_output=on_output, control=control)
        if session.result is not None:
            return Shown(result=session.result)
        try:
            appearance = self._look(session, environment.face)
        except BaseException:
            # whoever comes next for this run will open an app of their own
            session.close()
            raise
        result = session.report()
        alive = session.result is None
        app = App(url=self.url_of(session.token), until=session.until) if alive else None
        return Shown(result=result, appearance=appearance, app=app)

    def _look(self, session: Session, face: Kind) -> Appearance:
        try:
            shots = self.camera.look(session, face)
        except SandboxError as error:
            return Appearance(problem=f"{error.message} {error.hint}".strip())
        return self._stored(shots)

    def _stored(self, shots: Shots) -> Appearance:
        return Appearance(pictures=tuple(map(self._picture, shots.pictures)), facts=facts_of(shots.report))

    def _picture(self, shot: Shot) -> Picture:
        return Picture(
            name=shot.name,
            width=shot.width,
            height=shot.height,
            size_bytes=len(shot.png),
            digest=self.blobs.put(shot.png),
            thumbnail=self.blobs.put(shot.thumbnail),
        )


def facts_of(report: PageReport) -> PageFacts:
    """What is kept of a camera's report."""
    happened = {
        "dialogs": report.dialogs,
        "popups stopped": report.popups,
        "downloads stopped": report.downloads,
        "file choosers": report.file_choosers,
    }
    return PageFacts(
        title=report.title,
        text=report.text[:FACT_TEXT],
        console=tuple(f"{line.type}: {line.text}" for line in report.console if not _is_ours(line.text))[:FACT_LINES],
        errors=_troubles(report)[:FACT_LINES],
        failed_requests=tuple(f"{found.url} ({found.reason})" for found in report.failed_requests[:FACT_LINES]),
        attempts=tuple(f"{name}: {count}" for name, count in happened.items() if count),
        blank=report.blank,
        overflow=report.overflow_desktop,
        phone_overflow=report.overflow_phone,
        width=report.document_width,
        height=report.document_height,
        first_paint_seconds=report.first_paint_seconds,
        stable_seconds=report.stable_seconds,
        missing=tuple(f"{left.name}: {left.reason.value.replace('_', ' ')}" for left in report.left_out),
    )


def _is_ours(text: str) -> bool:
    """A warning of the browser about the preview's own policy, which says nothing of the page."""
    return text.startswith("An iframe which has both allow-scripts and allow-same-origin")


def _troubles(report: PageReport) -> tuple[str, ...]:
    troubles = [report.load_error] if report.load_error else []
    if report.page_crashed:
        troubles.append("The page crashed.")
    if report.did_not_respond:
        troubles.append("The page did not respond.")
    if report.navigations_stopped:
        troubles.append("The page went elsewhere again and again.")
    return (*troubles, *report.page_errors)
