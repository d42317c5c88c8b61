"""The parts that draw pairs and rate, put together from settings."""

from services.arena.audit import Audit
from services.arena.battle_facts import FactFinder
from services.arena.board_facts import BoardFacts
from services.arena.boards import Boards
from services.arena.chosen_sampling import ChosenSampler
from services.arena.rating import Rating
from services.arena.rested import Rested
from services.arena.sampling import PairSampler
from services.arena.vote_flags import FlagKeeper
from services.arena.vote_quality import QualityRules
from services.clock import Clock
from services.contenders.protocol import Catalogue
from services.domain.rating import PublicationRules
from services.ratings.audit.rules import AuditRules
from services.ratings.sampling import Policy, Rule
from services.settings import Settings
from services.store.unit_of_work import UnitOfWorkFactory


def sampler_of(settings: Settings, clock: Clock) -> PairSampler:
    """What draws pairs: as admins chose, else as set."""
    policy = Policy(
        rule=Rule(settings.pair_policy),
        floor=settings.pair_floor,
        warmup_votes=settings.pair_warmup_votes,
        newcomer_votes=settings.newcomer_votes,
        newcomer_boost=settings.newcomer_boost,
        newcomer_half_width=settings.newcomer_half_width,
    )
    return ChosenSampler(policy=policy, clock=clock, refresh_seconds=settings.pair_refresh_seconds)


def rating_of(settings: Settings, *, store: UnitOfWorkFactory, clock: Clock, catalogue: Catalogue) -> Rating:
    """What computes boards."""
    return Rating(
        finder=FactFinder(store),
        keeper=FlagKeeper(store, QualityRules(contenders=tuple(catalogue.contenders()))),
        store=store,
        clock=clock,
        anchor=settings.anchor,
        seed=settings.rating_seed,
        rules=PublicationRules(minimum_votes=settings.publication_votes, widest_interval=settings.publication_points),
    )


def board_facts_of(settings: Settings, *, boards: Boards, sampler: PairSampler, catalogue: Catalogue) -> BoardFacts:
    """What tells of everything beside `boards`."""
    store, clock = boards.store, boards.rating.clock
    return BoardFacts(
        store=store,
        boards=boards,
        auditor=Audit(store=store, clock=clock, rules=AuditRules(private_variants=settings.private_variants)),
        sampler=sampler,
        catalogue=catalogue,
        seed=settings.rating_seed,
        rested=Rested(clock),
    )
