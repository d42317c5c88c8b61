"""Runs each program in a container of its own on a Docker engine; the container is used once and destroyed."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sandboxes import policy
from sandboxes.admission import admit
from sandboxes.agent.job import Job
from sandboxes.conversation import Transcript, opening, talk
from sandboxes.errors import BackendLost, SandboxError, StartFailed, Unavailable
from sandboxes.limits import Limits
from sandboxes.outcome import Verdict, judge
from sandboxes.recipes import connect, image_for
from sandboxes.registry import Environment, Registry
from sandboxes.result import Outcome, Phase, RunResult, StageResult
from sandboxes.runner import FrameSink, RunControl
from sandboxes.slots import Slots
from sandboxes.spec import RunRequest

BASE_ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": policy.WORK, "LANG": "C.UTF-8", "TMPDIR": "/tmp"}  # noqa: S108
OWNER_FILTER = {"label": f"{policy.LABEL}owner={policy.OWNER}"}
KILLED = 137


@dataclass(frozen=True, kw_only=True)
class EngineFacts:
    """What the engine says about itself."""

    version: str
    api_version: str
    cgroup_version: str
    runtimes: tuple[str, ...]
    default_runtime: str
    storage_driver: str


class DockerEngine:
    """A Runner over one Docker engine. Threads may share it.

    `state_dir` holds the slot locks: processes that share an engine share it too. `boot_id` names this worker's life.
    """

    name = "docker_engine"

    def __init__(
        self,
        *,
        registry: Registry,
        state_dir: Path,
        boot_id: str,
        slots: int = 2,
        runtime: str = "",
        patience_seconds: float = 30.0,
        client: Any | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._registry, self._boot_id, self._runtime, self._now = registry, boot_id, runtime, now
        self._slots = Slots(state_dir, slots, patience_seconds=patience_seconds)
        self._given_client = client
        self._opened: Any | None = None
        self._images: dict[str, tuple[str, str]] = {}
        self._oom_score = policy.AGENT_OOM_SCORE

    def run(
        self, request: RunRequest, *, on_output: FrameSink | None = None, control: RunControl | None = None
    ) -> RunResult:
        """See `sandboxes.runner.Runner.run`."""
        environment = self._registry.get(request.environment)
        limits = request.limits or environment.default_limits()
        admit(request, limits)
        if control is not None and control.cancelled:
            return RunResult(outcome=Outcome.CANCELLED, phase=Phase.PREPARE)
        with self._slots.take() as slot, _engine_trouble():
            image, image_id = self._image(environment)
            placement = self._placement(request.key, limits, slot)
            self._clear_leftovers(placement)
            transcript = Transcript(limits=limits, on_output=on_output)
            job = make_job(request, environment, limits, placement.uid)
            with self._sandbox(image, limits, placement) as (container, connection):
                verdict = self._converse(container, connection, opening(job, request.files, request.stdin), transcript)
        return make_result(request, environment, image_id, transcript, verdict)

    def reap(self, *, keys: tuple[str, ...] = ()) -> int:
        """See `sandboxes.runner.Runner.reap`."""
        with _engine_trouble():
            return sum(self._remove(found["Id"]) for found in self._owned() if self._is_due(found["Labels"], keys))

    def probe(self) -> EngineFacts:
        """What engine this is.

        Raises:
            Unavailable: none answers.
        """
        with _engine_trouble():
            version, info = self._client.version(), self._client.info()
        return EngineFacts(
            version=str(version["Version"]),
            api_version=str(version["ApiVersion"]),
            cgroup_version=str(info.get("CgroupVersion", "1")),
            runtimes=tuple(sorted(info.get("Runtimes", {}))),
            default_runtime=str(info.get("DefaultRuntime", "")),
            storage_driver=str(info.get("Driver", "")),
        )

    def close(self) -> None:
        """Let go of the connection this object opened."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def _client(self) -> Any:
        if self._given_client is not None:
            return self._given_client
        if self._opened is None:
            self._opened = connect()
        return self._opened

    def _image(self, environment: Environment) -> tuple[str, str]:
        """Tag and id of the environment's image; asked once."""
        import docker

        if environment.name not in self._images:
            tag = image_for(environment)
            try:
                found = self._client.api.inspect_image(tag)
            except docker.errors.ImageNotFound as error:
                hint = f"arena images build {environment.name}"
                raise Unavailable(f"the image of environment {environment.name} is not built", hint=hint) from error
            self._images[environment.name] = (tag, str(found["Id"]))
        return self._images[environment.name]

    def _placement(self, key: str, limits: Limits, slot: int) -> policy.Placement:
        return policy.Placement(
            slot=slot,
            key=key,
            boot_id=self._boot_id,
            scope=self._slots.scope,
            deadline=self._now() + limits.wall_seconds + 2 * policy.GRACE_SECONDS,
            runtime=self._runtime,
            oom_score_adj=self._oom_score,
        )

    @contextlib.contextmanager
    def _sandbox(self, image: str, limits: Limits, placement: policy.Placement) -> Iterator[tuple[str, socket.socket]]:
        """A started sandbox and its control channel; destroyed afterwards, whatever happens."""
        container = self._create(image, limits, placement)
        try:
            with self._attached(container) as connection:
                try:
                    self._start(container)
                except StartFailed:
                    if placement.oom_score_adj == policy.MODEST_OOM_SCORE:
                        raise
                else:
                    yield container, connection
                    return
        finally:
            self._remove(container)
        modest = replace(placement, oom_score_adj=policy.MODEST_OOM_SCORE)
        with self._sandbox(image, limits, modest) as started:
            self._oom_score = policy.MODEST_OOM_SCORE
            yield started

    def _converse(
        self, container: str, connection: socket.socket, first: Iterator[bytes], transcript: Transcript
    ) -> Verdict:
        limits = transcript.limits
        try:
            talk(connection, first, transcript, seconds=limits.wall_seconds + policy.GRACE_SECONDS)
        except BackendLost:
            return self._explain_loss(container, transcript)
        if transcript.end is None:
            raise BackendLost("the sandbox finished without a report")
        return judge(transcript.end, cpu_limit_seconds=limits.cpu_seconds)

    def _create(self, image: str, limits: Limits, placement: policy.Placement) -> str:
        import docker

        config = policy.container_config(image, limits, placement)
        try:
            return str(self._client.api.create_container_from_config(config)["Id"])
        except docker.errors.ImageNotFound as error:
            self._images.clear()
            raise Unavailable(f"the image {image} is gone", hint="arena images build") from error
        except docker.errors.APIError as error:
            raise StartFailed(f"the engine refused the sandbox: {error.explanation or error}") from error

    @contextlib.contextmanager
    def _attached(self, container: str) -> Iterator[socket.socket]:
        params = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        raw = self._client.api.attach_socket(container, params=params)
        connection = getattr(raw, "_sock", raw)
        connection.settimeout(None)
        try:
            yield connection
        finally:
            with contextlib.suppress(OSError):
                raw.close()
                connection.close()

    def _start(self, container: str) -> None:
        import docker

        try:
            self._client.api.start(container)
        except docker.errors.APIError as error:
            raise StartFailed(f"the engine could not start the sandbox: {error.explanation or error}") from error

    def _explain_loss(self, container: str, transcript: Transcript) -> Verdict:
        """A dead agent means out of memory only if the kernel says that it killed for memory.

        Raises:
            BackendLost: it does not say so.
        """
        import docker

        try:
            state = self._client.api.inspect_container(container)["State"]
        except docker.errors.NotFound as error:
            raise BackendLost("the sandbox was destroyed in mid-run") from error
        if transcript.end is None and state["OOMKilled"] and state["ExitCode"] == KILLED and not state["Running"]:
            return Verdict(outcome=Outcome.OUT_OF_MEMORY, limit_hit="memory_bytes")
        raise BackendLost(f"the sandbox went away in mid-run (state {state['Status']}, code {state['ExitCode']})")

    def _clear_leftovers(self, placement: policy.Placement) -> None:
        """Destroy what an earlier attempt of this run or user of this slot left, and whatever is overdue."""
        for found in self._owned():
            labels = found["Labels"]
            same_key = labels.get(policy.LABEL + "key") == placement.key
            same_slot = (labels.get(policy.LABEL + "scope"), labels.get(policy.LABEL + "slot")) == (
                placement.scope,
                str(placement.slot),
            )
            if same_key or same_slot or self._is_due(labels, ()):
                self._remove(found["Id"])

    def _is_due(self, labels: dict[str, str], keys: tuple[str, ...]) -> bool:
        if keys:
            return labels.get(policy.LABEL + "key") in keys
        return float(labels.get(policy.LABEL + "deadline", "0")) < self._now()

    def _owned(self) -> list[dict[str, Any]]:
        return list(self._client.api.containers(all=True, filters=OWNER_FILTER))

    def _remove(self, container: str) -> bool:
        """Kill and remove; False if somebody else was faster. What fails here is the reaper's."""
        import docker
        import requests

        try:
            self._client.api.remove_container(container, force=True, v=True)
        except (docker.errors.APIError, requests.RequestException):
            return False
        return True


