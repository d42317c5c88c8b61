from hypothesis import given
from hypothesis import strategies as st

from main import add


@given(st.integers(), st.integers())
def test_adds(a, b):
    assert add(a, b) == b + a
