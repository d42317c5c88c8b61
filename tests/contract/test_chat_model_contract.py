"""What every ChatModel keeps, run over all kinds; the embedded one is the real model."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.clock import SystemClock
from services.contenders.catalogue import YamlCatalogue
from services.contenders.protocol import AnswerEnd, ChatModel, ChatRequest, TextChunk
from services.domain.message import Message, Role
from services.judges.llm import parse_reply, reply_schema
from tests.fixtures.chat_endpoint import chat_endpoint, says

PROMPT = "Write a Python program that prints hello."
Opener = Callable[[str], ChatModel]


def request(**settings: object) -> ChatRequest:
    return ChatRequest(messages=[Message(role=Role.USER, text=PROMPT)], max_tokens=24, **settings)  # type: ignore[arg-type]


def opened(folder: Path, lines: str) -> Opener:
    """Opens the one contender under test with settings added."""
    path = folder / "models.yaml"

    def open_with(more: str) -> ChatModel:
        path.write_text(f"tested:\n{lines}{more}")
        return YamlCatalogue(path, data_folder=folder, environ={}, clock=SystemClock()).open("tested")

    return open_with


@pytest.fixture(scope="module")
def embedded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One embedded server for the whole module; it ends with this process."""
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture(params=["recorded", "openai", pytest.param("embedded", marks=pytest.mark.model)])
def open_with(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Opener]:
    if kind == "recorded":
        (tmp_path / "answers.jsonl").write_text(f'{{"prompt": "{PROMPT}", "answer": "{"hello " * 40}"}}\n')
        yield opened(tmp_path, "  model: r\n  api_type: recorded\n  answers: answers.jsonl\n")
    elif kind == "openai":
        with chat_endpoint(says(*["hello "] * 40)) as server:
            base = f"  model: o\n  api_type: openai\n  endpoints: [{{api_base: '{server.api_base}'}}]\n"
            yield opened(tmp_path, base)
    else:
        folder = request.getfixturevalue("embedded_folder")
        yield opened(folder, "  model: smollm2\n  api_type: embedded\n")


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.node.callspec.params["open_with"])


def test_chunks_of_text_then_exactly_one_end(open_with: Opener) -> None:
    steps = list(open_with("").stream(request()))
    assert [isinstance(step, AnswerEnd) for step in steps] == [False] * (len(steps) - 1) + [True]
    assert len(steps) > 3
    assert all(step.text for step in steps if isinstance(step, TextChunk))
    end = steps[-1]
    assert isinstance(end, AnswerEnd)
    assert end.finish_reason in ("stop", "length")
    assert end.truncated is (end.finish_reason == "length")
    assert end.first_token_seconds is not None
    assert 0 <= end.first_token_seconds <= end.wall_seconds


def test_text_is_cut_at_the_cap_and_says_so(open_with: Opener) -> None:
    *chunks, end = open_with("  limits: {answer_bytes: 10}\n").stream(request())
    assert isinstance(end, AnswerEnd)
    assert (end.finish_reason, end.truncated) == ("size_limit", True)
    assert 0 < len("".join(step.text for step in chunks if isinstance(step, TextChunk)).encode()) <= 10


def test_a_stream_may_be_closed_early_and_the_model_asked_again(open_with: Opener) -> None:
    model = open_with("")
    for _ in range(3):
        stream = model.stream(request())
        assert isinstance(next(stream), TextChunk)
        stream.close()  # type: ignore[attr-defined]
    assert isinstance(list(model.stream(request()))[-1], AnswerEnd)


def test_it_knows_whom_it_speaks_for(open_with: Opener) -> None:
    assert open_with("").contender.name == "tested"


@pytest.mark.model
def test_the_embedded_model_answers_in_the_schema_and_counts_tokens(embedded_folder: Path) -> None:
    open_with = opened(embedded_folder, "  model: smollm2\n  api_type: embedded\n")
    *chunks, end = open_with("").stream(request(temperature=0.0, json_schema=reply_schema(with_reason=False)))
    assert isinstance(end, AnswerEnd)
    assert end.usage.prompt_tokens
    assert end.usage.completion_tokens
    label, _ = parse_reply("".join(step.text for step in chunks if isinstance(step, TextChunk)))
    assert label is not None


@pytest.mark.model
def test_the_embedded_server_asks_for_its_key(embedded_folder: Path) -> None:
    open_with = opened(embedded_folder, "  model: smollm2\n  api_type: embedded\n")
    list(open_with("").stream(request()))
    file = embedded_folder / "embedded-model" / "address.json"
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(json.loads(file.read_text())["api_base"] + "/models")  # noqa: S310
