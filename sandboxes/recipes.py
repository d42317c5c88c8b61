"""Builds the images: Debian, the base, then each environment with the agent in it; tags are content hashes."""

import contextlib
import fcntl
import hashlib
import io
import os
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sandboxes.debian import debian_archive
from sandboxes.environment import Environment
from sandboxes.errors import Unavailable
from sandboxes.host_settings import HostSettings, read_host_settings
from sandboxes.policy import AGENT_FOLDER
from sandboxes.registry import Registry

DEBIAN_TAG = "runarena/debian:trixie"
PUBLIC_DEBIAN = ("debian", "trixie-slim")
PULL_SECONDS = 60
BUILD_SECONDS = 1800
# older images of an environment may be those of another checkout on this machine, so they stay for a day
KEEP_SECONDS = 86400.0
AGENT_START = "from sandboxes.agent.main import main\n\nmain()\n"
# build stages hold the host's settings, so they do not outlive the build
STAGE_FILTER = {"dangling": True, "label": "runarena.stage=build"}
AGENT_LINES = f"""ARG BASE
FROM ${{BASE}}
COPY .agent/ {AGENT_FOLDER}/
RUN python3 -m compileall -q {AGENT_FOLDER}
WORKDIR /
ENTRYPOINT ["/usr/bin/python3", "-I", "-S", "{AGENT_FOLDER}"]
CMD []
"""

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class BuiltImage:
    """One environment's image; `cached` when it was there already."""

    name: str
    tag: str
    image_id: str
    seconds: float
    cached: bool


def connect(*, timeout_seconds: float = 60) -> Any:
    """A client of the engine that DOCKER_HOST or the default socket names.

    Raises:
        Unavailable: no client library, or no engine answers.
    """
    try:
        import docker
    except ImportError as error:
        raise Unavailable("the Docker client library is missing", hint="pip install 'runarena[docker]'") from error
    try:
        return docker.from_env(version="auto", timeout=timeout_seconds)
    except (docker.errors.DockerException, OSError) as error:
        raise Unavailable(f"no Docker engine answers: {error}", hint="make engine") from error


def image_for(environment: Environment) -> str:
    """The tag of this environment's image: a hash over its folder, the base's and the agent."""
    settings = (environment.folder / "environment.yaml").read_bytes()
    files = {"environment.yaml": settings, **agent_files()}
    return f"runarena/{environment.name}:{_digest(files, runtime_tag(environment) + AGENT_LINES)}"


def runtime_tag(environment: Environment) -> str:
    """The tag of the image below it, without the agent: what takes long to build."""
    return _runtime_tag((environment.folder, *environment.lineage))


def _runtime_tag(folders: Sequence[Path]) -> str:
    """The tag of the first folder's image, built on that of the second, and so on down to the base."""
    below = _runtime_tag(folders[1:]) if folders[1:] else base_tag(folders[0].parent)
    return f"runarena/runtime-{folders[0].name}:{_digest(_runtime_files(folders[0]), below)}"


def base_tag(images: Path) -> str:
    """The tag of the base image: a hash over its folder."""
    return f"runarena/base:{_digest(_folder_files(images / 'base', 'base/'), DEBIAN_TAG)}"


def missing(client: Any, registry: Registry) -> tuple[str, ...]:
    """Names of the environments whose image is not there."""
    return tuple(env.name for env in registry.with_tools() if _image_id(client, image_for(env)) is None)


def build(
    client: Any | None,
    registry: Registry,
    names: Sequence[str] = (),
    on_progress: Progress = lambda _: None,
    *,
    environ: Mapping[str, str] | None = None,
    keep_seconds: float = KEEP_SECONDS,
) -> list[BuiltImage]:
    """See to it that the images of these environments (none named: all) exist. A second call does nothing.

    Images that a new one replaces go when they are older than `keep_seconds`.

    Raises:
        InvalidRun: unknown environment.
        Unavailable: no engine, no base, or a build failed; says why.
    """
    wanted = [registry.get(name) for name in names] or list(registry.with_tools())
    engine = client or connect(timeout_seconds=BUILD_SECONDS)
    try:
        recipe = _Recipe(
            engine, registry.folder, on_progress, environ if environ is not None else os.environ, keep_seconds
        )
        with _build_lock():
            return [recipe.environment(environment) for environment in wanted]
    finally:
        if client is None:
            engine.close()


def agent_files() -> dict[str, bytes]:
    """The agent as it lies in an image, by path below its folder."""
    package = Path(__file__).resolve().parent
    names = ["__init__.py", *(f"agent/{path.name}" for path in sorted((package / "agent").glob("*.py")))]
    files = {f"sandboxes/{name}": (package / name).read_bytes() for name in names}
    return {"__main__.py": AGENT_START.encode(), **files}


