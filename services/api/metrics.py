"""Numbers for Prometheus: requests by route, and the work that waits."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.store.unit_of_work import UnitOfWorkFactory


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


class Metrics:
    """One application's registry."""

    def __init__(self, store: UnitOfWorkFactory) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "arena_http_requests", "HTTP requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.registry.register(WorkCollector(store))

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
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(names.get(segment, segment) for segment in scope["path"].split("/"))
