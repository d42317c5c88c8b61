import turtle

pen = turtle.Tortoise()
pen.forward(100)
