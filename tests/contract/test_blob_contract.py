"""What every blob store promises; the folder is the one there is."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.errors import ArenaError, InvalidRequest, NotFound, Unavailable
from services.store.blob_folder import BlobFolder
from services.store.blobs import BlobStore


@pytest.fixture(params=[lambda path: BlobFolder(path / "blobs")], ids=["folder"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    make: Callable[[Path], BlobStore] = request.param
    return make(tmp_path)


def test_what_is_removed_is_gone_and_may_be_put_again(blobs: BlobStore) -> None:
    digest, other = blobs.put(b"mine"), blobs.put(b"other")
    for name in (digest, digest, "no digest"):
        blobs.remove(name)
    with pytest.raises(NotFound):
        blobs.get(digest)
    assert blobs.get(other) == b"other"
    assert blobs.put(b"mine") == digest
    assert blobs.get(digest) == b"mine"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=2000))
def test_bytes_come_back_under_their_sha_256(blobs: BlobStore, data: bytes) -> None:
    digest = blobs.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert blobs.put(data) == digest
    assert blobs.get(digest) == data


def test_an_unknown_digest_is_not_found(blobs: BlobStore) -> None:
    with pytest.raises(NotFound):
        blobs.get("0" * 64)


@pytest.mark.parametrize("digest", ["", "0" * 63, "A" * 64, "../" + "0" * 61, "0" * 64 + "\n", "/etc/passwd"])
def test_what_is_no_digest_is_refused(blobs: BlobStore, digest: str) -> None:
    with pytest.raises(InvalidRequest):
        blobs.get(digest)


def test_many_writers_of_the_same_bytes_store_them_once(tmp_path: Path) -> None:
    data = b"x" * 100_000
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: BlobFolder(tmp_path).put(data), range(32)))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(digests) == 1
    assert [path.read_bytes() for path in files] == [data]


def test_a_damaged_blob_is_noticed_and_mended_by_the_next_put(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    digest = blobs.put(b"precious")
    (tmp_path / digest[:2] / digest[2:]).write_bytes(b"rotten")
    with pytest.raises(ArenaError, match="damaged") as caught:
        blobs.get(digest)
    assert caught.value.hint
    blobs.put(b"precious")
    assert blobs.get(digest) == b"precious"


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="blob folder"):
        BlobFolder(tmp_path / "file").put(b"data")
