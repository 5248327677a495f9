"""Makes power-fit.oracle.json: the likeliest lambdas of columns to fifty digits, and those that scikit-learn 1.9 finds.

    python test/model/power-fit.oracle.py > test/model/power-fit.oracle.json

A case has a column, a method, the likeliest `lambda`, and `limited` where it is outside the limits of SciPy's search: then
it is the limit. `sklearn` is scikit-learn's lambda, and `spread` how far its lambdas of the same rows in twenty other orders
are apart.
"""

import decimal
import json
import math
import sys
import warnings

import numpy as np
from sklearn.preprocessing import PowerTransformer

warnings.simplefilter("ignore")
decimal.getcontext().prec = 50
Decimal = decimal.Decimal
rng = np.random.default_rng(20121219)

COLUMNS = {
    "latitudes": 48.1 + rng.normal(0, 0.05, 40),
    "latitudes, rounded": np.round(48.1 + rng.normal(0, 0.05, 60), 4),
    "latitudes within a square": 48.1 + rng.uniform(-0.05, 0.05, 60),
    "longitudes": -122.4 + rng.normal(0, 0.05, 40),
    "pressures": np.round(rng.normal(1013, 8, 80), 1),
    "years": rng.integers(1990, 2025, 80).astype(float),
    "late years": 2024 - np.floor(rng.exponential(8, 40)),
    "prices with a base fee": np.round(250 + rng.gamma(2, 10, 60), 2),
    "prices with a high base fee": np.round(10_000 + rng.lognormal(5, 1, 60), 2),
    "milliseconds within one": 1.7e12 + np.arange(0, 1000, 19),
    "lognormal": rng.lognormal(2, 1, 60),
    "left": 10 - rng.gamma(2, 0.5, 60),
    "normal": rng.normal(3, 2, 60),
    "debts": -rng.lognormal(2, 1, 40),
    "debts and zeros": -np.maximum(0, np.round(rng.normal(2, 3, 40))),
    "two, one of them once": np.array([2.0] * 9 + [3.0]),
    "about 0": rng.normal(0, 1e-3, 40),
    "about 0, skewed": rng.gamma(2, 1e-3, 40) - 1e-3,
    "near 0": rng.gamma(2, 1e-6, 40),
    "times with a -1": np.concatenate([[-1.0], 1.7e9 + rng.integers(0, 86_400, 40)]),
    "from 1e-150 to 1e150": 10 ** rng.uniform(-150, 150, 40),
}


def logarithms(column, method):
    """Pairs: the sign of the exponent that v is raised by, and ln v."""
    values = [Decimal(float(value)) for value in column]
    if method == "box_cox":
        return [(1, value.ln()) for value in values]
    return [(1 if value >= 0 else -1, (1 + abs(value)).ln()) for value in values]


def slope_of(column, method):
    """The derivative of the logarithm of the likelihood, per value, as a function of lambda."""
    pairs = logarithms(column, method)
    n = len(pairs)
    mean_log = sum(sign * log for sign, log in pairs) / n
    if len({sign for sign, _ in pairs}) == 1:
        # Divided by their geometric mean the numbers have the same likelihood; fifty digits are then enough for any lambda.
        pairs = [(sign, log - sign * mean_log) for sign, log in pairs]
        mean_log = Decimal(0)

    def slope(lambda_):
        powers, derivatives = [], []
        for sign, log in pairs:
            exponent = lambda_ if sign > 0 else 2 - lambda_
            power = (exponent * log).exp()
            powers.append(sign * (power - 1) / exponent)
            derivatives.append((log * power * exponent - power + 1) / exponent**2)
        mean, mean_derivative = sum(powers) / n, sum(derivatives) / n
        variance = sum((y - mean) ** 2 for y in powers)
        covariance = sum((y - mean) * (d - mean_derivative) for y, d in zip(powers, derivatives))
        return mean_log - covariance / variance

    return slope


def limits(column, method):
    """Where SciPy seeks."""
    if method == "box_cox":
        low, high = np.log(column.min()), np.log(column.max())
        return (-overflow(-low) if low < 0 else -math.inf), (overflow(high) if high > 0 else math.inf)
    width = math.log1p(20 * np.abs(column).max())
    low = (math.log(sys.float_info.min) - math.log(sys.float_info.epsilon)) / 2 / width
    high = (math.log(sys.float_info.max) + math.log(sys.float_info.epsilon)) / 2 / width
    if (column < 0).all():
        return 2 - high, 2 - low
    return (low, high) if (column >= 0).all() else (max(2 - high, low), min(2 - low, high))


def overflow(log):
    """The lambda by which a power of this logarithm is the largest that SciPy allows: e^(lambda log) / lambda."""
    largest = math.log(sys.float_info.max / 10_000)
    lambda_ = largest / log
    for _ in range(100):
        lambda_ = (largest + math.log(lambda_)) / log
    return lambda_


def likeliest(column, method):
    """Halves an interval that the search of SciPy, or steps uphill, lead to. Lambda, and whether it is a limit."""
    slope = slope_of(column, method)
    low, high = (Decimal(one) for one in limits(column, method))
    # 0 and 2 themselves would be exponents of 0.
    start = Decimal("1.000000001")
    uphill = 1 if slope(start) > 0 else -1
    width = Decimal(1)
    a, b = start, start + uphill * width
    while slope(b) * uphill > 0:
        if not low < b < high:
            return float(low if uphill < 0 else high), True
        width *= 2
        a, b = b, start + uphill * width
    for _ in range(90):
        middle = (a + b) / 2
        if slope(middle) * uphill > 0:
            a = middle
        else:
            b = middle
    limited = not low <= a <= high
    return float(min(max(a, low), high)), limited


def found(column, method):
    transformer = PowerTransformer(method=method.replace("_", "-"))
    return float(transformer.fit(column[:, None]).lambdas_[0])


def case(name, column, method):
    lambda_, limited = likeliest(column, method)
    others = [found(rng.permutation(column), method) for _ in range(20)]
    return {
        "name": name,
        "method": method,
        "column": column.tolist(),
        "lambda": lambda_,
        "limited": limited,
        "sklearn": found(column, method),
        "spread": max(others) - min(others),
    }


cases = [
    case(name, column, method)
    for name, column in COLUMNS.items()
    for method in ("box_cox", "yeo_johnson")
    if method == "yeo_johnson" or column.min() > 0
]
print("[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]")
