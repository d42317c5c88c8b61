"""Text as every database can hold it: PostgreSQL refuses NUL, and no database takes lone surrogates.

Model answers and program output hold both. They are replaced visibly, the same way on every database: NUL
becomes U+2400 (SYMBOL FOR NULL), a lone surrogate becomes U+FFFD (REPLACEMENT CHARACTER). Exact bytes belong
in the blob store.
"""

import math
import re
from datetime import datetime

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """`text` with NUL and lone surrogates replaced; a plain `str`, also for a StrEnum. Idempotent."""
    return _UNSTORABLE.sub(lambda match: "\u2400" if match[0] == "\x00" else "\ufffd", str(text))


def storable_document(value: object) -> object:
    """A JSON value in which all text is storable; numbers JSON has no word for (`inf`, `nan`) and moments are text."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {storable(key): storable_document(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable_document(item) for item in value]
    return value
