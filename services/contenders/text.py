"""Text as it comes off the wire, made fit to be stored and shown."""

_REPLACEMENT = "\ufffd"


class TextCollector:
    """Cleans streamed pieces and cuts them off at `limit_bytes` of UTF-8.

    Halves of a surrogate pair that arrive in two pieces are joined; lone ones and NUL become U+FFFD.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._left = limit_bytes
        self._held = ""
        self.full = False

    def feed(self, piece: str) -> str:
        """What of `piece` can go on; sets `full` when the limit cut something off."""
        text = self._held + piece
        self._held = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._held, text = text[-1], text[:-1]
        return self._cut(clean(text))

    def finish(self) -> str:
        """What was still held back."""
        text, self._held = self._held, ""
        return self._cut(clean(text))

    def _cut(self, text: str) -> str:
        data = text.encode("utf-8")
        if len(data) > self._left:
            self.full = True
            data = data[: self._left]
            text = data.decode("utf-8", errors="ignore")
        self._left -= len(data)
        return text


def clean(text: str) -> str:
    """The text with surrogate pairs joined, and lone surrogates and NUL replaced."""
    joined = text.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")
    return joined.replace("\x00", _REPLACEMENT)
