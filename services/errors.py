"""Every trouble RunArena can name; a class is a kind, its `code` is stable, its text says what to do.

ArenaError
├── NotFound            nothing has that id
├── Conflict            the state does not allow it (any more)
├── InvalidRequest      the input is wrong; saying it again changes nothing
├── Forbidden           this caller may not do that
├── RateLimited         later; `retry_after_seconds` says when
│   └── QueueFull       more waits already than may wait
├── Unavailable         something we need is out of reach; a retry may work
│   └── ProviderError   a contender's endpoint failed (`retryable` says whether another try can help)
├── PrerequisiteError   something is not installed or not running; `hint` is the command that mends it
├── ConfigurationError  a setting or a configuration file is wrong; names the file and the place
└── StaleLease          another attempt owns this work now; write nothing

HTTP status codes live in `services.api.problems`, exit codes in `services.cli.exit_codes`.
"""


class ArenaError(Exception):
    """Something expected went wrong; `hint` says what to do about it."""

    code = "arena_error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(ArenaError):
    """Nothing has that id."""

    code = "not_found"


class Conflict(ArenaError):
    """The present state does not allow this."""

    code = "conflict"


class InvalidRequest(ArenaError):
    """The input is wrong, and saying it again changes nothing; `where` names the place in it, if one is to blame."""

    code = "invalid_request"

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(message, hint=hint)
        self.where = where


class Forbidden(ArenaError):
    """This caller may not do that."""

    code = "forbidden"


class RateLimited(ArenaError):
    """Too much at once; try again after `retry_after_seconds`."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after_seconds: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class QueueFull(RateLimited):
    """More waits already than may wait; nothing was accepted."""

    code = "queue_full"


class Unavailable(ArenaError):
    """Something needed is out of reach right now; a retry may work."""

    code = "unavailable"


class ProviderError(Unavailable):
    """A contender's endpoint failed; `retryable` says whether another try can help.

    `code` of the instance is one of: endpoint_unreachable, bad_key, unknown_model, rate_limited,
    endpoint_timeout, endpoint_error, bad_response, refused, no_recorded_answer.
    """

    code = "provider_error"

    def __init__(self, message: str, *, code: str, retryable: bool, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.retryable = retryable


class PrerequisiteError(ArenaError):
    """Something is not installed or not running; `hint` is the command that mends it."""

    code = "prerequisite_missing"


class ConfigurationError(ArenaError):
    """A setting or a configuration file is wrong."""

    code = "configuration_invalid"


class StaleLease(ArenaError):
    """Another attempt owns this work now: this one must write nothing."""

    code = "stale_lease"
