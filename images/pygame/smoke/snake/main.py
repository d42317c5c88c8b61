"""Snake. Arrow keys or WASD; space begins again."""

import random
import sys

import pygame

CELL, COLUMNS, ROWS = 24, 30, 20
BOARD, GRID, FOOD, HEAD, TAIL, TEXT = "#10241d", "#163128", "#ff6b5e", "#c8f26a", "#5fa84b", "#eef5ea"
TURNS = {
    pygame.K_UP: (0, -1), pygame.K_w: (0, -1), pygame.K_DOWN: (0, 1), pygame.K_s: (0, 1),
    pygame.K_LEFT: (-1, 0), pygame.K_a: (-1, 0), pygame.K_RIGHT: (1, 0), pygame.K_d: (1, 0),
}  # fmt: skip


class Game:
    def __init__(self):
        self.snake = [(8 - place, 10) for place in range(5)]
        self.way = self.next_way = (1, 0)
        self.food = (20, 10)
        self.over = False

    def turn(self, way):
        if (way[0] + self.way[0], way[1] + self.way[1]) != (0, 0):
            self.next_way = way

    def step(self):
        self.way = self.next_way
        head = ((self.snake[0][0] + self.way[0]) % COLUMNS, (self.snake[0][1] + self.way[1]) % ROWS)
        if head in self.snake:
            self.over = True
            return
        self.snake.insert(0, head)
        if head == self.food:
            free = [(x, y) for x in range(COLUMNS) for y in range(ROWS) if (x, y) not in self.snake]
            self.food = random.choice(free)
        else:
            self.snake.pop()

    def draw(self, screen, font):
        screen.fill(BOARD)
        for x in range(COLUMNS):
            for y in range(x % 2, ROWS, 2):
                pygame.draw.rect(screen, GRID, (x * CELL, y * CELL, CELL, CELL))
        x, y = self.food
        pygame.draw.circle(screen, FOOD, (x * CELL + CELL // 2, y * CELL + CELL // 2), CELL // 2 - 3)
        for place, (x, y) in enumerate(self.snake):
            colour = HEAD if place == 0 else TAIL
            pygame.draw.rect(screen, colour, (x * CELL + 1, y * CELL + 1, CELL - 2, CELL - 2), border_radius=7)
        screen.blit(font.render(f"Score {len(self.snake) - 5}", True, TEXT), (14, 10))
        if self.over:
            words = font.render("Caught yourself. Space begins again.", True, TEXT)
            screen.blit(words, words.get_rect(center=screen.get_rect().center))


def main():
    pygame.init()
    screen = pygame.display.set_mode((COLUMNS * CELL, ROWS * CELL))
    pygame.display.set_caption("Snake")
    font, clock, game = pygame.font.Font(None, 32), pygame.time.Clock(), Game()
    steps = pygame.USEREVENT + 1
    pygame.time.set_timer(steps, 120)
    while True:
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                pygame.quit()
                sys.exit()
            if event.type == pygame.KEYDOWN and event.key in TURNS:
                game.turn(TURNS[event.key])
            elif event.type == pygame.KEYDOWN and event.key == pygame.K_SPACE and game.over:
                game = Game()
            elif event.type == steps and not game.over:
                game.step()
        game.draw(screen, font)
        pygame.display.flip()
        clock.tick(30)


if __name__ == "__main__":
    main()
