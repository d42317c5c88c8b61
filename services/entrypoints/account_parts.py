"""The parts about who may do what, put together from settings."""

from services.arena.access import Access
from services.arena.accounts import Accounts
from services.arena.admin_token import AdminToken
from services.arena.consents import Consents
from services.arena.control import Control
from services.arena.doorkeeper import Doorkeeper
from services.arena.history import History
from services.arena.limits import Limits
from services.arena.registry_keeper import RegistryKeeper
from services.arena.rested import Rested
from services.arena.status import StatusBoard
from services.clock import Ids
from services.domain.account import Role
from services.domain.rate import Asked, Rate
from services.errors import ConfigurationError, InvalidRequest
from services.events.figures import WorkerFigures
from services.events.redis_rate_limits import RedisRateCounter
from services.events.redis_troubles import RedisTroubles
from services.ratings.sampling import Rule
from services.settings import Settings


def access_of(
    settings: Settings, *, keeper: RegistryKeeper, ids: Ids, figures: WorkerFigures, redis_url: str
) -> Access:
    """Everything about who may do what, over the store of `keeper`."""
    store, clock = keeper.store, keeper.clock
    rested = Rested(clock)
    limits = Limits(
        rates=rates_of(settings),
        address_factor=settings.limit_address_factor,
        counter=RedisRateCounter(redis_url),
        store=store,
        rested=rested,
    )
    word = settings.admin_token.get_secret_value() if settings.admin_token else ""
    door = Doorkeeper(
        store=store,
        clock=clock,
        ids=ids,
        word=AdminToken(secret=word),
        limits=limits,
        anonymous=Role(settings.anonymous),
        session_hours=settings.session_hours,
    )
    return Access(
        accounts=Accounts(store=store, clock=clock, ids=ids),
        door=door,
        limits=limits,
        consents=Consents(store=store, clock=clock, required=settings.consent == "required"),
        history=History(store=store),
        control=Control(keeper=keeper, rule=Rule(settings.pair_policy)),
        status=StatusBoard(store=store, figures=figures, clock=clock, rested=rested),
        troubles=RedisTroubles(redis_url),
    )


def rates_of(settings: Settings) -> dict[Asked, Rate | None]:
    """The limits that are set.

    Raises:
        ConfigurationError: one of them is no rate.
    """
    names = {asked: f"limit_{asked.value.replace('-', '_')}" for asked in Asked}
    found: dict[Asked, Rate | None] = {}
    for asked, name in names.items():
        try:
            found[asked] = Rate.of(getattr(settings, name))
        except InvalidRequest as error:
            raise ConfigurationError(f"ARENA_{name.upper()}: {error.message}", hint=error.hint) from error
    return found
