import cv2
import networkx as nx
import numpy as np
import pandas as pd
import scipy.optimize
import sklearn.linear_model
import statsmodels.api as sm
import sympy
from bs4 import BeautifulSoup

x = np.arange(10.0)
frame = pd.DataFrame({"x": x, "y": 3 * x + 1})
model = sklearn.linear_model.LinearRegression().fit(frame[["x"]], frame["y"])
print(round(float(model.coef_[0]), 6), round(float(model.intercept_), 6))
print(scipy.optimize.brentq(lambda value: value * value - 2, 0, 2) - 2**0.5 < 1e-9)
print(sympy.factor(sympy.Symbol("x") ** 2 - 1))
print(nx.shortest_path(nx.path_graph(4), 0, 3))
print(
    BeautifulSoup("<p>soup</p>", "lxml").p.text, cv2.cvtColor(np.zeros((2, 2, 3), np.uint8), cv2.COLOR_BGR2GRAY).shape
)
print(round(float(sm.OLS(frame["y"], sm.add_constant(x)).fit().params["x1"]), 6))
