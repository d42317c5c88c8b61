"""The shared helper process under kill -9 of everybody."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.errors import Unavailable
from services.redis_server import EmbeddedRedis
from services.shared_process import SharedProcess

ROOT = Path(__file__).resolve().parents[3]
CHILD = "import sys,time,pathlib,os; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)"
USER = """
import sys
from pathlib import Path
from tests_user import shared
shared(Path(sys.argv[1])).ensure()
print("up", flush=True)
sys.stdin.read()
"""


def shared(folder: Path) -> SharedProcess:
    marker = folder / "up"

    def ready() -> bool:
        with contextlib.suppress(OSError, ValueError):
            return running(int(marker.read_text()))
        return False

    return SharedProcess(folder, [sys.executable, "-c", CHILD, str(marker)], ready, 20.0)


def running(pid: int) -> bool:
    """Whether the process lives; a zombie that nobody reaps does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def pids(folder: Path) -> tuple[int, int]:
    return int((folder / "keeper.pid").read_text()), int((folder / "child.pid").read_text())


@contextlib.contextmanager
def user(folder: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """Another arena process that uses the helper."""
    code = USER.replace("tests_user", Path(__file__).stem)
    path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_child_outlives_its_first_user_and_ends_with_the_last(tmp_path: Path) -> None:
    with user(tmp_path) as first, user(tmp_path) as second:
        keeper, child = pids(tmp_path)
        first.kill()
        first.wait()
        time.sleep(2.5)  # two looks of the keeper
        assert running(keeper)
        assert running(child)
        second.kill()
        second.wait()
        assert eventually(lambda: not running(child) and not running(keeper))


def test_killing_the_keeper_ends_the_child_and_the_next_use_starts_another(tmp_path: Path) -> None:
    process = shared(tmp_path)
    process.ensure()
    keeper, child = pids(tmp_path)
    os.kill(keeper, signal.SIGKILL)
    assert eventually(lambda: not running(child))
    assert not process.alive()
    process.ensure()
    assert process.alive()
    assert pids(tmp_path)[1] != child
    process.release()
    assert eventually(lambda: not process.alive())


def test_killing_the_child_ends_the_keeper_and_the_next_use_starts_both(tmp_path: Path) -> None:
    process = shared(tmp_path)
    process.ensure()
    keeper, child = pids(tmp_path)
    os.kill(child, signal.SIGKILL)
    assert eventually(lambda: not running(keeper))
    process.ensure()
    assert running(pids(tmp_path)[1])
    process.release()
    assert eventually(lambda: not process.alive())


def test_users_that_come_at_once_share_one_child(tmp_path: Path) -> None:
    with user(tmp_path), user(tmp_path), user(tmp_path):
        keeper, child = pids(tmp_path)
        with user(tmp_path):
            assert pids(tmp_path) == (keeper, child)
    assert eventually(lambda: not running(child))


def test_a_child_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    process = SharedProcess(tmp_path, [sys.executable, "-c", "raise SystemExit('no luck today')"], lambda: False, 20.0)
    with pytest.raises(Unavailable, match="no luck today"):
        process.ensure()


def test_a_child_that_never_gets_ready_is_reported_in_time(tmp_path: Path) -> None:
    process = SharedProcess(tmp_path, ["/bin/sleep", "600"], lambda: False, 1.0)
    with pytest.raises(Unavailable, match="not ready within 1 s"):
        process.ensure()
    process.release()
    assert eventually(lambda: not process.alive())


def say(redis: EmbeddedRedis, *words: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(redis.socket_path))
        connection.sendall(" ".join(words).encode() + b"\r\n")
        return connection.recv(256)


@pytest.mark.redis
@pytest.mark.parametrize("name", ["redis", "long" * 40])
def test_the_embedded_redis_keeps_its_data_over_kill_9(tmp_path: Path, name: str) -> None:
    redis = EmbeddedRedis(tmp_path / name)
    url = redis.ensure()
    assert url == f"unix://{redis.socket_path}?db=0"
    assert len(os.fsencode(redis.socket_path)) < 107
    assert redis.socket_path.stat().st_mode & 0o077 == 0
    assert redis.celery_urls()[1] == f"redis+socket://{redis.socket_path}?virtual_host=1"
    say(redis, "SET", "battle", "kept")
    os.kill(int((redis.folder / "child.pid").read_text()), signal.SIGKILL)
    assert eventually(lambda: not redis.alive())
    redis.ensure()
    assert say(redis, "GET", "battle") == b"$4\r\nkept\r\n"
    redis.release()
    assert eventually(lambda: not redis.alive())
