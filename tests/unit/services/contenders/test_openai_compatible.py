"""The OpenAI-compatible contender against a real HTTP server that behaves well or badly."""

import base64
import dataclasses
import socket
import threading
from typing import Any

import pytest

from services.clock import SystemClock
from services.contenders.endpoint import Endpoint, EndpointSlots
from services.contenders.entry import ApiType, Limits, ModelEntry
from services.contenders.openai_compatible import OpenAICompatibleModel
from services.contenders.protocol import AnswerEnd, ChatRequest, TextChunk
from services.contenders.retry import RetryPolicy
from services.domain.answer import Usage
from services.domain.message import Image, Message, Role
from services.errors import ProviderError
from tests.fixtures.chat_endpoint import Exchange, chat_endpoint, chunk, fails, says

KEY = "sk-very-secret-0123456789"
ASK = ChatRequest(messages=[Message(role=Role.USER, text="hello")])
BRISK = RetryPolicy(base_seconds=0.001, max_seconds=0.002)


def model(*bases: str, slots: EndpointSlots | None = None, **settings: Any) -> OpenAICompatibleModel:
    entry = ModelEntry.model_validate({"model": "tiny", "api_type": ApiType.OPENAI, **settings})
    endpoints = tuple(Endpoint(api_base=base, api_key=KEY) for base in bases)
    slots = slots or EndpointSlots()
    for endpoint in endpoints:
        slots.allow(endpoint.slot_name, entry.parallel)
    return OpenAICompatibleModel(
        contender=entry.contender("tester"),
        entry=entry,
        endpoints=lambda: endpoints,
        slots=slots,
        clock=SystemClock(),
        random=lambda: 0.5,
        retry=BRISK,
    )


def ask(contender: OpenAICompatibleModel, request: ChatRequest = ASK) -> tuple[str, AnswerEnd]:
    *chunks, end = contender.stream(request)
    assert isinstance(end, AnswerEnd)
    assert all(isinstance(step, TextChunk) and step.text for step in chunks)
    return "".join(step.text for step in chunks if isinstance(step, TextChunk)), end


def trouble(contender: OpenAICompatibleModel, request: ChatRequest = ASK) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ask(contender, request)
    assert KEY not in str(caught.value) + caught.value.hint
    return caught.value


def hang(exchange: Exchange) -> None:
    exchange.server.ended.wait(30)


def test_text_usage_and_end_arrive() -> None:
    with chat_endpoint(says("Hel", "lo")) as server:
        text, end = ask(model(server.api_base))
    assert text == "Hello"
    assert end.usage == Usage(prompt_tokens=7, completion_tokens=2)
    assert (end.finish_reason, end.truncated) == ("stop", False)
    assert end.first_token_seconds is not None
    assert 0 <= end.first_token_seconds <= end.wall_seconds
    assert server.keys == [f"Bearer {KEY}"]


