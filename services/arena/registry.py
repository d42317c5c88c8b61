"""Keeps the registry's history: what has changed in the catalogue since it was last looked at becomes events."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from services.domain.contender import Contender
from services.domain.registry_event import RegistryEvent, RegistryEventKind, following
from services.errors import ConfigurationError
from services.ratings.audit.registry_state import Entry, RegistryState, replay

_Kind = RegistryEventKind


def events_between(
    known: Sequence[RegistryEvent],
    contenders: Sequence[Contender],
    policy: Mapping[str, str],
    *,
    now: datetime,
    private_variants: int | None = None,
) -> Sequence[RegistryEvent]:
    """What has to be added to the history `known` so that it says what the catalogue says now; numbered on.

    `policy` holds `policy`, `version`, the rule's parameters, and `fallback`, `fallback_version` where it has one. What
    was never shown is retracted, what was shown is removed, under the same rule for every licence. `private_variants`
    is the most of one family that a provider may try in private, those it took away again included (None: any number).

    Raises:
        ConfigurationError: a published contender is to be private again, or a provider tries too many in private.
    """
    state = replay(known)
    events = following(known, now, _changes(state, contenders, policy))
    for event in events:
        state = state.after(event)
    if private_variants is not None:
        _check_private(state, {event.contender for event in events if event.kind is _Kind.REGISTERED}, private_variants)
    return events


def facts_of(contender: Contender) -> dict[str, str]:
    """What an event of registration says of a contender."""
    return {
        "provider": contender.organisation,
        "licence": contender.licence,
        "family": contender.family or contender.model,
        "public": "yes" if contender.public else "no",
        "weight": str(float(contender.weight)),
        "settings": contender.settings_hash,
    }


def _changes(
    state: RegistryState, contenders: Sequence[Contender], policy: Mapping[str, str]
) -> Iterator[tuple[RegistryEventKind, str, dict[str, str]]]:
    if state.policy is None or dict(policy) != dict(state.policy.details):
        yield _Kind.POLICY, "", dict(policy)
    configured = {contender.name: contender for contender in contenders}
    for name in sorted(configured.keys() | state.entries.keys()):
        contender, entry = configured.get(name), state.entries.get(name)
        if contender is not None and contender.enabled:
            yield from _present(entry, contender)
        elif entry is not None and entry.configured:
            yield from _absent(entry, contender)


def _present(entry: Entry | None, contender: Contender) -> Iterator[tuple[RegistryEventKind, str, dict[str, str]]]:
    name, facts = contender.name, facts_of(contender)
    if entry is None or not entry.configured or entry.retired_at is not None:
        yield _Kind.REGISTERED, name, facts
        return
    if entry.public and not contender.public:
        raise ConfigurationError(
            f"{name} has been public; its standing cannot be taken back.", hint="Remove `public: false` from its entry."
        )
    same = (entry.provider, entry.licence, entry.family, entry.settings) == (
        facts["provider"], facts["licence"], facts["family"], facts["settings"],
    )  # fmt: skip
    if not same:
        yield _Kind.REGISTERED, name, {**facts, "public": "yes" if entry.public else "no"}
    elif entry.weight != contender.weight:
        yield _Kind.WEIGHTED, name, {"weight": facts["weight"]}
    if contender.public and not entry.public:
        yield _Kind.PUBLISHED, name, {}


def _absent(entry: Entry, contender: Contender | None) -> Iterator[tuple[RegistryEventKind, str, dict[str, str]]]:
    if contender is not None and contender.retired:
        if entry.retired_at is None:
            yield _Kind.RETIRED, entry.name, {"reason": contender.retired}
        return
    reason = "no longer configured" if contender is None else "switched off"
    yield (_Kind.REMOVED if entry.public else _Kind.RETRACTED), entry.name, {"reason": reason}


def _check_private(state: RegistryState, new: set[str], cap: int) -> None:
    tried: dict[tuple[str, str], list[Entry]] = {}
    for entry in state.entries.values():
        if entry.began_private:
            tried.setdefault((entry.owner, entry.family), []).append(entry)
    for (owner, family), found in sorted(tried.items()):
        if len(found) > cap and not new.isdisjoint(entry.name for entry in found):
            raise ConfigurationError(
                f"{owner} tries {len(found)} private variants of {family}; {cap} are allowed.",
                hint="Make them public, or raise ARENA_PRIVATE_VARIANTS.",
            )