@contextlib.contextmanager
def _engine_trouble() -> Iterator[None]:
    """Turn the client library's troubles into ours."""
    import docker
    import requests

    try:
        yield
    except SandboxError:
        raise
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise Unavailable(f"the Docker engine does not answer: {error}", hint="make engine") from error


def make_job(request: RunRequest, environment: Environment, limits: Limits, uid: int) -> Job:
    """The request in the agent's words."""
    return Job(
        argv=environment.command(Phase.RUN, entry=request.entry, files=request.files, args=request.args),
        env={**BASE_ENV, **environment.env, **request.env},
        uid=uid,
        cpu_seconds=limits.cpu_seconds,
        wall_seconds=limits.wall_seconds,
        output_bytes=limits.output_bytes,
        file_bytes=limits.file_bytes,
        artefacts=request.artefacts,
        artefact_count=policy.MAX_ARTEFACTS,
        artefact_bytes=policy.MAX_ARTEFACT_BYTES,
        work=policy.WORK,
    )


def make_result(
    request: RunRequest, environment: Environment, image_id: str, transcript: Transcript, verdict: Verdict
) -> RunResult:
    """The result, from what the agent reported and what it means."""
    end = transcript.end or {}
    absent = sorted(set(request.dependencies) - set(environment.packages))
    stage = StageResult(
        phase=Phase.RUN,
        wall_seconds=end.get("wall_seconds", 0.0),
        cpu_seconds=end.get("cpu_seconds", 0.0),
        peak_memory_bytes=end.get("peak_memory_bytes", 0),
        memory_method=end.get("memory_method", ""),
        oom_kills=end.get("oom_kills", 1 if verdict.outcome is Outcome.OUT_OF_MEMORY else 0),
    )
    return RunResult(
        outcome=verdict.outcome,
        phase=Phase.RUN,
        exit_code=end.get("exit_code"),
        signal=end.get("signal"),
        limit_hit=verdict.limit_hit,
        message=f"not installed in this environment: {', '.join(absent)}" if absent else "",
        stages=(stage,),
        stdout=transcript.streams["stdout"].finish(total_bytes=end.get("stdout_bytes", 0)),
        stderr=transcript.streams["stderr"].finish(total_bytes=end.get("stderr_bytes", 0)),
        artefacts=transcript.files(),
        skipped=tuple(transcript.skipped),
        environment=environment.name,
        environment_version=environment.version,
        image_digest=image_id,
        policy_version=policy.POLICY_VERSION,
        isolation=policy.ISOLATION,
        backend=DockerEngine.name,
    )
