import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from words.letters import letters


def square(number):
    return number * number


if __name__ == "__main__":
    line = input()
    given = sys.argv[1:]
    print(f"{line} has {letters(line)} letters; {len(given)} arguments, the last is '{given[-1]}'")
    with ThreadPoolExecutor(4) as threads, ProcessPoolExecutor(2) as processes:
        total = sum(threads.map(square, range(4))) + sum(processes.map(square, range(4, 8)))
    print(f"sum of squares {total}")
    Path("made.txt").write_text("".join(f"{i}\n" for i in range(1000)))
    print(f"file of {Path('made.txt').stat().st_size} bytes")
    for i in range(int(given[0]) * 1000):
        print(f"{i:06d} ünïcödé")
