"""Problems on the wire (RFC 9457)."""

from pydantic import Field

from services.api.schemas.base import WireModel


class FieldError(WireModel):
    """One thing that is wrong with a request; never repeats the input."""

    where: str = Field(description="Place in the request, such as `body.prompt`.")
    message: str


class Problem(WireModel):
    """`application/problem+json`; `code` is stable, `detail` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    hint: str | None = None
    request_id: str
    retry_after_seconds: int | None = Field(None, description="On a 429: when the next try can succeed.")
    errors: list[FieldError] | None = Field(None, description="What is wrong with the request, place by place.")
    earlier_choice: str | None = Field(None, description="On a second vote: the choice that was recorded first.")
