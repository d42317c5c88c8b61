"""What the openai SDK and its transport raise -> ProviderError with a stable code. Never tells a key."""

import json

import openai

from services.contenders.endpoint import Endpoint
from services.errors import ProviderError

_DETAIL_CHARS = 300
TRANSPORT_ERRORS = (openai.OpenAIError, json.JSONDecodeError, UnicodeDecodeError, TimeoutError)


def provider_error(error: Exception, endpoint: Endpoint, model: str) -> ProviderError:
    """The named trouble behind one of `TRANSPORT_ERRORS`."""
    where = endpoint.api_base
    if isinstance(error, openai.APIStatusError):
        return _status_error(error, endpoint, model)
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        hint = "Raise limits in models.yaml if the model is merely slow."
        return ProviderError(f"{where} did not answer in time.", code="endpoint_timeout", retryable=True, hint=hint)
    if isinstance(error, openai.APIConnectionError):
        return ProviderError(
            f"{where} cannot be reached or broke the connection off.",
            code="endpoint_unreachable",
            retryable=True,
            hint="Check that it runs and that api_base is right.",
        )
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | openai.APIResponseValidationError):
        return bad_response(endpoint, "sent something that is not an OpenAI-compatible answer", retryable=False)
    return ProviderError(f"{where} reported an error{_detail(error, endpoint)}", code="endpoint_error", retryable=True)


def bad_response(endpoint: Endpoint, what: str, *, retryable: bool) -> ProviderError:
    """The endpoint answered, but not with an answer."""
    hint = "Check that api_base is the root of an OpenAI-compatible API (it often ends in /v1)."
    return ProviderError(f"{endpoint.api_base} {what}.", code="bad_response", retryable=retryable, hint=hint)


def retry_after_seconds(error: Exception) -> float | None:
    """What the provider asks to wait, if it says so in seconds."""
    if isinstance(error, openai.APIStatusError):
        try:
            return max(0.0, float(error.response.headers.get("retry-after", "")))
        except ValueError:
            return None
    return None


def _status_error(error: openai.APIStatusError, endpoint: Endpoint, model: str) -> ProviderError:
    where, status = endpoint.api_base, error.status_code
    if status in (401, 403):
        return ProviderError(
            f"{where} refused the key ({status}).",
            code="bad_key",
            retryable=False,
            hint="Check the variable that api_key names in models.yaml.",
        )
    if status == 404:
        return ProviderError(
            f"{where} does not know the model {model!r}.",
            code="unknown_model",
            retryable=False,
            hint="Check model and api_base in models.yaml.",
        )
    detail = _detail(error, endpoint)
    if status == 429:
        spent = error.code == "insufficient_quota"
        return ProviderError(
            f"{where} says it is too much at once{detail}",
            code="rate_limited",
            retryable=not spent,
            hint="The account has no credit left." if spent else "Lower parallel in models.yaml, or wait.",
        )
    if status >= 500 or status in (408, 409):
        return ProviderError(f"{where} failed ({status}){detail}", code="endpoint_error", retryable=True)
    return ProviderError(
        f"{where} refused the request ({status}){detail}",
        code="refused",
        retryable=False,
        hint="The prompt may be too long, or the model may not take one of the settings in models.yaml.",
    )


def _detail(error: Exception, endpoint: Endpoint) -> str:
    """`: what the provider said`, clipped, with the key blotted out."""
    body = getattr(error, "body", None)
    said = body.get("message", "") if isinstance(body, dict) else ""
    text = " ".join(str(said).split())
    if endpoint.api_key:
        text = text.replace(endpoint.api_key, "***")
    return f": {text[:_DETAIL_CHARS]}" if text else "."
