"""Prompts to begin with, by what they are about and what they are written in."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Example:
    """A prompt that a contender can answer with a program that runs here."""

    category: str
    language: str
    prompt: str


def _of(category: str, language: str, *prompts: str) -> tuple[Example, ...]:
    return tuple(Example(category=category, language=language, prompt=prompt) for prompt in prompts)


EXAMPLES = (
    *_of(
        "Web pages",
        "HTML",
        "Make a page with a pomodoro timer: start, pause, reset, a progress ring, and a list of finished sessions.",
        "Make a landing page for a small bakery: opening hours, three products, and a map drawn with CSS.",
        "Make a page with an analogue clock drawn in SVG that shows the real time.",
    ),
    *_of("Web pages", "React", "Make a kanban board in React with three columns and cards that can be moved."),
    *_of("Web pages", "Vue", "Make a to-do list in Vue with filters for open and done."),
    *_of(
        "Games",
        "HTML",
        "Make a snake game on a canvas: arrow keys, a score, and a button to start again.",
        "Make a memory game with twelve cards, a move counter and a best score that is kept.",
    ),
    *_of("Games", "Python", "Write Breakout with pygame: a paddle, a ball, five rows of bricks and a score."),
    *_of(
        "Algorithms",
        "Python",
        "Write a Python program that prints the first 20 primes, one per line.",
        "Write a Python program that solves the eight queens puzzle and prints one board.",
        "Write a Python program that finds the shortest way through a small maze and prints it.",
    ),
    *_of("Algorithms", "Rust", "Write a Rust program that sorts words by length, then by letter, with tests."),
    *_of("Algorithms", "C++", "Write a C++ program with a priority queue of tasks that prints them in order."),
    *_of("Algorithms", "Go", "Write a Go program that counts words in a text with four goroutines."),
    *_of(
        "Data",
        "Python",
        "Make up a year of daily temperatures and draw them with a moving average in matplotlib.",
        "Make a Streamlit dashboard of made-up sales with a filter by month and a chart.",
    ),
    *_of("Data", "SQL", "Create tables for a library, fill them, and list the three readers who borrowed most."),
    *_of("Data", "R", "Fit a line to made-up data in R, print the coefficients, and plot both."),
    *_of("Applications", "Python", "Make a small notes application with Flask that keeps its notes in SQLite."),
    *_of("Applications", "Python", "Make a calculator with tkinter that knows brackets and keeps a history."),
    *_of("Scripts", "Shell", "Write a bash script that prints a table of the ten most used words of a text."),
    *_of("Scripts", "JavaScript", "Write a Node program that turns CSV with quotes into JSON, with three test cases."),
    *_of("Drawings", "SVG", "Draw a mountain landscape at dusk as an SVG, with a lake that mirrors the sky."),
    *_of("Drawings", "Mermaid", "Draw a sequence diagram of a login with a second factor in Mermaid."),
)
CATEGORIES = tuple(dict.fromkeys(example.category for example in EXAMPLES))
LANGUAGES = tuple(sorted({example.language for example in EXAMPLES}))


def chosen(category: str, language: str) -> tuple[Example, ...]:
    """Those of this category and language; an empty word means any."""
    return tuple(
        example for example in EXAMPLES if category in ("", example.category) and language in ("", example.language)
    )
