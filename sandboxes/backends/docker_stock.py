"""The sandboxes of one process: its pool, what each shape needs, and the reaper."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from sandboxes import policy
from sandboxes.app_folder import AppFolders
from sandboxes.backends.docker_sandbox import DockerSandbox, Shape, Workshop
from sandboxes.environment import Environment
from sandboxes.errors import BackendLost, SandboxError, StartFailed
from sandboxes.ledger import Lifelines
from sandboxes.limits import Limits
from sandboxes.pool import Marks, Pool
from sandboxes.slots import Slots
from sandboxes.stage_spec import WarmPool

# a run is over long before: the longest limits of all stages, and a day's rest of slack for a clock that jumps
RUN_SECONDS = 4 * policy.MAXIMUM.wall_seconds
log = logging.getLogger(__name__)


class Stock:
    """Makes, keeps, hands out and reaps sandboxes. `name` is the owner that their labels carry."""

    def __init__(
        self,
        *,
        workshop: Workshop,
        name: str,
        uids: Slots,
        scope: str,
        lifelines: Lifelines,
        folders: AppFolders,
        budget_bytes: int,
        now: Callable[[], float],
    ) -> None:
        self.workshop, self._name, self._uids, self._scope = workshop, name, uids, scope
        self._lifelines, self._folders, self._now = lifelines, folders, now
        self._lifeline = lifelines.hold(name)
        self._known: dict[Shape, tuple[Limits, WarmPool]] = {}
        self.namespaces_refused = ""
        self._namespaces: bool | None = None
        self._trying = threading.Lock()
        self.pool: Pool[DockerSandbox, Shape] = Pool(
            make=self._make,
            destroy=workshop.destroy,
            marks=self._marks,
            alive=_alive,
            budget_bytes=budget_bytes,
        )

    def learn(self, shape: Shape, environment: Environment) -> None:
        """Remember what a sandbox of this shape needs."""
        if shape not in self._known:
            limits = environment.default_limits()
            usual = shape.disk in {None, (limits.disk_bytes, limits.inodes)} and not shape.mounts
            self._known[shape] = (limits, environment.warm_pool if usual else WarmPool(min=0, max=0))

    def get(self, shape: Shape) -> DockerSandbox:
        """A ready sandbox.

        Raises:
            SandboxError: none can be made.
        """
        return self.pool.get(shape)

    def warm_up(self, shape: Shape) -> None:
        """Begin to fill this shape's pool."""
        self.pool.warm_up(shape)

    def try_namespaces(self, shape: Shape) -> bool:
        """Whether this host lets sandboxes make namespaces; found out once, with a sandbox of this shape."""
        with self._trying:
            if self._namespaces is None:
                self._namespaces = self._namespaces_work(shape)
            return self._namespaces

    def _namespaces_work(self, shape: Shape) -> bool:
        try:
            sandbox = self.pool.get(shape)
        except (StartFailed, BackendLost) as error:
            self.namespaces_refused = str(error)
            log.warning("no namespaces here, so each run gets a container of its own: %s", error)
            return False
        self.pool.give_back(sandbox, shape, healthy=True)
        return True

    def reap(self, *, now: float) -> int:
        """Destroy sandboxes that are overdue, or whose owner in this state folder is dead; how many."""
        reaped = sum(self.workshop.remove(found["Id"]) for found in self.workshop.owned() if self._is_due(found, now))
        self._folders.purge()
        return reaped

    def clean(self, *, now: float) -> int:
        """As `reap`, and whatever has ended by itself, whoever made it; how many."""
        ended = [found for found in self.workshop.owned() if found.get("State") in {"exited", "dead"}]
        return sum(self.workshop.remove(found["Id"]) for found in ended) + self.reap(now=now)

    def close(self) -> None:
        """Destroy what is idle and give up the name."""
        self.pool.close()
        self._lifelines.release(self._name, self._lifeline)

    def _is_due(self, found: dict[str, dict[str, str]], now: float) -> bool:
        labels = found["Labels"]
        if float(labels[policy.LABEL + "deadline"]) < now:
            return True
        ours = labels.get(policy.LABEL + "scope") == self._scope
        return ours and not self._lifelines.is_alive(labels.get(policy.LABEL + "pool", ""))

    def _make(self, shape: Shape) -> DockerSandbox:
        limits, _ = self._known[shape]
        if shape.disk is not None:
            limits = replace(limits, disk_bytes=shape.disk[0], inodes=shape.disk[1])
        held = self._uids.acquire()
        try:
            self._clear(held.number)
            return self.workshop.make(
                shape,
                limits,
                held,
                deadline=self._now() + policy.MAX_AGE_SECONDS + RUN_SECONDS,
                monotonic=time.monotonic(),
            )
        except BaseException:
            held.release()
            raise

    def _clear(self, slot: int) -> None:
        """The lock on this uid is ours, so whoever had a sandbox with it is dead."""
        for found in self.workshop.owned():
            labels = found["Labels"]
            if (labels.get(policy.LABEL + "scope"), labels.get(policy.LABEL + "slot")) == (self._scope, str(slot)):
                self.workshop.remove(found["Id"])

    def _marks(self, shape: Shape) -> Marks:
        _, sizes = self._known[shape]
        return Marks(low=sizes.min, high=sizes.max, reusable=shape.isolation == policy.NAMESPACE)


def _alive(sandbox: DockerSandbox) -> bool:
    """Whether an idle sandbox has said nothing but that it is ready."""
    try:
        if not sandbox.ready and sandbox.link.pending:
            sandbox.await_ready(0.1)
        return not (sandbox.ready and sandbox.link.pending)
    except SandboxError as error:
        log.info("an idle sandbox is gone: %s", error)
        return False
