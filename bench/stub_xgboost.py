"""The Python XGBoost library on the rows of a CSV file: stub_xgboost.py MODEL ROWS.

Prints medians as JSON, with as many threads as are fastest: one, as in SageMaker's container, or one a core.
"""

import json
import os
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


def median_ms(function, threads):
    booster.set_param("nthread", threads)
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def best_ms(function):
    return min(median_ms(function, threads) for threads in {1, os.cpu_count()})


versions = f"Python {platform.python_version()}, xgboost {xgboost.__version__}"
print(json.dumps({"fromArrayMs": best_ms(lambda: predict(cells)), "fromCsvMs": best_ms(from_csv), "versions": versions}))
