#!/usr/bin/env python3
"""Writes a fitted scikit-learn ColumnTransformer or Pipeline as JSON, for `skewless import`.

    python export_sklearn.py pipeline.joblib -o pipeline.json --data train.csv --target price
    npx skewless import pipeline.json --name my-model

or, where the estimator was fitted:

    from export_sklearn import export
    json.dump(export(pipeline, data=X_train, target="price"), open("pipeline.json", "w"))

Run it in the environment in which the estimator was fitted. It needs scikit-learn 1.3 or newer, and pandas for --data.

Loading a joblib or pickle file executes code that is in the file: load only what you trust.
"""

import argparse
import json
import math
import sys
import types
import warnings

import numpy
import sklearn
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.pipeline import FeatureUnion, Pipeline

FORMAT = 1

LARGEST_ARRAY = 5_000_000

# What transform needs besides the attributes that fitting made: what is not public, and what is computed when asked for.
MORE = {
    "OneHotEncoder": ["infrequent_categories_"],
    "OrdinalEncoder": ["infrequent_categories_"],
    "PowerTransformer": ["_scaler"],
}


def export(estimator, data=None, target=None, target_transformer=None):
    """
    What a fitted estimator does, as a dict for json.dump.

    data: the DataFrame it was fitted on (other columns in it are left out): gives the types of the inputs, and which of
    them may be missing. No value of it is exported. Of an estimator that was fitted on an array, it gives the names too.
    target: name of what is predicted.
    target_transformer: a fitted transformer of the target, such as a LabelEncoder, where the estimator holds none.
    """
    estimator = getattr(estimator, "best_estimator_", estimator)
    return {
        "skewless_export": FORMAT,
        "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
        "inputs": inputs_of(estimator, data, target),
        "estimator": node_of(estimator),
        "columns_out": columns_out(estimator),
        "target": {
            "name": target,
            "transformer": None if target_transformer is None else node_of(target_transformer),
        },
    }


def inputs_of(estimator, data, target):
    names = attribute_within(estimator, "feature_names_in_")
    if names is None:
        count = attribute_within(estimator, "n_features_in_")
        if count is None:
            raise ValueError("The estimator is not fitted: it does not know its inputs.")
        given = [] if data is None else [column for column in data.columns if column != target]
        if data is not None and len(given) != count:
            raise ValueError(
                f"The estimator was fitted on {count} columns without names, but the data have {len(given)}: "
                f"{', '.join(map(str, given))}."
            )
        names = given or [f"x{i}" for i in range(count)]
    absent = [] if data is None else [name for name in names if name not in data.columns]
    if absent:
        raise ValueError(f"The data have no column {', '.join(map(str, absent))}.")
    return [
        {
            "name": str(name),
            "dtype": None if data is None else dtype_of(data[name]),
            "missing": None if data is None else bool(data[name].isna().any()),
        }
        for name in names
    ]


def dtype_of(series):
    """The dtype's name; that of the categories, where it is a categorical one. Of objects, what they are."""
    dtype = getattr(series.dtype, "categories", series).dtype
    if dtype == object:
        values = series.dropna()
        if all(isinstance(value, bool) for value in values):
            return "bool" if len(values) > 0 else "object"
        if all(isinstance(value, str) for value in values):
            return "str"
    return str(dtype)


def attribute_within(estimator, name):
    """An attribute of an estimator, or of the first one in it that has it."""
    found = getattr(estimator, name, None)
    if found is not None:
        return found
    inner = []
    if isinstance(estimator, Pipeline):
        inner = [step for _, step in estimator.steps]
    elif isinstance(estimator, FeatureUnion):
        inner = [transformer for _, transformer in estimator.transformer_list]
    elif isinstance(estimator, TransformedTargetRegressor):
        inner = [getattr(estimator, "regressor_", None)]
    for part in inner:
        found = attribute_within(part, name)
        if found is not None:
            return found
    return None


def columns_out(estimator):
    """How many columns the model gets; None where scikit-learn does not say."""
    if isinstance(estimator, TransformedTargetRegressor):
        return columns_out(estimator.regressor_)
    if isinstance(estimator, Pipeline):
        steps = [step for _, step in estimator.steps if step is not None and step != "passthrough"]
        if not steps:
            return None
        last = columns_out(steps[-1])
        return last if transforms(steps[-1]) or last is not None or len(steps) < 2 else columns_out(steps[-2])
    if isinstance(estimator, ColumnTransformer):
        return max(places.stop for places in estimator.output_indices_.values())
    try:
        return len(estimator.get_feature_names_out())
    except Exception:
        return None


def transforms(estimator):
    """Whether it makes columns of columns. A model that can do so too, such as LinearDiscriminantAnalysis, is a model."""
    if isinstance(estimator, (Pipeline, TransformedTargetRegressor)):
        return hasattr(estimator, "transform")
    return hasattr(estimator, "transform") and not says(is_classifier, estimator) and not says(is_regressor, estimator)


def says(question, estimator):
    """What scikit-learn says of an estimator; no, where it does not know the tags of another library's."""
    try:
        return question(estimator)
    except Exception:
        return False