class _Recipe:
    """One round of building: asks the host once, builds what is missing."""

    def __init__(
        self, client: Any, images: Path, on_progress: Progress, environ: Mapping[str, str], keep_seconds: float
    ) -> None:
        self._client, self._images, self._say, self._environ = client, images, on_progress, environ
        self._keep_seconds = keep_seconds
        self._host: HostSettings | None = None

    def environment(self, environment: Environment) -> BuiltImage:
        started, tag = time.monotonic(), image_for(environment)
        image_id = _image_id(self._client, tag)
        cached = image_id is not None
        if image_id is None:
            files = {"Dockerfile": AGENT_LINES.encode()}
            files |= {f".agent/{path}": data for path, data in agent_files().items()}
            image_id = self._build(tag, files, {"BASE": self._runtime((environment.folder, *environment.lineage))})
            self._purge(environment.name, tag)
            self._client.images.prune(filters=STAGE_FILTER)
        seconds = time.monotonic() - started
        return BuiltImage(name=environment.name, tag=tag, image_id=image_id, seconds=seconds, cached=cached)

    def _runtime(self, folders: Sequence[Path]) -> str:
        tag = _runtime_tag(folders)
        if _image_id(self._client, tag) is None:
            below = self._runtime(folders[1:]) if folders[1:] else self._base()
            self._build(tag, _runtime_files(folders[0]), {"BASE": below})
            self._purge(f"runtime-{folders[0].name}", tag)
        return tag

    def _base(self) -> str:
        tag = base_tag(self._images)
        if _image_id(self._client, tag) is None:
            self._debian()
            self._build(tag, _folder_files(self._images / "base", ""), {"DEBIAN": DEBIAN_TAG})
        return tag

    def _debian(self) -> None:
        if _image_id(self._client, DEBIAN_TAG) is not None or self._pulled():
            return
        repository, _, version = DEBIAN_TAG.partition(":")
        with debian_archive(self._say) as archive:
            self._client.api.import_image_from_data(archive, repository=repository, tag=version)
        if _image_id(self._client, DEBIAN_TAG) is None:
            raise Unavailable("the engine did not take the debootstrap archive")

    def _pulled(self) -> bool:
        import docker
        import requests

        self._say(f"pulling {':'.join(PUBLIC_DEBIAN)}")
        puller = connect(timeout_seconds=PULL_SECONDS)
        try:
            puller.images.pull(*PUBLIC_DEBIAN).tag(*DEBIAN_TAG.split(":"))
        except (docker.errors.DockerException, requests.RequestException) as error:
            self._say(f"cannot pull: {str(error)[:200]}")
            return False
        finally:
            puller.close()
        return True

    def _build(self, tag: str, files: Mapping[str, bytes], arguments: Mapping[str, str]) -> str:
        import docker
        import requests

        if self._host is None:
            self._host = read_host_settings(self._environ)
        self._say(f"building {tag}")
        try:
            self._stream(tag, _tar({**files, **self._host.context_files()}), arguments, self._host)
        except (docker.errors.DockerException, requests.RequestException) as error:
            raise Unavailable(f"building {tag} failed: {error}") from error
        image_id = _image_id(self._client, tag)
        if image_id is None:
            raise Unavailable(f"building {tag} left no image")
        return image_id

    def _stream(self, tag: str, context: io.BytesIO, arguments: Mapping[str, str], host: HostSettings) -> None:
        lines = self._client.api.build(
            fileobj=context,
            custom_context=True,
            tag=tag,
            rm=True,
            forcerm=True,
            decode=True,
            buildargs={**arguments, **host.proxies},
            network_mode=host.network_mode,
        )
        tail: list[str] = []
        for line in lines:
            text = str(line.get("stream", "")).strip()
            if text:
                tail = [*tail[-8:], text]
                self._say(text)
            if "error" in line:
                raise Unavailable(f"building {tag} failed: {line['error']}\n" + "\n".join(tail))

    def _purge(self, name: str, keep: str) -> None:
        """Remove this environment's images of an earlier day; a younger one may be another checkout's."""
        import docker

        for image in self._client.images.list(name=f"runarena/{name}"):
            if time.time() - _created(image) < self._keep_seconds:
                continue
            for tag in image.tags:
                if tag != keep:
                    try:
                        self._client.images.remove(tag)
                    except docker.errors.APIError as error:
                        self._say(f"keeping {tag}: {error.explanation}")


@contextlib.contextmanager
def _build_lock() -> Iterator[None]:
    """One build at a time per user of this machine: the second then finds everything there."""
    path = Path(tempfile.gettempdir()) / f"runarena-build-{os.getuid()}.lock"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _created(image: Any) -> float:
    """When the image was made, as Unix time in seconds; the engine writes nanoseconds, which Python does not read."""
    return datetime.fromisoformat(image.attrs["Created"][:19] + "+00:00").timestamp()


def _image_id(client: Any, tag: str) -> str | None:
    import docker
    import requests

    try:
        return str(client.api.inspect_image(tag)["Id"])
    except docker.errors.ImageNotFound:
        return None
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise Unavailable(f"the Docker engine does not answer: {error}", hint="make engine") from error


def _folder_files(folder: Path, prefix: str) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {prefix + path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _runtime_files(folder: Path) -> dict[str, bytes]:
    """What the Dockerfile may use: the folder without the settings and the smoke programs."""
    files = _folder_files(folder, "")
    return {path: data for path, data in files.items() if path != "environment.yaml" and not path.startswith("smoke/")}


def _digest(files: Mapping[str, bytes], text: str) -> str:
    total = hashlib.sha256(text.encode())
    for path, data in sorted(files.items()):
        total.update(f"{path}\0{len(data)}\0".encode() + data)
    return total.hexdigest()[:12]


def _tar(files: Mapping[str, bytes]) -> io.BytesIO:
    """A build context whose bytes depend on the files alone, so that the engine's cache holds."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    buffer.seek(0)
    return buffer
