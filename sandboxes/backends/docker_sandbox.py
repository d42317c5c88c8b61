"""One container on the engine: created, started and attached; given new limits; destroyed."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sandboxes import policy
from sandboxes.agent.warm import EXIT_OUT_OF_MEMORY
from sandboxes.app_folder import AppFolders
from sandboxes.conversation import Link
from sandboxes.errors import BackendLost, SandboxError, StartFailed, Unavailable
from sandboxes.limits import Limits
from sandboxes.slots import Held

READY_SECONDS = 20.0
KILLED = 137
# where the memory controller of cgroup version 1 keeps a container, by the engine's cgroup driver
PEAK_FILES = (
    "/sys/fs/cgroup/memory/docker/{id}/memory.max_usage_in_bytes",
    "/sys/fs/cgroup/memory/system.slice/docker-{id}.scope/memory.max_usage_in_bytes",
)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What makes two sandboxes interchangeable: a run may take any that has its shape."""

    image: str
    isolation: str
    preload: str = ""
    mounts: tuple[tuple[str, str], ...] = ()
    # a sandbox that is used once has its work directory from the start; a warm one mounts it for each run
    disk: tuple[int, int] | None = None
    # a program that is asked things while it runs: its sandbox has a folder for the socket, which a tool may enter
    served: bool = False
    tool: bool = False
    inner_sandbox: bool = False


@dataclass(kw_only=True)
class DockerSandbox:
    """A running container and the link to its agent."""

    id: str
    shape: Shape
    placement: policy.Placement
    limits: Limits
    link: Link
    close_link: Callable[[], None]
    uid_slot: Held
    born: float
    folder: Path | None = None
    runs: int = 0
    ready: bool = False
    idle_bytes: int = 0
    peak_file: Path | None = None
    used: float = field(default_factory=time.monotonic)

    def is_ready(self) -> bool:
        """Whether it can take a job now, as far as can be told without waiting."""
        return self.ready or self.link.pending

    def await_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it can take a job.

        Raises:
            BackendLost, StartFailed: it will not.
        """
        if not self.ready:
            said = self.link.await_ready(seconds)
            self.idle_bytes = int(json.loads(said or b"{}").get("memory_bytes", 0))
            self.ready = True

    def reset_peak(self) -> bool:
        """Make the kernel's peak of memory begin anew, where this process may; False where it may not."""
        if self.runs == 0 and self.peak_file is None:
            self.peak_file = next(filter(Path.exists, (Path(text.format(id=self.id)) for text in PEAK_FILES)), None)
        if self.peak_file is None:
            return self.shape.isolation == policy.CONTAINER
        try:
            self.peak_file.write_text("0")
        except OSError:
            return False
        return True


