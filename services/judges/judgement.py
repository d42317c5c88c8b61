"""A judge's verdict -> a Judgement in the battle's own seats."""

from datetime import datetime

from services.domain.judgement import Judgement, Source, Verdict, normalise


def judgement_from_verdict(
    verdict: Verdict,
    *,
    judgement_id: str,
    battle_id: str,
    turn_id: str,
    source: Source,
    judge: str,
    created_at: datetime,
) -> Judgement:
    """The judgement a verdict amounts to; a null verdict has no winner and strength 1."""
    winner, strength = (None, 1) if verdict.label is None else normalise(verdict.label, verdict.order)
    return Judgement(
        id=judgement_id,
        battle_id=battle_id,
        turn_id=turn_id,
        source=source,
        judge=judge,
        order=verdict.order,
        winner=winner,
        strength=strength,
        reason=verdict.reason,
        raw=verdict.raw,
        prompt_hash=verdict.prompt_hash,
        usage=verdict.usage,
        wall_seconds=verdict.wall_seconds,
        created_at=created_at,
    )
