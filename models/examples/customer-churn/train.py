"""Trains the customer-churn model: sets written by `skewless transform` in, an XGBoost JSON model out."""

import argparse
import pathlib
import shutil
import tempfile

import xgboost

ROUNDS = 60
PARAMETERS = {"max_depth": 2, "eta": 0.2, "objective": "binary:logistic", "eval_metric": ["logloss", "auc"]}


def read(path):
    """Reads a set (no header, the target first) with XGBoost's own CSV reader, as SageMaker's container does.

    An empty cell is a missing value to it.
    """
    with tempfile.TemporaryDirectory() as folder:
        # XGBoost takes a URI, not a path: a copy with a plain name keeps `?` and `#` of the real one out of it.
        copy = pathlib.Path(folder, "set.csv")
        shutil.copyfile(path, copy)
        return xgboost.DMatrix(f"{copy}?format=csv&label_column=0")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("training_set", help="CSV without a header: 1 for a customer who leaves, else 0; then the features")
    parser.add_argument("validation_set", help="the same, of other customers")
    parser.add_argument("test_set", help="the same, of customers from whom `skewless fit` learned nothing either")
    parser.add_argument(
        "-o",
        "--output",
        default=pathlib.Path(__file__).with_name("xgboost.json"),
        help="where the model goes (default: xgboost.json beside this script)",
    )
    arguments = parser.parse_args()

    training, validation, test = map(read, [arguments.training_set, arguments.validation_set, arguments.test_set])
    print(f"{training.num_row()} rows to train, {validation.num_row()} to validate, {test.num_row()} to test")
    model = xgboost.train(
        PARAMETERS,
        training,
        num_boost_round=ROUNDS,
        # Watched only: nothing is chosen by them.
        evals=[(training, "train"), (validation, "validation"), (test, "test")],
        verbose_eval=10,
    )
    # `train` leaves the best round behind as an attribute; without early stopping it says nothing.
    model.set_attr(best_iteration=None, best_ntree_limit=None)
    model.save_model(arguments.output)
    print(f"{arguments.output}: {pathlib.Path(arguments.output).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
