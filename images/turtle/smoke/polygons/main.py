"""Polygons that turn into a flower; a click anywhere changes its colours."""

import colorsys
import turtle

SIDES, COPIES = 6, 48
shift = 0.0


def flower():
    pen.clear()
    for copy in range(COPIES):
        pen.pencolor(colorsys.hsv_to_rgb((shift + copy / COPIES) % 1, 0.55, 0.95))
        pen.width(1 + copy / 20)
        pen.setheading(copy * 360 / COPIES)
        for _ in range(SIDES):
            pen.forward(40 + copy * 2.1)
            pen.left(360 / SIDES)
    turtle.update()


def turn(_x, _y):
    global shift
    shift += 0.3
    flower()


turtle.setup(700, 640)
turtle.title("Polygons")
turtle.bgcolor("#191725")
turtle.tracer(0)
pen = turtle.Turtle(visible=False)
pen.speed(0)
flower()
turtle.onscreenclick(turn)
turtle.done()
