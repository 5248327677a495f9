"""Trains a random model of every objective that the stub knows; writes each as JSON and UBJSON with samples to a folder.

oracle_models.py FOLDER [--seed N] [--rows N] [--trees N] [--depth N] [--samples N] [--only NAME,NAME]
"""

import argparse
import json
import pathlib

import numpy
import xgboost

FEATURES = 6


def targets(objective, signal, random):
    if objective.startswith(("binary", "reg:logistic")):
        return (signal > 0.5).astype(float)
    if objective.startswith("multi"):
        return numpy.digitize(signal, [-1.0, 0.0, 1.0]).astype(float)
    if objective.startswith("rank"):
        return numpy.digitize(signal, [-1.0, 1.0]).astype(float)
    if objective == "count:poisson":
        return numpy.floor(numpy.exp(signal / 2))
    if objective == "survival:cox":
        return numpy.where(random.uniform(size=len(signal)) < 0.7, 1, -1) * numpy.exp(signal / 2)
    if objective.startswith(("reg:gamma", "reg:tweedie", "reg:squaredlogerror", "survival")):
        return numpy.exp(signal / 2)
    return signal


OBJECTIVES = [
    "reg:squarederror", "reg:squaredlogerror", "reg:logistic", "reg:pseudohubererror", "reg:absoluteerror",
    "binary:logistic", "binary:logitraw", "binary:hinge", "multi:softprob", "multi:softmax", "count:poisson",
    "reg:gamma", "reg:tweedie", "survival:cox", "rank:pairwise", "rank:ndcg", "rank:map", "targets",
]


def train(objective, arguments):
    random = numpy.random.RandomState(arguments.seed)
    rows = random.normal(size=(arguments.rows, FEATURES)).round(2)
    signal = rows[:, 0] + rows[:, 1] * rows[:, 2] + 0.3 * random.normal(size=arguments.rows)
    rows[random.uniform(size=rows.shape) < 0.15] = numpy.nan
    parameters = {"objective": objective, "max_depth": arguments.depth, "eta": 0.4, "seed": arguments.seed}
    if objective.startswith("multi"):
        parameters["num_class"] = 4
    if objective == "targets":
        parameters["objective"] = "reg:squarederror"
        matrix = xgboost.DMatrix(rows, numpy.column_stack([signal, -2 * signal]))
    else:
        matrix = xgboost.DMatrix(rows, targets(objective, signal, random))
    if objective == "rank:map":
        matrix.set_label((signal > 0).astype(float))
    if objective.startswith("rank"):
        matrix.set_group([10] * (arguments.rows // 10))
    return xgboost.train(parameters, matrix, arguments.trees), rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--only", default="")
    for option, default in {"seed": 1, "rows": 300, "samples": 20, "trees": 2, "depth": 2}.items():
        parser.add_argument(f"--{option}", type=int, default=default)
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.folder)
    folder.mkdir(parents=True, exist_ok=True)
    trained = []
    for objective in filter(None, arguments.only.split(",")) if arguments.only else OBJECTIVES:
        try:
            booster, rows = train(objective, arguments)
        except (xgboost.core.XGBoostError, ValueError) as error:
            if "Unknown objective" in str(error):
                continue
            raise
        name = objective.replace(":", "-")
        booster.save_model(str(folder / f"{name}.json"))
        booster.save_model(str(folder / f"{name}.ubj"))
        samples = rows[: arguments.samples]
        answers = booster.predict(xgboost.DMatrix(samples)).reshape(len(samples), -1)
        listed = {
            "rows": [[None if numpy.isnan(cell) else cell for cell in row] for row in samples.tolist()],
            "predictions": answers.astype(float).tolist(),
        }
        (folder / f"{name}.samples.json").write_text(json.dumps(listed))
        trained.append(name)
    print(json.dumps({"version": xgboost.__version__, "trained": trained}))


if __name__ == "__main__":
    main()
