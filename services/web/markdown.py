"""A finished answer as HTML: CommonMark with tables, code in colours, and nothing that could act.

Whatever HTML an answer holds is shown as the text that it is; what comes out is cleaned once more by a list of what
may be there, so that a fault of the renderer alone opens nothing.
"""

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

# longer answers are shown as they are: colours would take too long
MOST_CHARACTERS = 200_000
_TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "span", "blockquote"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "div"),
}
_ATTRIBUTES = {"span": {"class"}, "div": {"class", "tabindex"}, "pre": {"tabindex"}, "a": {"href"}, "ol": {"start"}}
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def _coloured(code: str, language: str, _attributes: str) -> str:
    try:
        lexer = get_lexer_by_name(language.strip().lower() or "text", stripnl=False)
    except ClassNotFound:
        return escapeHtml(code)
    return str(highlight(code, lexer, _FORMATTER))


def _renderer() -> MarkdownIt:
    found = MarkdownIt("commonmark", {"html": False, "highlight": _coloured}).enable(["table", "strikethrough"])
    # pictures would be fetched from elsewhere: their text and a link stay
    found.disable("image")
    return found


def answer_html(text: str) -> str:
    """The answer, safe to be put into a page."""
    if len(text) > MOST_CHARACTERS:
        return f'<pre class="text">{escapeHtml(text)}</pre>'
    html = _renderer().render(text)
    # a page has one title; wide tables scroll by themselves
    html = html.replace("<h1>", "<h3>").replace("</h1>", "</h3>").replace("<h2>", "<h4>").replace("</h2>", "</h4>")
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto"},
    )
