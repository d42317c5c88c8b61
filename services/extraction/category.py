"""What kind of thing a prompt asks for, told by its words.

These are rules over English keywords, made by hand; no model has read the prompt. A prompt in another language gets a
category only where it holds one of the words that many languages share (`pygame`, `tetris`, `mermaid`).
"""

import re
from types import MappingProxyType

NAME = "heuristic-category-v1"
"""The method, to be stored and shown beside every category it gave."""

CATEGORIES = (
    "web-design",
    "game-development",
    "creative-coding",
    "diagram-creation",
    "scientific-computing",
    "problem-solving",
)
MAX_CHARS = 4000
_LEAST = 2

# words in order of weight: 4 settle it, 2 suffice alone, 1 needs another
_WORDS = MappingProxyType(
    {
        "web-design": (
            r"landing page|home ?page|web ?sites?|web ?page|single[- ]page app|navbar|hamburger menu|tailwind|bootstrap css|"
            r"admin panel|pricing page|portfolio site|online (?:shop|store)|web ?shop|sign-?up (?:page|form|thing)?|email template|streamlit|gradio",
            r"html and css|html|css|react|vue|svelte|next\.?js|flask|fastapi|django|dashboard|web app|web interface|"
            r"user interface|interface|login (?:screen|page|form)|contact form|checkout|carousel|sidebar|kanban|"
            r"blog|settings page|one[- ]page|page|site|form|layout|widgets?|product cards?|basket|shopping cart|shop front|mock ?up|for phones|calculator|pomodoro|to-?do|note-taking|notes app|stopwatch|clock|calendar|desktop|windows|window manager|wizard|modal|tabs|profile|feed|booking|quote of the day|converter app|editor",
            r"responsive|dark mode|sticky|header|footer|button|toggle|accessible|hero|mobile|in (?:the|my|a) browser|styling|theme|apps?|menu|cards?|looking|notifications|draggable|screen|retro|minimal|modern|"
            r"javascript|typescript|search|pagination|template",
        ),
        "game-development": (
            r"pygame|tetris|pong|pac-?man|minesweeper|sudoku|tic[- ]?tac[- ]?toe|flappy bird|breakout|2048|hangman|"
            r"platformer|tower defen[cs]e|space (?:shooter|invaders)|roguelike|endless runner|blackjack|whack-a-mole|"
            r"card game|board game|text adventure|video ?game|arcade|multiplayer|angry birds|game of life|rock[,-]? paper[,-]? scissors|first[- ]person|wasd|quiz|trivia|candy crush|mario|doom|golf|bowling|pinball|slot machine|frogger|galaga|jump and run|wordle|crossword|boggle|yahtzee|mancala|reversi|othello|game",
            r"chess|checkers|snake|solitaire|poker|games|player|players|shooter|asteroids|dungeon|puzzle|racing|"
            r"connect four|battleship|maze|obstacles|against the (?:computer|cpu|ai)|points|highscore|dice game|guess",
            r"score|scores|levels?|enem(?:y|ies)|boss|opponent|lives|power-ups|coins|dealer|play|win|lose|holes|aim|joystick|keyboard|turns?",
        ),
        "creative-coding": (
            r"generative art|abstract art|ascii art|pixel art|shader|glsl|p5\.?js|kaleidoscope|spirograph|mandala|"
            r"visuali[sz]er|audio-?visual|flow fields?|lava lamp|fireworks|hypnotic|psychedelic|trippy|screen ?saver|flicker\w*|emoji|matrix[- ]style|falling (?:letters|leaves)|dots|rotating (?:3d )?\w+|3d cube|starfield|wallpaper|illustration|drawing of|picture of|portrait|sketch of|fractal|aurora|art|artwork",
            r"anima(?:ted?|tion)|particles?|boids|svg|turtle|three\.?js|webgl|draw|paint|melody|music|sunset|"
            r"landscape|snow|glowing|render|realistic|flames?|fire|smoke|galaxy|circles|spiral|voronoi|l-system|an svg of|mesmeri[sz]ing|canvas|perlin|noise|symmetry",
            r"colou?rs?|colou?rful|gradients?|beautiful|stunning|interactive|random|waves|stars|sound|pattern|trails?|"
            r"generate|create|shapes?",
        ),
        "diagram-creation": (
            r"diagrams?|flow ?charts?|mermaid|gantt|mind ?map|org(?:anisation|anization)? ?chart|plantuml|graphviz|uml|"
            r"er model|decision tree for|journey map|swim ?lane|sankey|topology|boxes and arrows|family tree|map out|org structure|venn|bpmn|data flow|pipeline|fishbone|water cycle|life ?cycle|food web|layers of|schema for|how a \w+ becomes",
            r"timeline|hierarchy|relations?|as a (?:chart|picture|graph)|labels|labelled|labeled|cycle|stages of|entity[- ]relationship|visuali[sz]e the|architecture of|sequence of|schema of",
            r"draw|show|states?|process|steps",
        ),
        "scientific-computing": (
            r"numpy|scipy|matplotlib|pandas|sklearn|scikit-learn|runge-kutta|monte carlo|differential equations?|"
            r"finite (?:differences?|elements?)|eigenvalues?|fourier|k-means|principal component|regression|"
            r"neural network|p-values?|confidence intervals?|black-scholes|molecular dynamics|ising|lotka-volterra|"
            r"sir model|body problem|logistic map|bifurcation|random walks?|rosenbrock|newton's (?:law|method)|brownian|chaos|wave equation|navier-stokes|schwarzschild|quantum|bayesian?|markov|histogram|normal distribution|t-test|anova|time series|schr[oö]dinger|attractor|odes?|pdes?|gradient descent",
            r"simulate|simulation|plot|estimate|integrate|simulated|graph it|stochastic|population|probability|dice|expected value|cooling|decay|optimi[sz]ation|convergence|optimi[sz]ers?|statistical|statistics|distribution|dataset|cluster(?:ing)?|"
            r"pendulum|epidemic|orbit|trajectory|equations?|interpolate|bootstrap|variance|matrix|linear algebra|"
            r"heat equation|spectrum|signal|physics",
            r"data|compare|error|temperature|energy|samples?|curve|noisy|test for|analy[sz]e|model|fit|solve|compute",
        ),
        "problem-solving": (
            r"unit tests?|time complexity|o\(n|dynamic programming|linked list|binary search|regular expression|regex|"
            r"sql query|lru cache|shortest path|n queens|leetcode|command[- ]line tool|fizz ?buzz|throws? (?:an? )?\w*(?:error|exception)|\w+error|traceback|haskell|roman numeral\w*|anagrams?|two sum|overlapp?(?:ing)? (?:intervals|rectangles)|knapsack|coin change|make change|bash script|shell script|"
            r"standard input|stdin|refactor",
            r"function|algorithm|implement|array|integers?|string|substring|permutations?|palindrom\w*|class|script|"
            r"sort(?:ed|ing)?|parse|recursion|given (?:a|an|two)|query|command line|json|csv|program|rust|golang|java|"
            r"c\+\+|python|debug|fix (?:this|the) (?:bug|code|error)|api client|leap year|prime numbers?|count how|how many ways|code it|my code|turns? a \w+|converter|encrypt|cipher|decode|encode|reverse|detect|regexes|merge|"
            r"find (?:the|all)",
            r"write|returns?|list|numbers?|check|convert|print|count|test|words?|lines|year|compute|in c|read|validate|if two|overlap|range|csv",
        ),
    }
)
_WEIGHTS = (4, 2, 1)
_PATTERNS = tuple(
    (category, weight, re.compile(rf"(?<![\w-])(?:{words})(?![\w])"))
    for category, groups in _WORDS.items()
    for weight, words in zip(_WEIGHTS, groups, strict=True)
)
# what asks for an explanation or a text, and not for a program
_TALK = re.compile(
    r"\s*(?:hello|hi|hey|thanks|thank you|who|what|why|when|where|explain|summari[sz]e|translate|recommend|how do i|"
    r"how are|is it|give me advice|tell me|plan a|what should)\b"
)
_MAKES = re.compile(
    r"\b(?:build|make|code|create|implement|program|draw|design|develop|simulate|plot|graph|map|visuali[sz]e|script|function|error)\b"
)


def category_of(prompt: str) -> str:
    """One of `CATEGORIES`, or "" when nothing fits; the first 4,000 characters decide. Total and deterministic.

    Of several kinds the one whose distinct words weigh most wins, and of equals the one that stands first in
    `CATEGORIES`.
    """
    text = " ".join(prompt[:MAX_CHARS].casefold().split())
    if _TALK.match(text) and not _MAKES.search(text):
        return ""
    found = dict.fromkeys(CATEGORIES, 0)
    for category, weight, pattern in _PATTERNS:
        found[category] += weight * len(set(pattern.findall(text)))
    best = max(CATEGORIES, key=lambda name: found[name])
    return best if found[best] >= _LEAST else ""