def node_of(estimator):
    """An estimator, with those in it."""
    if estimator is None or isinstance(estimator, str):
        return estimator
    node = {"class": class_name(type(estimator))}
    hidden = set()
    if isinstance(estimator, Pipeline):
        hidden = {"steps"}
        node["steps"] = [[name, node_of(step)] for name, step in estimator.steps]
    elif isinstance(estimator, ColumnTransformer):
        hidden = {"transformers", "remainder"}
        places = estimator._transformer_to_input_indices
        node["transformers"] = [
            [name, node_of(transformer), [int(place) for place in places[name]]]
            for name, transformer, _ in estimator.transformers_
        ]
    elif isinstance(estimator, FeatureUnion):
        hidden = {"transformer_list"}
        node["transformers"] = [[name, node_of(inner)] for name, inner in estimator.transformer_list]
    elif isinstance(estimator, TransformedTargetRegressor):
        hidden = {"regressor", "transformer", "func", "inverse_func"}
        node["transformer"] = node_of(estimator.transformer_)
        node["regressor"] = node_of(estimator.regressor_)
    elif not transforms(estimator):
        # A model: the endpoint serves it. Of what it learned, only its classes matter.
        # Older versions of other libraries do not say that they are classifiers.
        classes = getattr(estimator, "classes_", None)
        node["predicts"] = "number" if classes is None and not says(is_classifier, estimator) else "class"
        node["classes"] = plain(classes)
        return node
    parameters = estimator.get_params(deep=False)
    node["parameters"] = {name: plain(value) for name, value in parameters.items() if name not in hidden}
    node["fitted"] = {} if hidden else fitted_of(estimator)
    if isinstance(estimator, ColumnTransformer):
        node["fitted"] = {"sparse_output_": bool(estimator.sparse_output_)}
    return node


def fitted_of(estimator):
    """The attributes that fitting made: by convention they end in an underscore."""
    names = [name for name in vars(estimator) if name.endswith("_") and not name.startswith("_")]
    more = MORE.get(type(estimator).__name__, [])
    return {name: plain(getattr(estimator, name)) for name in [*names, *more] if hasattr(estimator, name)}


def class_name(cls):
    """As it is imported: without the modules that are private."""
    parts = [part for part in cls.__module__.split(".") if not part.startswith("_") or part == "__main__"]
    return ".".join([*parts, cls.__qualname__])


def plain(value):
    """
    A value as JSON. What JSON has no form for is an object with one key: float (nan, inf, -inf), integer (beyond 2^53),
    array (with dtype), dict (pairs), function, type, or unknown (what Python shows of it).
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, numpy.generic) and not isinstance(value, (numpy.datetime64, numpy.timedelta64)):
        return plain(value.item())
    if isinstance(value, int):
        return value if abs(value) < 2**53 else {"integer": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if type(value).__name__ == "NAType":
        return {"float": "nan"}
    if isinstance(value, BaseEstimator):
        return node_of(value)
    if isinstance(value, numpy.ndarray):
        if value.size > LARGEST_ARRAY:
            return {"unknown": f"an array of shape {value.shape}"}
        return {"array": [plain(part) for part in value], "dtype": str(value.dtype)}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {"dict": [[plain(key), plain(part)] for key, part in value.items()]}
    if isinstance(value, type):
        return {"type": value.__name__}
    if isinstance(value, numpy.dtype):
        return {"type": value.name}
    if isinstance(value, numpy.ufunc):
        known = getattr(numpy, value.__name__, None) is value
        return {"function": f"numpy.{value.__name__}" if known else f"ufunc {value.__name__}"}
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)) or hasattr(value, "__qualname__"):
        return {"function": f"{value.__module__}.{value.__qualname__}"}
    return {"unknown": repr(value)[:200]}


def load(path):
    """Loads a joblib or pickle file. This executes code that is in it."""
    import joblib

    try:
        from sklearn.exceptions import InconsistentVersionWarning
    except ImportError:
        sys.exit(f"scikit-learn {sklearn.__version__} is too old: 1.3 or newer is needed.")
    with warnings.catch_warnings():
        # What another version fitted may transform otherwise here, or not at all.
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            return joblib.load(path)
        except InconsistentVersionWarning as warning:
            sys.exit(f"{path}: {warning}\nRun this in the environment in which it was fitted.")
        except OSError as error:
            sys.exit(f"{path} cannot be read: {error.strerror}.")


def main():
    parser = argparse.ArgumentParser(
        description="Writes a fitted scikit-learn ColumnTransformer or Pipeline as JSON, for `skewless import`.",
        epilog="Loading a joblib or pickle file executes code that is in the file: load only what you trust. "
        "Run this in the environment in which the estimator was fitted.",
    )
    parser.add_argument("estimator", help="the fitted estimator, saved by joblib.dump or pickle.dump")
    parser.add_argument("-o", "--output", help="JSON file to write (default: stdout)")
    parser.add_argument(
        "--data", help="CSV file that it was fitted on: gives types and which inputs may be missing; no value is exported"
    )
    parser.add_argument("--target", help="name of what is predicted, a column of the training data")
    parser.add_argument(
        "--target-transformer", help="fitted transformer of the target, such as a LabelEncoder, saved likewise"
    )
    arguments = parser.parse_args()
    data = None
    if arguments.data is not None:
        import pandas

        data = pandas.read_csv(arguments.data)
    transformer = arguments.target_transformer
    try:
        exported = export(
            load(arguments.estimator), data, arguments.target, None if transformer is None else load(transformer)
        )
    except (ValueError, AttributeError) as error:
        sys.exit(f"{arguments.estimator}: {error}")
    text = json.dumps(exported, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        with open(arguments.output, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
