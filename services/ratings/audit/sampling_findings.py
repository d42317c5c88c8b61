"""What the sampling audit names."""

from collections.abc import Mapping, Sequence

from services.ratings.audit.finding import Code, Finding, Severity
from services.ratings.audit.policy_check import METHOD, Deviation, PolicyTest
from services.ratings.audit.registry_state import Entry
from services.ratings.audit.segments import Layout


def sampling_findings(
    found: Sequence[Deviation],
    tests: Sequence[PolicyTest],
    laid: Layout,
    entries: Mapping[str, Entry],
    *,
    strays: int,
) -> list[Finding]:
    """Starved and favoured contenders, and whatever was drawn outside of what the registry says."""
    result = [_deviation(row, entries[row.contender]) for row in found]
    for test in tests:
        if test.off_policy > strays:
            name = f"{test.policy} {test.version}".strip()
            result.append(
                Finding(
                    code=Code.PROBABILITY_OFF_POLICY,
                    severity=Severity.WARNING,
                    subject=name,
                    sentence=f"{test.off_policy} of {test.draws} battles under {name} carry another probability than "
                    "this policy gives their pair.",
                    numbers={"draws": test.draws, "off_policy": test.off_policy},
                    method="stored probability against the declared one, or the declared floor",
                )
            )
    result += [
        _outside(Code.NOT_REGISTERED, name, count, f"{name} was drawn {count} times while it was not registered.")
        for name, count in sorted(laid.strays.items())
        if count > strays
    ]
    result += [
        _outside(
            Code.UNDECLARED_POLICY,
            name,
            count,
            f"{count} battles were drawn by {name} while another policy was declared.",
        )
        for name, count in sorted(laid.undeclared.items())
        if count > strays
    ]
    return result


def _deviation(row: Deviation, entry: Entry) -> Finding:
    direction = "rarely" if row.too_few else "often"
    return Finding(
        code=Code.STARVED if row.too_few else Code.FAVOURED,
        severity=Severity.VIOLATION,
        subject=row.contender,
        sentence=f"{row.contender} ({entry.owner}, {entry.licence_class}) was drawn too {direction}: {row.draws} times "
        f"where the declared policy gives {row.expected:.0f}.",
        numbers={"draws": row.draws, "expected": row.expected, "log10_e_value": row.log10_e_value},
        method=METHOD,
    )


def _outside(code: Code, subject: str, count: int, sentence: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING,
        subject=subject,
        sentence=sentence,
        numbers={"draws": count},
        method="registry events against stored battles",
    )