class Workshop:
    """Makes and destroys sandboxes on one engine."""

    def __init__(
        self, client: Callable[[], Any], *, boot_id: str, scope: str, pool: str, runtime: str, folders: AppFolders
    ) -> None:
        self._folders = folders
        self._open_client, self._boot_id, self._scope = client, boot_id, scope
        self._pool, self._runtime = pool, runtime
        self._oom_score = policy.AGENT_OOM_SCORE

    def make(self, shape: Shape, limits: Limits, uid_slot: Held, *, deadline: float, monotonic: float) -> DockerSandbox:
        """A started sandbox that is not ready yet.

        Raises:
            StartFailed, Unavailable: the engine refuses.
        """
        placement = policy.Placement(
            slot=uid_slot.number,
            isolation=shape.isolation,
            boot_id=self._boot_id,
            scope=self._scope,
            pool=self._pool,
            deadline=deadline,
            runtime=self._runtime,
            oom_score_adj=self._oom_score,
        )
        folder = self._folders.make(self._pool, tool=shape.tool) if shape.served else None
        placement = replace(placement, socket_folder=str(folder or ""))
        try:
            made = self._start_somehow(shape, limits, uid_slot, placement, monotonic)
        except BaseException:
            if folder is not None:
                self._folders.remove(folder)
            raise
        made.folder = folder
        return made

    def _start_somehow(
        self, shape: Shape, limits: Limits, uid_slot: Held, placement: policy.Placement, monotonic: float
    ) -> DockerSandbox:
        """Start it, with a modest score where the engine may not give a better one."""
        try:
            return self._start(shape, limits, uid_slot, placement, monotonic)
        except StartFailed:
            if placement.oom_score_adj == policy.MODEST_OOM_SCORE:
                raise
        modest = replace(placement, oom_score_adj=policy.MODEST_OOM_SCORE)
        made = self._start(shape, limits, uid_slot, modest, monotonic)
        self._oom_score = policy.MODEST_OOM_SCORE
        return made

    def resize(self, sandbox: DockerSandbox, limits: Limits) -> None:
        """Give the container the memory and the processes of these limits.

        Raises:
            StartFailed: the engine refuses, as when more memory is in use.
        """
        wanted = limits.memory_bytes, limits.pids
        if wanted == (sandbox.limits.memory_bytes, sandbox.limits.pids):
            return
        api = self._client.api
        change = {
            "Memory": limits.memory_bytes,
            "MemorySwap": limits.memory_bytes,
            "PidsLimit": policy.pids_limit(limits, sandbox.shape.isolation, served=sandbox.shape.served),
        }
        with engine_trouble():
            answer = api._post_json(api._url("/containers/{0}/update", sandbox.id), data=change)  # noqa: SLF001
        if answer.status_code != 200:
            raise StartFailed(f"the engine did not change the sandbox's limits: {answer.text[:300]}")
        sandbox.limits = limits

    def destroy(self, sandbox: DockerSandbox) -> bool:
        """Close the link, kill and remove the container, free its uid; False if the container had gone before."""
        with contextlib.suppress(OSError):
            sandbox.close_link()
        try:
            return self.remove(sandbox.id)
        finally:
            if sandbox.folder is not None:
                self._folders.remove(sandbox.folder)
            sandbox.uid_slot.release()

    def remove(self, container: str) -> bool:
        """Kill and remove; False if somebody else was faster. What fails here is the reaper's."""
        import docker
        import requests

        try:
            self._client.api.remove_container(container, force=True, v=True)
        except (docker.errors.APIError, requests.RequestException):
            return False
        return True

    def lost_for_memory(self, sandbox: DockerSandbox) -> bool:
        """Whether the kernel killed the sandbox's own agent because memory ran out.

        Raises:
            BackendLost: it did not; says what is known.
        """
        import docker

        try:
            with engine_trouble():
                state = self._client.api.inspect_container(sandbox.id)["State"]
        except (docker.errors.NotFound, Unavailable) as error:
            raise BackendLost("the sandbox was destroyed in mid-run") from error
        ended = not state["Running"]
        if ended and (state["ExitCode"] == EXIT_OUT_OF_MEMORY or (state["OOMKilled"] and state["ExitCode"] == KILLED)):
            return True
        raise BackendLost(f"the sandbox went away in mid-run (state {state['Status']}, code {state['ExitCode']})")

    def owned(self) -> list[dict[str, Any]]:
        """All sandboxes on the engine, whoever's they are; what merely comes from an image of ours has no deadline."""
        labels = [f"{policy.LABEL}owner={policy.OWNER}", f"{policy.LABEL}deadline"]
        with engine_trouble():
            found = self._client.api.containers(all=True, filters={"label": labels})
        return list(found)

    @property
    def _client(self) -> Any:
        return self._open_client()

    def _start(
        self, shape: Shape, limits: Limits, uid_slot: Held, placement: policy.Placement, monotonic: float
    ) -> DockerSandbox:
        container = self._create(shape, limits, placement)
        try:
            raw, connection = self._attach(container)
            self._run(container)
        except BaseException:
            self.remove(container)
            raise

        def close() -> None:
            raw.close()
            connection.close()

        return DockerSandbox(
            id=container,
            shape=shape,
            placement=placement,
            limits=limits,
            link=Link(connection),
            close_link=close,
            uid_slot=uid_slot,
            born=monotonic,
        )

    def _create(self, shape: Shape, limits: Limits, placement: policy.Placement) -> str:
        import docker

        mounts = tuple({"Type": "bind", "Source": source, "Target": target} for source, target in shape.mounts)
        config = policy.container_config(
            shape.image,
            limits,
            placement,
            preload=shape.preload,
            mounts=mounts,
            inner_sandbox=shape.inner_sandbox,
        )
        try:
            return str(self._client.api.create_container_from_config(config)["Id"])
        except docker.errors.ImageNotFound as error:
            raise Unavailable(f"the image {shape.image} is gone", hint="arena images build") from error
        except docker.errors.APIError as error:
            raise StartFailed(f"the engine refused the sandbox: {error.explanation or error}") from error

    def _attach(self, container: str) -> tuple[Any, Any]:
        params = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        raw = self._client.api.attach_socket(container, params=params)
        connection = getattr(raw, "_sock", raw)
        connection.settimeout(None)
        return raw, connection

    def _run(self, container: str) -> None:
        import docker

        try:
            self._client.api.start(container)
        except docker.errors.APIError as error:
            raise StartFailed(f"the engine could not start the sandbox: {error.explanation or error}") from error


@contextlib.contextmanager
def engine_trouble() -> Iterator[None]:
    """Turn the client library's troubles into ours."""
    import docker
    import requests

    try:
        yield
    except SandboxError:
        raise
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise Unavailable(f"the Docker engine does not answer: {error}", hint="make engine") from error
