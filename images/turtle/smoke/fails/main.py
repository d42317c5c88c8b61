import turtle

pen = turtle.Turtle()
pen.forward("far")
