"""The method page has the numbers that the arena runs with; the audit page has all of the audit."""

import html
from collections import Counter
from dataclasses import fields, replace

import pytest
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.container import Services
from services.domain.judgement import Source
from services.domain.rating import PublicationRules
from services.ratings.audit.finding import Code
from services.ratings.audit.whole import AuditReport
from services.web.pages.audit import SECTIONS
from services.web.site import add_pages
from tests.fixtures.arena_services import NAMES, voted

BROWSER = {"Accept": "text/html"}


def page(client: TestClient, path: str) -> str:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.text).split())


def test_the_method_has_the_numbers_of_the_running_configuration(stored: Services) -> None:
    rating = replace(
        stored.boards.rating, rules=PublicationRules(minimum_votes=73, widest_interval=123), seed=4711, anchor=NAMES[0]
    )
    boards = replace(stored.boards, rating=rating)
    app = create_app(stored_with := replace(stored, boards=boards, facts=replace(stored.facts, boards=boards)))
    add_pages(app, stored_with)
    with TestClient(app) as client:
        text = page(client, "/method")
    for shown in ("below 73 judgements", "wider than 123 points", "seed 4711", f"--anchor {NAMES[0]}", "least-met"):
        assert shown in text, shown
    assert "is fixed at 1000 wherever" in text


def test_the_method_leads_to_the_votes_of_the_newest_board(visitor: TestClient, stored: Services) -> None:
    assert "none is published yet" in page(visitor, "/method")
    voted(stored, 12)
    number = stored.snapshots.publish(Source.HUMAN).number
    path = f"/api/v1/leaderboard/snapshots/{number}/votes"
    assert path in page(visitor, "/method")
    assert visitor.get(path).status_code == 200


def test_every_finding_has_its_part() -> None:
    assert Counter(code for codes in SECTIONS.values() for code in codes) == Counter(Code)


def test_an_empty_arena_is_audited(visitor: TestClient) -> None:
    text = page(visitor, "/audit")
    assert "No draw has been made under a declared policy yet." in text
    assert "Nobody has gone." in text


def test_the_page_has_all_of_the_audit(visitor: TestClient, stored: Services) -> None:
    voted(stored, 24)
    stored.snapshots.publish(Source.HUMAN)
    report, text = stored.facts.audit(), page(visitor, "/audit")
    assert f"{report.shares.gini_contenders:.3f}" in text
    for row in report.shares.contenders:
        assert f'<th scope="row">{row.name}</th><td class="num">{row.seats}</td>' in text
    for found in report.findings:
        assert found.sentence in text
    assert text.count('class="chip ok">silent') == sum(
        1
        for name, codes in SECTIONS.items()
        if name != "fragility" and not {row.code for row in report.findings} & {*codes}
    )
    assert "mole-9" not in text


@pytest.mark.parametrize("name", [field.name for field in fields(AuditReport)])
def test_no_part_of_the_audit_is_forgotten(name: str) -> None:
    from services.web.rendering import environment

    loader = environment().loader
    assert loader is not None
    source = loader.get_source(environment(), "audit.html")[0]
    assert name in {"early_draws", "findings"} or f"audit.{name}" in source
