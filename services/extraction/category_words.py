"""The words by which a prompt's category is guessed, as regular expressions; entries are set apart by ` | `.

Per category three groups: a word of the first settles it, one of the second suffices alone, one of the third needs
another beside it.
"""

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "web-design": (
            r"""
            admin panel | bootstrap css | email template | gradio | hamburger menu | home ?page |
            landing page | navbar | online (?:shop|store) | portfolio site | pricing page |
            sign-?up (?:page|form|thing)? | single[- ]page app | streamlit | tailwind | web ?page |
            web ?shop | web ?sites?
            """,
            r"""
            basket | blog | booking | calculator | calendar | carousel | checkout | clock | contact form |
            converter app | css | dashboard | desktop | django | editor | fastapi | feed | flask |
            for phones | form | html | html and css | interface | kanban | layout |
            login (?:screen|page|form) | mock ?up | modal | next\.?js | note-taking | notes app |
            one[- ]page | page | pomodoro | product cards? | profile | quote of the day | react |
            settings page | shop front | shopping cart | sidebar | site | stopwatch | svelte | tabs | to-?do |
            user interface | vue | web app | web interface | widgets? | window manager | windows | wizard
            """,
            r"""
            accessible | apps? | button | cards? | dark mode | draggable | footer | header | hero |
            in (?:the|my|a) browser | javascript | looking | menu | minimal | mobile | modern |
            notifications | pagination | responsive | retro | screen | search | sticky | styling | template |
            theme | toggle | typescript
            """,
        ),
        "game-development": (
            r"""
            2048 | angry birds | arcade | blackjack | board game | boggle | bowling | breakout | candy crush |
            card game | crossword | doom | endless runner | first[- ]person | flappy bird | frogger | galaga |
            game | game of life | golf | hangman | jump and run | mancala | mario | minesweeper |
            multiplayer | othello | pac-?man | pinball | platformer | pong | pygame | quiz | reversi |
            rock[,-]? paper[,-]? scissors | roguelike | slot machine | space (?:shooter|invaders) | sudoku |
            tetris | text adventure | tic[- ]?tac[- ]?toe | tower defen[cs]e | trivia | video ?game | wasd |
            whack-a-mole | wordle | yahtzee
            """,
            r"""
            against the (?:computer|cpu|ai) | asteroids | battleship | checkers | chess | connect four |
            dice game | dungeon | games | guess | highscore | maze | obstacles | player | players | points |
            poker | puzzle | racing | shooter | snake | solitaire
            """,
            r"""
            aim | boss | coins | dealer | enem(?:y|ies) | holes | joystick | keyboard | levels? | lives |
            lose | opponent | play | power-ups | score | scores | turns? | win
            """,
        ),
        "creative-coding": (
            r"""
            3d cube | abstract art | art | artwork | ascii art | audio-?visual | aurora | dots | drawing of |
            emoji | falling (?:letters|leaves) | fireworks | flicker\w* | flow fields? | fractal |
            generative art | glsl | hypnotic | illustration | kaleidoscope | lava lamp | mandala |
            matrix[- ]style | p5\.?js | picture of | pixel art | portrait | psychedelic |
            rotating (?:3d )?\w+ | screen ?saver | shader | sketch of | spirograph | starfield | trippy |
            visuali[sz]er | wallpaper
            """,
            r"""
            an svg of | anima(?:ted?|tion) | boids | canvas | circles | draw | fire | flames? | galaxy |
            glowing | l-system | landscape | melody | mesmeri[sz]ing | music | noise | paint | particles? |
            perlin | realistic | render | smoke | snow | spiral | sunset | svg | symmetry | three\.?js |
            turtle | voronoi | webgl
            """,
            r"""
            beautiful | colou?rful | colou?rs? | create | generate | gradients? | interactive | pattern |
            random | shapes? | sound | stars | stunning | trails? | waves
            """,
        ),
        "diagram-creation": (
            r"""
            boxes and arrows | bpmn | data flow | decision tree for | diagrams? | er model | family tree |
            fishbone | flow ?charts? | food web | gantt | graphviz | how a \w+ becomes | journey map |
            layers of | life ?cycle | map out | mermaid | mind ?map | org structure |
            org(?:anisation|anization)? ?chart | pipeline | plantuml | sankey | schema for | swim ?lane |
            topology | uml | venn | water cycle
            """,
            r"""
            architecture of | as a (?:chart|picture|graph) | cycle | entity[- ]relationship | hierarchy |
            labeled | labelled | labels | relations? | schema of | sequence of | stages of | timeline |
            visuali[sz]e the
            """,
            r"""
            draw | process | show | states? | steps
            """,
        ),
        "scientific-computing": (
            r"""
            anova | attractor | bayesian? | bifurcation | black-scholes | body problem | brownian | chaos |
            confidence intervals? | differential equations? | eigenvalues? |
            finite (?:differences?|elements?) | fourier | gradient descent | histogram | ising | k-means |
            logistic map | lotka-volterra | markov | matplotlib | molecular dynamics | monte carlo |
            navier-stokes | neural network | newton's (?:law|method) | normal distribution | numpy | odes? |
            p-values? | pandas | pdes? | principal component | quantum | random walks? | regression |
            rosenbrock | runge-kutta | schr[oö]dinger | schwarzschild | scikit-learn | scipy | sir model |
            sklearn | t-test | time series | wave equation
            """,
            r"""
            bootstrap | cluster(?:ing)? | convergence | cooling | dataset | decay | dice | distribution |
            epidemic | equations? | estimate | expected value | graph it | heat equation | integrate |
            interpolate | linear algebra | matrix | optimi[sz]ation | optimi[sz]ers? | orbit | pendulum |
            physics | plot | population | probability | signal | simulate | simulated | simulation |
            spectrum | statistical | statistics | stochastic | trajectory | variance
            """,
            r"""
            analy[sz]e | compare | compute | curve | data | energy | error | fit | model | noisy | samples? |
            solve | temperature | test for
            """,
        ),
        "problem-solving": (
            r"""
            o[(]n | dynamic programming | linked list | binary search | regular expression | regex |
            sql query | lru cache | shortest path | n queens | leetcode | command[- ]line tool | fizz ?buzz |
            throws? (?:an? )?\w*(?:error|exception) | \w+error | traceback | haskell | roman numeral\w* |
            anagrams? | two sum | overlapp?(?:ing)? (?:intervals|rectangles) | knapsack | coin change |
            make change | bash script | shell script | standard input | stdin | refactor |
            time complexity | unit tests?
            """,
            r"""
            algorithm | api client | array | c\+\+ | cipher | class | code it | command line | converter |
            count how | csv | debug | decode | detect | encode | encrypt | find (?:the|all) |
            fix (?:this|the) (?:bug|code|error) | function | given (?:a|an|two) | golang | how many ways |
            implement | integers? | java | json | leap year | merge | my code | palindrom\w* | parse |
            permutations? | prime numbers? | program | python | query | recursion | regexes | reverse | rust |
            script | sort(?:ed|ing)? | string | substring | turns? a \w+
            """,
            r"""
            check | compute | convert | count | csv | if two | in c | lines | list | numbers? | overlap |
            print | range | read | returns? | test | validate | words? | write | year
            """,
        ),
    }
)
