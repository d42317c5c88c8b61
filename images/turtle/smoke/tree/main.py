"""A tree of branches, drawn at once."""

import random
import turtle

random.seed(4)
screen = turtle.Screen()
screen.setup(760, 620)
screen.title("Tree")
screen.bgcolor("#f4efe4")
turtle.tracer(0)
turtle.colormode(255)
pen = turtle.Turtle(visible=False)
pen.left(90)
pen.penup()
pen.goto(0, -260)
pen.pendown()


def branch(length):
    if length < 9:
        pen.dot(random.randint(6, 10), random.choice(["#7a9e4f", "#a3b86c", "#d98c4a", "#c8553d"]))
        return
    pen.width(length / 11)
    pen.pencolor(90, max(60, 130 - int(length)), 50)
    pen.forward(length)
    for turn in (random.randint(14, 32), -random.randint(14, 32)):
        pen.left(turn)
        branch(length * random.uniform(0.68, 0.8))
        pen.right(turn)
    pen.penup()
    pen.backward(length)
    pen.pendown()


branch(118)
turtle.update()