def test_settings_go_on_the_wire_and_the_request_wins() -> None:
    settings: dict[str, Any] = {
        "temperature": 0.3,
        "top_p": 0.8,
        "seed": 5,
        "max_tokens": 50,
        "system_prompt": "Be brief.",
    }
    asked = dataclasses.replace(ASK, temperature=0.0, seed=6, json_schema={"type": "object"})
    with chat_endpoint(says("x")) as server:
        ask(model(server.api_base, **settings), asked)
    sent = server.requests[0]
    assert sent["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]
    assert (sent["temperature"], sent["top_p"], sent["seed"], sent["max_tokens"]) == (0.0, 0.8, 6, 50)
    assert sent["stream_options"] == {"include_usage": True}
    assert sent["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_settings_nobody_made_are_left_to_the_provider_and_reasoning_renames_the_limit() -> None:
    with chat_endpoint(says("x")) as server:
        ask(model(server.api_base))
        ask(model(server.api_base, reasoning_effort="low", max_tokens=9))
    plain, reasoning = server.requests
    assert not {"temperature", "top_p", "seed", "max_tokens", "reasoning_effort", "response_format"} & set(plain)
    assert reasoning["max_completion_tokens"] == 9
    assert "max_tokens" not in reasoning


@pytest.mark.parametrize("vision", [True, False])
def test_images_reach_only_models_that_see(vision: bool) -> None:
    picture = Message(role=Role.USER, text="look", images=(Image(media_type="image/png", data=b"\x89PNG"),))
    with chat_endpoint(says("x")) as server:
        ask(model(server.api_base, vision=vision), ChatRequest(messages=[picture]))
    content = server.requests[0]["messages"][0]["content"]
    if vision:
        expected = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
        assert content[1] == {"type": "image_url", "image_url": {"url": expected}}
    else:
        assert content == "look"


@pytest.mark.parametrize(
    ("status", "code", "retryable", "tries"),
    [
        (401, "bad_key", False, 1),
        (403, "bad_key", False, 1),
        (404, "unknown_model", False, 1),
        (400, "refused", False, 1),
        (429, "rate_limited", True, 4),
        (500, "endpoint_error", True, 4),
    ],
)
def test_a_status_becomes_a_named_error(status: int, code: str, retryable: bool, tries: int) -> None:
    with chat_endpoint(fails(status, f"your key {KEY} is odd")) as server:
        error = trouble(model(server.api_base))
    assert (error.code, error.retryable) == (code, retryable)
    assert len(server.requests) == tries


def test_a_passing_failure_is_tried_again_before_the_first_chunk() -> None:
    with chat_endpoint(fails(500), fails(429, Retry_After="0.01"), says("fine")) as server:
        assert ask(model(server.api_base))[0] == "fine"
    assert len(server.requests) == 3


def test_a_retry_after_beyond_the_time_limit_is_not_waited_for() -> None:
    with chat_endpoint(fails(429, Retry_After="900")) as server:
        error = trouble(model(server.api_base, limits=Limits(total_seconds=20)))
    assert (error.code, error.retryable) == ("rate_limited", True)
    assert len(server.requests) == 1


def test_silence_before_the_first_token_is_a_timeout() -> None:
    with chat_endpoint(hang) as server:
        error = trouble(model(server.api_base, limits=Limits(first_token_seconds=0.2, total_seconds=0.5)))
    assert error.code == "endpoint_timeout"


def test_keep_alive_comments_do_not_count_as_a_token() -> None:
    def mumble(exchange: Exchange) -> None:
        exchange.start()
        while not exchange.server.ended.wait(0.05):
            exchange.wfile.write(b": still here\n\n")
            exchange.event(chunk(""))

    with chat_endpoint(mumble) as server:
        error = trouble(model(server.api_base, limits=Limits(first_token_seconds=0.3, total_seconds=0.5)))
    assert error.code == "endpoint_timeout"


def test_silence_in_mid_stream_is_a_timeout_and_is_not_tried_again() -> None:
    def stall(exchange: Exchange) -> None:
        exchange.start()
        exchange.event(chunk("begun"))
        hang(exchange)

    with chat_endpoint(stall) as server:
        error = trouble(model(server.api_base, limits=Limits(chunk_seconds=0.2)))
    assert error.code == "endpoint_timeout"
    assert len(server.requests) == 1


def test_a_stream_that_never_ends_meets_the_total_limit() -> None:
    def drip(exchange: Exchange) -> None:
        exchange.start()
        while not exchange.server.ended.wait(0.02):
            exchange.event(chunk("."))

    with chat_endpoint(drip) as server:
        error = trouble(model(server.api_base, limits=Limits(total_seconds=0.5)))
    assert error.code == "endpoint_timeout"


def test_a_stream_that_breaks_off_is_an_error_and_is_not_tried_again() -> None:
    with chat_endpoint(says("half an ans", finish=None)) as server:
        error = trouble(model(server.api_base))
    assert (error.code, error.retryable) == ("bad_response", True)
    assert len(server.requests) == 1


def test_a_reset_in_mid_stream_is_an_error() -> None:
    def cut(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Type", "text/event-stream")
        exchange.send_header("Content-Length", "100000")
        exchange.end_headers()
        exchange.event(chunk("half"))

    with chat_endpoint(cut) as server:
        assert trouble(model(server.api_base)).code == "endpoint_unreachable"


@pytest.mark.parametrize("body", ["{not json", '{"choices": 5}', '{"choices": [{}]}', "[]", "7"])
def test_nonsense_is_a_bad_response(body: str) -> None:
    def babble(exchange: Exchange) -> None:
        exchange.start()
        exchange.event(body)

    with chat_endpoint(babble) as server:
        assert trouble(model(server.api_base)).code == "bad_response"


def test_a_web_page_is_a_bad_response() -> None:
    def page(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Type", "text/html")
        exchange.end_headers()
        exchange.wfile.write(b"<html>welcome</html>")

    with chat_endpoint(page) as server:
        assert trouble(model(server.api_base)).code == "bad_response"


def test_an_error_event_in_the_stream_is_an_endpoint_error() -> None:
    def sorry(exchange: Exchange) -> None:
        exchange.start()
        exchange.event({"error": {"message": f"overloaded {KEY}"}})

    with chat_endpoint(sorry) as server:
        error = trouble(model(server.api_base))
    assert error.code == "endpoint_error"
    assert "overloaded" in error.message


def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        error = trouble(model(f"http://127.0.0.1:{free.getsockname()[1]}/v1"))
    assert (error.code, error.retryable) == ("endpoint_unreachable", True)


def test_a_huge_answer_is_cut_and_its_request_closed() -> None:
    gone = threading.Event()

    def flood(exchange: Exchange) -> None:
        exchange.start()
        try:
            while not exchange.server.ended.is_set():
                exchange.event(chunk("x" * 16_384))
        except OSError:
            gone.set()

    with chat_endpoint(flood) as server:
        text, end = ask(model(server.api_base))
        assert gone.wait(10)
    assert len(text) == 1024 * 1024
    assert (end.finish_reason, end.truncated) == ("size_limit", True)


def test_a_five_megabyte_answer_in_one_piece_is_cut() -> None:
    with chat_endpoint(says("é" * 2_500_000)) as server:
        text, end = ask(model(server.api_base, limits=Limits(answer_bytes=1001)))
    assert text == "é" * 500
    assert end.truncated


def test_closing_the_stream_early_ends_the_request() -> None:
    gone = threading.Event()

    def endless(exchange: Exchange) -> None:
        exchange.start()
        try:
            while not exchange.server.ended.wait(0.01):
                exchange.event(chunk("more " * 1000))
        except OSError:
            gone.set()

    with chat_endpoint(endless) as server:
        contender = model(server.api_base)
        stream = contender.stream(ASK)
        next(stream)
        assert contender.slots.in_flight(server.api_base) == 1
        stream.close()  # type: ignore[attr-defined]
        assert gone.wait(10)
        assert contender.slots.in_flight(server.api_base) == 0


def test_another_endpoint_takes_over() -> None:
    with chat_endpoint(fails(500)) as broken, chat_endpoint(says("spare")) as spare:
        assert ask(model(broken.api_base, spare.api_base))[0] == "spare"
    assert len(broken.requests) == 1


def test_no_more_requests_at_once_than_allowed_over_all_contenders_of_an_endpoint() -> None:
    busy = threading.Semaphore(2)
    overfull = threading.Event()

    def count(exchange: Exchange) -> None:
        if not busy.acquire(blocking=False):
            overfull.set()
        exchange.server.ended.wait(0.05)
        busy.release()
        says("ok")(exchange)

    with chat_endpoint(count) as server:
        slots = EndpointSlots()
        contenders = [model(server.api_base, slots=slots, parallel=parallel) for parallel in (2, 3)]
        threads = [threading.Thread(target=ask, args=(contenders[index % 2],)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.requests) == 8
    assert not overfull.is_set()


def test_work_goes_to_the_least_busy_endpoint() -> None:
    slots = EndpointSlots()
    one, two = Endpoint(api_base="http://one"), Endpoint(api_base="http://two")
    with slots.taken([one, two], avoid=(), seconds=0) as first, slots.taken([one, two], avoid=(), seconds=0) as second:
        assert {first, second} == {one, two}


def test_halves_of_a_character_are_joined_and_nul_is_replaced() -> None:
    def split(exchange: Exchange) -> None:
        exchange.start()
        for piece in ("\ud83d", "\ude00", "a\x00b", "\udead"):
            exchange.event(chunk(piece))
        exchange.event(chunk(finish="stop"))

    with chat_endpoint(split) as server:
        text, _ = ask(model(server.api_base))
    assert text == "😀a\ufffdb\ufffd"
