"""Output as the store keeps it."""

from sandboxes.result import OutputStream
from services.domain.execution import CapturedStream
from services.store.blobs import BlobStore

PREVIEW_BYTES = 16 * 1024


def captured(stream: OutputStream, blobs: BlobStore) -> CapturedStream:
    """A preview as text; the bytes as a blob where the preview is not all there is, byte for byte."""
    preview = stream.data[:PREVIEW_BYTES].decode("utf-8", "replace")
    whole = preview.encode() == stream.data and "\0" not in preview
    return CapturedStream(
        preview=preview,
        digest="" if whole else blobs.put(stream.data),
        total_bytes=stream.total_bytes,
        truncated=stream.truncated,
    )


def bytes_of(stream: CapturedStream, blobs: BlobStore) -> bytes:
    """What was kept of the stream.

    Raises:
        NotFound, Unavailable: the blob cannot be read.
    """
    return blobs.get(stream.digest) if stream.digest else stream.preview.encode()
