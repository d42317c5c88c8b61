"""Which Redis there is: the configured one, or one of our own."""

from dataclasses import dataclass

from services.redis_server import EmbeddedRedis
from services.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Broker:
    """Where Redis is: one URL for the event log, one for Celery."""

    events_url: str
    celery_url: str


def find_broker(settings: Settings) -> Broker:
    """The configured Redis, or the embedded one, started if need be.

    Raises:
        PrerequisiteError, Unavailable: the embedded server cannot be started.
    """
    if settings.redis_url is not None:
        url = settings.redis_url.get_secret_value()
        return Broker(events_url=url, celery_url=url)
    embedded = EmbeddedRedis(settings.data_dir.resolve() / "redis")
    return Broker(events_url=embedded.ensure(), celery_url=embedded.celery_urls()[0])
