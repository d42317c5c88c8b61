"""How two answers differ in a feature, as numbers that change their sign when the seats are exchanged."""

import numpy as np

from services.ratings.games import Floats


def relative(first: Floats, second: Floats) -> Floats:
    """(N,) (a - b) / (a + b), 0 where both are 0; for amounts such as lengths and counts.

    Raises:
        ValueError: an amount is negative or not finite.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if not (np.isfinite(a).all() and np.isfinite(b).all() and (a >= 0).all() and (b >= 0).all()):
        raise ValueError("Amounts of a feature must be finite and not negative.")
    total = a + b
    return np.asarray(np.divide(a - b, total, out=np.zeros_like(total), where=total > 0))


def z_score(difference: Floats, *, centred: bool = False) -> Floats:
    """(N,) the difference in units of its standard deviation, so that coefficients can be compared.

    By default the deviation is taken about zero and nothing is subtracted: the mean of a difference depends on who
    sat where, and a model without a seat effect must not see it. `centred` gives the textbook's form. A feature
    that never differs stays zero.
    """
    values = np.asarray(difference, dtype=np.float64)
    if centred:
        values = values - values.mean()
    scale = float(np.sqrt((values**2).mean())) if values.size else 0.0
    return values / scale if scale > 0 else values
