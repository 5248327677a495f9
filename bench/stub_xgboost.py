"""The Python XGBoost library on the rows of a CSV file: stub_xgboost.py MODEL ROWS. Prints medians as JSON."""

import json
import platform
import statistics
import sys
import time

import numpy
import xgboost

RUNS = 200

booster = xgboost.Booster(model_file=sys.argv[1])
with open(sys.argv[2]) as file:
    text = file.read()
cells = numpy.array([row.split(",") for row in text.split("\n")]).astype(float)


def predict(array):
    return booster.predict(xgboost.DMatrix(array), validate_features=False)


def from_csv():
    array = numpy.array([row.split(",") for row in text.split("\n")]).astype(float)
    return "\n".join(map(str, predict(array).tolist())) + "\n"


def median_ms(function):
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


versions = f"Python {platform.python_version()}, xgboost {xgboost.__version__}"
print(json.dumps({"fromArrayMs": median_ms(lambda: predict(cells)), "fromCsvMs": median_ms(from_csv), "versions": versions}))
