"""What a step is exactly, to forty digits: the judge where both sides round, and cancellation magnifies it."""

import decimal
import fractions
import math

# What overflows is infinite.
decimal.setcontext(decimal.Context(prec=40, traps=[]))


def is_number(value):
    return not math.isnan(value)


def to_decimal(fraction):
    return decimal.Decimal(fraction.numerator) / decimal.Decimal(fraction.denominator)


def moments(values):
    """Mean and standard deviation of doubles, or of decimals."""
    exact = [fractions.Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    return to_decimal(mean), to_decimal(variance).sqrt()


def power(value, method, lambda_):
    """The Box-Cox or the Yeo-Johnson transform of a number, before it is standardized."""
    x, lambda_ = decimal.Decimal(value), decimal.Decimal(lambda_)
    if method == "box_cox":
        return x.ln() if lambda_ == 0 else ((x.ln() * lambda_).exp() - 1) / lambda_
    if x < 0:
        return -power(1 - x, "box_cox", 2 - lambda_)
    return power(1 + x, "box_cox", lambda_)


def likelihood(values, method, lambda_):
    """The logarithm of the likelihood that lambda is chosen by, and what rounding to doubles makes of it.

    It is that of normally distributed values of the best mean and variance. Where the variance is small beside the values,
    a double tells little of it.
    """
    transformed = [power(value, method, lambda_) for value in values]
    deviation = moments(transformed)[1]
    if deviation == 0:
        return decimal.Decimal("Infinity"), decimal.Decimal(0)
    if method == "box_cox":
        logarithms = sum(decimal.Decimal(value).ln() for value in values)
    else:
        logarithms = sum(
            (1 + abs(decimal.Decimal(value))).ln() * (1 if value >= 0 else -1) for value in values
        )
    height = -len(values) * deviation.ln() + (decimal.Decimal(lambda_) - 1) * logarithms
    rounding = 4 * len(values) * ROUNDING * max(abs(value) for value in transformed) / deviation
    return height, rounding + ROUNDING * abs(height)


ROUNDING = decimal.Decimal(2) ** -52


def numbers(column):
    return [float(value) for value in column if is_number(value)]


def learned_moments(mean, scale):
    """The exact mean and standard deviation of each column, under two names."""

    def learned(question, _):
        found = [moments(numbers(column)) for column in question.training()]
        return [{mean: float(one), scale: float(other)} for one, other in found]

    return learned


def as_likely(ours, theirs):
    """Whether one likelihood is not below another, but for what doubles cannot tell."""
    return ours[0] >= theirs[0] - theirs[1]


def digits_of_powers(values, lambdas):
    """How many digits a power may lie below the 1 that it is taken from; of the most extreme ones not all are needed."""
    largest = max(abs(math.log10(1 + abs(value))) for value in values)
    smallest = max((-math.log10(abs(value)) for value in values if value != 0), default=0)
    exponent = 2 + max(abs(one) for one in lambdas)
    return min(2000, math.ceil(exponent * max(largest, smallest, 0)))


def learned_power(question, reference):
    """Skewless's lambda, unless the other is likelier; mean and scale of what Skewless's makes."""
    method = question.setting("method", "yeo_johnson")
    found = []
    for column, ours, theirs in zip(question.training(), question.learned, reference):
        values = numbers(column)
        both = (ours["lambda"], float(theirs["lambda"]))
        with decimal.localcontext() as context:
            context.prec += digits_of_powers(values, both)
            right = both[0] if as_likely(*(likelihood(values, method, one) for one in both)) else both[1]
            mean, scale = moments([power(value, method, ours["lambda"]) for value in values])
        found.append({"lambda": right, "mean": float(mean), "scale": float(scale)})
    return found


def rows_of_power(question):
    """Pairs of what is right and how far one may be off: four roundings of the power's exponent, however they show."""
    method = question.setting("method", "yeo_johnson")
    columns = []
    for column, learned in zip(question.columns, question.learned):
        mean, scale = learned.get("mean", 0.0), learned.get("scale", 1.0)

        def exactly(value):
            if not math.isfinite(value) or (method == "box_cox" and value <= 0):
                return math.nan, 0.0
            raised = power(value, method, learned["lambda"])
            right = (raised - decimal.Decimal(mean)) / decimal.Decimal(scale)
            exponent = max(1, abs(learned["lambda"]), abs(2 - learned["lambda"])) * math.log1p(abs(value))
            return float(right), 4 * math.ulp(float(raised)) * max(1, exponent) / scale

        columns.append([exactly(value) for value in column])
    return [list(row) for row in zip(*columns)]
