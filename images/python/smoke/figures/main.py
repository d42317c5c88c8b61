import matplotlib.pyplot as plt
import plotly.graph_objects as go
import seaborn as sns
from PIL import Image

plt.plot([1, 4, 9])
plt.show()
sns.barplot(x=["a", "b"], y=[1, 2])
plt.show()
go.Figure(go.Bar(y=[1, 2, 3])).show()
Image.new("RGB", (8, 8), "red").show()
import os

print(sorted(os.listdir(".display")))
40 + 2
