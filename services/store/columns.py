"""Column types that turn the values of the domain into what both databases hold, and back."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from services.store.text import storable, storable_document


class StoredText(TypeDecorator[str]):
    """Text of any length; see `services.store.text` for the two replacements."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


class Word(TypeDecorator[Any]):
    """One word of a StrEnum, stored as the word itself."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.words(value)


class Words(TypeDecorator[Any]):
    """Words of a StrEnum, stored one after the other with spaces between."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: tuple[StrEnum, ...] | None, dialect: Dialect) -> str:  # noqa: ARG002
        return " ".join(self.words(word).value for word in value or ())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[StrEnum, ...]:  # noqa: ARG002
        return tuple(self.words(word) for word in (value or "").split())


class Moment(TypeDecorator[datetime]):
    """A timezone-aware moment, stored as UTC to the microsecond and read back as UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A moment needs a time zone: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if dialect.name == "sqlite" else moment.astimezone(UTC)


class Document(TypeDecorator[Any]):
    """A nested value (dataclass, tuple of them, tuple of text, or None) as one JSON document."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, value_type: Any) -> None:
        super().__init__()
        self.value_type = value_type
        self._adapter: TypeAdapter[Any] = TypeAdapter(value_type)

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else storable_document(self._adapter.dump_python(value))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else self._adapter.validate_python(value)
