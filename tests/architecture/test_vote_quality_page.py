"""The page on vote quality names every flag and the lines and factors that hold unless somebody changes them."""

import re

from services.arena.vote_quality import QualityRules
from services.arena.vote_records import CHOSEN, PRIVATE, REPEAT
from services.domain.battle_mark import BattleMark, flags_of
from services.domain.judgement import Source
from services.domain.vote_record import FlagCode
from services.ratings.duplicates import BANDS, MOST_CHARS, PERMUTATIONS, SHINGLE, SIMILAR
from tests.architecture.repository import ROOT

PAGE = ROOT / "docs/reference/vote-quality.md"
MARKS = {flag.code: flag.factor for flag in flags_of(BattleMark, Source.HUMAN)}
ROW = re.compile(r"^\| `([a-z_]+)` \| (.+) \| (.+) \|$", re.MULTILINE)


def test_flags_lines_and_factors_are_those_of_the_code() -> None:
    rules = QualityRules()
    signals, cutoff = rules.signals, rules.prompt_cutoff
    rows = {code: (when, factor) for code, when, factor in ROW.findall(PAGE.read_text())}
    assert {code: factor for code, (_, factor) in rows.items()} == {
        FlagCode.CHOSEN_PAIR: f"{CHOSEN.factor:g}",
        FlagCode.PRIVATE: f"{PRIVATE.factor:g}",
        FlagCode.REPEAT: f"{REPEAT.factor:g}",
        **{code: f"{factor:g}" for code, factor in MARKS.items()},
        FlagCode.IDENTITY_LEAK: f"{rules.leak_factor:g}",
        FlagCode.ANOMALOUS_VOTER: f"{rules.anomaly_factor:g}",
        FlagCode.REPEATED_PROMPT: f"{cutoff} / number, the number rounded down to two digits",
        FlagCode.BURST: f"{signals.burst_factor:g}",
        FlagCode.TOO_FAST: f"{signals.fast_factor:g}",
        FlagCode.UNTRIED: f"{signals.untried_factor:g}",
        FlagCode.SAME_SEAT: f"{signals.seat_factor:g}",
    }
    assert set(rows) == set(FlagCode)
    assert f"the {signals.most_per_minute + 1}th or later vote within 60 seconds" in rows[FlagCode.BURST][0]
    assert f"the {signals.most_per_day + 1}st or later within 24 hours" in rows[FlagCode.BURST][0]
    assert f"less than {signals.least_seconds:g} s" in rows[FlagCode.TOO_FAST][0]
    assert f"more than {cutoff} votes" in rows[FlagCode.REPEATED_PROMPT][0]


def test_numbers_of_the_methods_are_those_of_the_code() -> None:
    text, rules = " ".join(PAGE.read_text().split()), QualityRules()
    assert f"at least {rules.least_votes} votes" in text
    assert f"\N{GREEK SMALL LETTER ALPHA} = {rules.alpha:g}" in text
    assert f"s/{rules.signals.tolerated_seat_share:g}" in text
    assert f"first {MOST_CHARS:,} characters" in text
    assert f"{SHINGLE}-character shingles have a Jaccard similarity of at least {SIMILAR:g}" in text
    assert f"{PERMUTATIONS} MinHash permutations in {BANDS} bands of {PERMUTATIONS // BANDS}" in text
