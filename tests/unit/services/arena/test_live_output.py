"""Live output: all of it in order, whole characters, bounded pieces, bounded altogether."""

from collections.abc import Callable

from sandboxes.result import Phase
from sandboxes.runner import OutputFrame
from services.arena.live_output import LIVE_BYTES, LiveOutput, LivePiece


def play(*frames: tuple[str, bytes], tell: Callable[[LivePiece], bool] | None = None) -> list[LivePiece]:
    """What viewers get of these frames."""
    found: list[LivePiece] = []

    def keep(piece: LivePiece) -> bool:
        found.append(piece)
        return True

    with LiveOutput(tell or keep) as live:
        for number, (stream, data) in enumerate(frames):
            live(OutputFrame(sequence=number, stream=stream, data=data, phase=Phase.RUN))
    return found


def test_small_pieces_are_gathered_and_stay_in_order() -> None:
    found = play(*[("stdout", b"a")] * 1000, ("stderr", b"e"), ("stdout", b"b"))
    assert "".join(event.text for event in found if event.stream == "stdout") == "a" * 1000 + "b"
    assert [event.sequence for event in found] == list(range(len(found)))
    assert found[-2].stream == "stderr"
    assert len(found) < 500


def test_characters_are_not_torn_and_what_is_no_text_shows() -> None:
    found = play(*[("stdout", bytes([byte])) for byte in "\u00e9\U0001f30d".encode()], ("stdout", b"\xff\x00\xe2\x82"))
    assert "".join(event.text for event in found) == "\u00e9\U0001f30d\ufffd\x00\ufffd"


def test_a_piece_is_at_most_8_kib_and_all_at_most_a_mib() -> None:
    found = play(*[("stdout", b"x" * 8192)] * (LIVE_BYTES // 8192 + 5))
    assert max(len(event.text) for event in found) <= 8192
    assert sum(len(event.text) for event in found) == LIVE_BYTES
    assert [event.cut for event in found].count(True) == 1
    assert found[-1].cut


def test_exactly_as_much_as_is_shown_is_not_cut() -> None:
    assert not any(event.cut for event in play(*[("stdout", b"x" * 8192)] * (LIVE_BYTES // 8192)))


def test_a_log_out_of_reach_is_asked_once() -> None:
    asked: list[LivePiece] = []

    def gone(piece: LivePiece) -> bool:
        asked.append(piece)
        return False

    play(*[("stdout", b"x" * 8192)] * 50, tell=gone)
    assert len(asked) == 1


def test_what_an_app_writes_after_its_battle_was_told_is_not_announced() -> None:
    found: list[LivePiece] = []

    def keep(piece: LivePiece) -> bool:
        found.append(piece)
        return True

    with LiveOutput(keep) as live:
        pass
    for number in range(3):
        live(OutputFrame(sequence=number, stream="stdout", data=b"late", phase=Phase.SERVE))
    assert (found, live._thread, len(live._pieces)) == ([], None, 0)
