"""Breakout with sound. Left and right, or the mouse; space lets the ball go."""

import math

import numpy as np
import pygame

WIDTH, HEIGHT = 800, 600
COLOURS = ["#e4572e", "#f3a712", "#a8c686", "#669bbc", "#7b6d8d"]


def tone(frequency, seconds=0.08):
    time = np.arange(int(44_100 * seconds)) / 44_100
    wave = np.sin(2 * math.pi * frequency * time) * np.linspace(1, 0, len(time))
    return pygame.sndarray.make_sound(np.repeat((wave * 9_000).astype(np.int16)[:, None], 2, axis=1))


class Breakout:
    def __init__(self):
        pygame.mixer.pre_init(44_100, -16, 2)
        pygame.init()
        self.screen = pygame.display.set_mode((WIDTH, HEIGHT))
        pygame.display.set_caption("Breakout")
        self.font = pygame.font.SysFont("dejavusans", 20)
        self.bounce, self.crack = tone(330), tone(660)
        self.paddle = pygame.Rect(WIDTH // 2 - 55, HEIGHT - 44, 110, 14)
        self.bricks = [
            (pygame.Rect(20 + 77 * column, 60 + 28 * row, 71, 22), COLOURS[row])
            for row in range(5)
            for column in range(10)
        ]
        self.lives, self.score = 3, 0
        self.hold()

    def hold(self):
        self.held, self.place, self.speed = True, pygame.Vector2(), pygame.Vector2(210, -330)

    def move(self, seconds):
        keys = pygame.key.get_pressed()
        self.paddle.x += int((keys[pygame.K_RIGHT] - keys[pygame.K_LEFT]) * 520 * seconds)
        self.paddle.clamp_ip(self.screen.get_rect())
        if self.held:
            self.place = pygame.Vector2(self.paddle.centerx, self.paddle.top - 10)
            return
        self.place += self.speed * seconds
        if not 8 < self.place.x < WIDTH - 8:
            self.speed.x = math.copysign(self.speed.x, WIDTH / 2 - self.place.x)
        if self.place.y < 8:
            self.speed.y = abs(self.speed.y)
        ball = pygame.Rect(self.place.x - 8, self.place.y - 8, 16, 16)
        if ball.colliderect(self.paddle) and self.speed.y > 0:
            self.speed.y = -self.speed.y
            self.speed.x = (self.place.x - self.paddle.centerx) * 6
            self.bounce.play()
        hit = ball.collidelist([brick for brick, _ in self.bricks])
        if hit >= 0:
            del self.bricks[hit]
            self.speed.y = -self.speed.y
            self.score += 10
            self.crack.play()
        if self.place.y > HEIGHT:
            self.lives -= 1
            self.hold()

    def draw(self):
        self.screen.fill("#1b1d2a")
        for brick, colour in self.bricks:
            pygame.draw.rect(self.screen, colour, brick, border_radius=4)
        pygame.draw.rect(self.screen, "#f5f0e6", self.paddle, border_radius=7)
        pygame.draw.circle(self.screen, "#f5f0e6", self.place, 8)
        text = f"Score {self.score}    Balls {self.lives}" + ("    Space" if self.held and self.lives else "")
        self.screen.blit(self.font.render(text, True, "#c9cbe0"), (20, 18))
        pygame.display.flip()

    def run(self):
        clock = pygame.time.Clock()
        while self.lives and self.bricks:
            for event in pygame.event.get():
                if event.type == pygame.QUIT:
                    return
                if event.type == pygame.KEYDOWN and event.key == pygame.K_SPACE:
                    self.held = False
                if event.type == pygame.MOUSEMOTION:
                    self.paddle.centerx = event.pos[0]
                if event.type == pygame.MOUSEBUTTONDOWN:
                    self.held = False
            self.move(clock.tick(60) / 1000)
            self.draw()


Breakout().run()
pygame.quit()
