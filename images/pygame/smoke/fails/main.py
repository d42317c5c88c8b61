import pygame

pygame.init()
picture = pygame.image.load("missing.png")
screen = pygame.display.set_mode((320, 240))
