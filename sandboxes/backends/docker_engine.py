"""Runs programs in hardened containers on a Docker engine, warm ones where the isolation level allows it."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandboxes import policy, summary
from sandboxes.admission import admit, fits_warm
from sandboxes.app_folder import AppFolders
from sandboxes.app_keeper import AppKeeper, AppMetrics
from sandboxes.backends.docker_install import Installer, PackageIndex
from sandboxes.backends.docker_run import CANCELLED, Run, Runs
from sandboxes.backends.docker_sandbox import Shape, Workshop, engine_trouble
from sandboxes.backends.docker_session import DockerSession
from sandboxes.backends.docker_stock import Stock
from sandboxes.build_cache import BuildCache
from sandboxes.dependencies import Wanted, sort_out
from sandboxes.environment import Environment
from sandboxes.errors import Busy, InvalidRun, StartFailed, Unavailable
from sandboxes.ledger import Lifelines, RunLedger
from sandboxes.package_store import PackageStore
from sandboxes.plan import Plan, make_plan
from sandboxes.pool import PoolMetrics
from sandboxes.recipes import connect, image_for
from sandboxes.registry import Registry
from sandboxes.result import RunResult
from sandboxes.runner import FrameSink, RunControl
from sandboxes.slots import Slots
from sandboxes.spec import RunRequest


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
    """A Runner over one Docker engine. Threads may share it; a forked child begins a pool of its own.

    `state_dir` holds locks, run notes, the build cache and the apps' folders: processes that share an engine share it
    too. `boot_id` names this worker's life. `isolation` "" leaves the level to the environment; `pool_bytes` bounds
    what idle sandboxes use, `app_bytes` what is set aside for running apps; of an ecosystem without one in
    `package_indexes` nothing is ever installed.
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
        isolation: str = "",
        pool_bytes: int = 1024 * 1024 * 1024,
        app_bytes: int = 4 * 1024 * 1024 * 1024,
        package_indexes: Mapping[str, PackageIndex] | None = None,
        patience_seconds: float = 30.0,
        client: Any | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._registry, self._boot_id, self._runtime, self._now = registry, boot_id, runtime, now
        self._isolation, self._pool_bytes = isolation, pool_bytes
        self._slots = Slots(state_dir / "slots", slots, patience_seconds=patience_seconds)
        self._uids = Slots(state_dir / "uids", 1000, patience_seconds=1.0)
        self._ledger, self._lifelines = RunLedger(state_dir / "runs"), Lifelines(state_dir / "pools")
        self._folders = AppFolders(state_dir / "apps", self._lifelines, state_dir / "records")
        self._app_bytes, self._keeper_of = app_bytes, (os.getpid(), AppKeeper(app_bytes))
        packages = PackageStore(state_dir / "packages")
        self._installer = Installer(packages, package_indexes or {})
        builds = BuildCache(state_dir / "builds")
        self._runs = Runs(stock=lambda: self._stock, ledger=self._ledger, builds=builds, installer=self._installer)
        self._given_client = client
        self._opened: tuple[int, Any] | None = None
        self._images: dict[str, tuple[str, str]] = {}
        self._kept: tuple[int, Stock] | None = None
        self._opening = threading.RLock()

    def run(
        self, request: RunRequest, *, on_output: FrameSink | None = None, control: RunControl | None = None
    ) -> RunResult:
        """See `sandboxes.runner.Runner.run`."""
        environment = self._registry.get(request.environment)
        if environment.serve is not None:
            raise InvalidRun(f"environment {environment.name} is served, not run to its end", where="environment")
        with engine_trouble():
            run = self._admitted(request, environment, on_output, control)
            try:
                with self._slots.take(stop=lambda: run.control.cancelled):
                    if not run.control.cancelled:
                        return self._runs.execute(run)
            except Busy:
                if not run.control.cancelled:
                    raise
        return summary.without_stages(run.where, CANCELLED)

    def open(
        self,
        request: RunRequest,
        *,
        on_output: FrameSink | None = None,
        control: RunControl | None = None,
        on_end: Callable[[RunResult], None] | None = None,
    ) -> DockerSession:
        """See `sandboxes.runner.Runner.open`. A slot is held until the app is ready, memory until its end."""
        environment = self._registry.get(request.environment)
        if environment.serve is None:
            raise InvalidRun(f"environment {environment.name} runs to its end, it is not served", where="environment")
        with engine_trouble():
            run = self._admitted(request, environment, on_output, control)
            session = DockerSession(run, environment.serve, keeper=self._keeper, on_end=on_end, now=self._now)
            with self._slots.take(stop=lambda: run.control.cancelled):
                session.open(self._runs)
        return session

    def _admitted(
        self, request: RunRequest, environment: Environment, on_output: FrameSink | None, control: RunControl | None
    ) -> Run:
        plan = make_plan(request, environment)
        admit(request, *(stage.limits for stage in plan.stages))
        return self._prepare(request, environment, plan, on_output, control or RunControl())

    def reap(self, *, keys: tuple[str, ...] = ()) -> int:
        """See `sandboxes.runner.Runner.reap`."""
        stock = self._stock
        if keys:
            found = [container for key in keys if (container := self._ledger.find(key))]
            return sum(stock.workshop.remove(container) for container in found)
        return stock.reap(now=self._now())

    def clean(self) -> int:
        """Destroy what is overdue, has a dead owner in this state folder, or has ended anywhere; how many."""
        with engine_trouble():
            return self._stock.clean(now=self._now())

    def warm_up(self) -> None:
        """Begin to fill the pool of every environment that wants sandboxes before the first run and has its image."""
        for environment in self._registry.all():
            if environment.warm_pool.min:
                try:
                    self._stock.warm_up(self._default_shape(environment))
                except Unavailable:
                    continue

    def pool_metrics(self) -> PoolMetrics:
        """What the pool of this process has done and holds."""
        return self._stock.pool.metrics()

    def app_metrics(self) -> AppMetrics:
        """The apps of this process."""
        return self._keeper.metrics()

    def supports_namespaces(self, environment: str = "python") -> bool:
        """Whether this host allows runs in namespaces of their own; tries one sandbox.

        Raises:
            Unavailable: no engine, or the image is not built.
        """
        found = self._registry.get(environment)
        with engine_trouble():
            image, _ = self._image(found)
            return self._shape(found, image, policy.NAMESPACE, None).isolation == policy.NAMESPACE

    def probe(self) -> EngineFacts:
        """What engine this is.

        Raises:
            Unavailable: none answers.
        """
        with engine_trouble():
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
        """Destroy idle sandboxes and let go of the connection this object opened."""
        self._keeper.end_all("the worker ended")
        if self._kept is not None and self._kept[0] == os.getpid():
            self._kept[1].close()
        self._kept = None
        if self._opened is not None and self._opened[0] == os.getpid():
            self._opened[1].close()
        self._opened = None

    @property
    def _client(self) -> Any:
        if self._given_client is not None:
            return self._given_client
        with self._opening:
            if self._opened is None or self._opened[0] != os.getpid():
                self._opened = (os.getpid(), connect())
            return self._opened[1]

    @property
    def _keeper(self) -> AppKeeper:
        """That of this process's apps."""
        with self._opening:
            if self._keeper_of[0] != os.getpid():
                self._keeper_of = (os.getpid(), AppKeeper(self._app_bytes))
            return self._keeper_of[1]

    @property
    def _stock(self) -> Stock:
        """This process's sandboxes; what a parent process had is not ours."""
        with self._opening:
            if self._kept is None or self._kept[0] != os.getpid():
                pool = uuid.uuid4().hex
                workshop = Workshop(
                    lambda: self._client,
                    boot_id=self._boot_id,
                    scope=self._slots.scope,
                    pool=pool,
                    runtime=self._runtime,
                    folders=self._folders,
                )
                stock = Stock(
                    workshop=workshop,
                    name=pool,
                    uids=self._uids,
                    scope=self._slots.scope,
                    lifelines=self._lifelines,
                    folders=self._folders,
                    budget_bytes=self._pool_bytes,
                    now=self._now,
                )
                self._kept = (os.getpid(), stock)
            return self._kept[1]

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

    def _default_shape(self, environment: Environment) -> Shape:
        with engine_trouble():
            image, _ = self._image(environment)
        return self._shape(environment, image, self._isolation or environment.isolation, None)

    def _shape(self, environment: Environment, image: str, isolation: str, plan: Plan | None) -> Shape:
        if isolation == policy.NAMESPACE and (plan is None or fits_warm(*(stage.limits for stage in plan.stages))):
            shape = Shape(image=image, isolation=isolation, preload=environment.preload)
            self._stock.learn(shape, environment)
            if self._stock.try_namespaces(shape):
                return shape
        limits = environment.default_limits()
        disk = plan.disk if plan else (limits.disk_bytes, limits.inodes)
        shape = Shape(
            image=image,
            isolation=policy.CONTAINER,
            preload=environment.preload,
            disk=disk,
            served=environment.serve is not None,
            tool=environment.kind == "tool",
            inner_sandbox=environment.inner_sandbox,
        )
        self._stock.learn(shape, environment)
        return shape

    def _prepare(
        self,
        request: RunRequest,
        environment: Environment,
        plan: Plan,
        on_output: FrameSink | None,
        control: RunControl,
    ) -> Run:
        image, image_id = self._image(environment)
        wanted = sort_out(
            request.dependencies,
            environment.packages,
            ecosystem=environment.install.ecosystem if environment.install else "",
        )
        isolation = request.isolation or self._isolation or environment.isolation
        shape = self._shape(environment, image, isolation, plan)
        if request.isolation and shape.isolation != request.isolation:
            raise StartFailed(f"this host does not allow {request.isolation}: {self._stock.namespaces_refused}")
        where = summary.Provenance(
            environment=environment,
            image_digest=image_id,
            isolation=shape.isolation,
            backend=self.name,
            message=_absence(wanted, environment, installable=self._installer.serves(environment)),
        )
        return Run(
            request=request,
            where=where,
            plan=plan,
            shape=shape,
            control=control,
            on_output=on_output,
            wanted=wanted,
        )


def _absence(wanted: Wanted, environment: Environment, *, installable: bool) -> str:
    """What of the program's wishes the image does not hold, and why that stays so."""
    parts = [f"{word}: {why}" for word, why in wanted.refused]
    if wanted.install and not (environment.install and installable):
        parts.append(f"not installed in this environment: {', '.join(wanted.install)}")
        if environment.install is None:
            parts.append(f"it has: {', '.join(environment.packages) or 'its standard library only'}")
    return "; ".join(parts)
