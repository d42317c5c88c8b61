import sys

import numpy as np

print("hello from python", f"{sys.version_info.major}.{sys.version_info.minor}")
print(int(np.arange(10).sum()))
