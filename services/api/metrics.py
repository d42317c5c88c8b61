"""Numbers for Prometheus: requests by route, the work that waits, the workers' sandboxes."""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.errors import Unavailable
from services.events.figures import WorkerFigures
from services.store.unit_of_work import UnitOfWorkFactory

POOL_COUNTS = {
    "hits": "Runs that found a warm sandbox.",
    "misses": "Runs that waited for a new sandbox.",
    "made": "Sandboxes made.",
    "destroyed": "Sandboxes destroyed.",
    "recycled": "Sandboxes destroyed because they were worn out.",
    "failed_checks": "Warm sandboxes that were not as they should be.",
}
POOL_LEVELS = {
    "idle": "Warm sandboxes that wait.",
    "busy": "Sandboxes with a run in them.",
    "idle_bytes": "Memory of the warm sandboxes that wait.",
}


class WorkCollector:
    """Counts work rows by queue and state at the moment of the scrape."""

    def __init__(self, store: UnitOfWorkFactory) -> None:
        self._store = store

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Names without asking the store."""
        yield self._family()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The numbers now."""
        family = self._family()
        with self._store() as uow:
            for (queue, state), count in uow.work.count_by_state().items():
                family.add_metric([queue, state], count)
        yield family

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily("arena_work_items", "Pieces of work by queue and state.", labels=["queue", "state"])


class PoolCollector:
    """What each worker process last told about its warm sandboxes; nothing when Redis is out of reach."""

    def __init__(self, figures: WorkerFigures) -> None:
        self._figures = figures

    def describe(self) -> Iterator[Metric]:
        """Names without asking anybody."""
        return self._families({})

    def collect(self) -> Iterator[Metric]:
        """The numbers now."""
        try:
            told = self._figures.read()
        except Unavailable:
            told = {}
        return self._families(told)

    def _families(self, told: Mapping[str, Mapping[str, int]]) -> Iterator[Metric]:
        kinds: list[tuple[dict[str, str], type[CounterMetricFamily | GaugeMetricFamily]]]
        kinds = [(POOL_COUNTS, CounterMetricFamily), (POOL_LEVELS, GaugeMetricFamily)]
        for names, kind in kinds:
            for name, meaning in names.items():
                family = kind(f"arena_sandbox_pool_{name}", meaning, labels=["worker"])
                for worker, figures in told.items():
                    family.add_metric([worker], figures.get(name, 0))
                yield family


class Metrics:
    """One application's registry."""

    def __init__(self, store: UnitOfWorkFactory, figures: WorkerFigures) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "arena_http_requests", "HTTP requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.registry.register(WorkCollector(store))
        self.registry.register(PoolCollector(figures))

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)


class RequestCounter:
    """ASGI middleware that counts answers by route template, never by path: paths hold ids."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._requests = metrics.requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._requests.labels(_known(scope["method"]), _template(scope), str(message["status"])).inc()
            await send(message)

        await self._app(scope, receive, counted)


def _known(method: str) -> str:
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"


def _template(scope: Scope) -> str:
    if "route" not in scope:
        return "other"
    path, params = str(scope["path"]), {name: str(value) for name, value in scope.get("path_params", {}).items()}
    for name, value in params.items():
        if "/" in value and path.endswith(value):  # a parameter that takes the rest of the path
            path = f"{path[: -len(value)]}{{{name}}}"
    names = {value: f"{{{name}}}" for name, value in params.items()}
    return "/".join(names.get(segment, segment) for segment in path.split("/"))
