"""Content-addressed artefacts: bytes in, SHA-256 out."""

from typing import Protocol


class BlobStore(Protocol):
    """Write once, read by digest; the same bytes are stored once."""

    def put(self, data: bytes) -> str:
        """Store `data`; the SHA-256 of it as 64 lower-case hexadecimal digits. Durable when it returns."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes.

        Raises:
            NotFound: nothing is stored under that digest.
            InvalidRequest: it is not a digest.
        """
        ...

    def remove(self, digest: str) -> None:
        """Forget the bytes; nothing happens when nothing is stored under that digest, or it is none."""
        ...
