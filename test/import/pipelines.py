"""
Fitted scikit-learn pipelines with what they make of rows: python pipelines.py FOLDER SEED COUNT

Writes for each case FOLDER/<case>.json (what tools/export_sklearn.py exports, the rows, what scikit-learn makes of them),
<case>.raw.csv and <case>.out.csv. The cases are those that are named below, and COUNT random ones from SEED on.
"""

import json
import math
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import FeatureHasher
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    LabelEncoder,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
from export_sklearn import export  # noqa: E402

WORDS = ["red", "green", "blue", "Grün", "a,b", 'quo"te', "01", " spaced ", "nan?", "日本", "😀", "ｅ"]


def frame_of(rng, rows, missing=True):
    """A frame with columns of every type; those that may be missing are so in some of the rows."""

    def holes(values, share):
        values = pd.Series(values)
        if not missing:
            return values
        values = values.astype(object) if values.dtype.kind in "OU" else values.astype(float)
        hidden = rng.random(rows) < share
        hidden[int(rng.integers(rows))] = True
        return values.mask(hidden)

    return pd.DataFrame(
        {
            "f": rng.normal(3, 10, rows),
            "g": holes(rng.normal(0, 1, rows) * 10.0 ** rng.integers(-3, 4), 0.2),
            "pos": rng.lognormal(0, 1, rows),
            "posm": holes(rng.lognormal(1, 0.5, rows), 0.1),
            "i": rng.integers(-5, 6, rows),
            "im": holes(rng.integers(0, 4, rows), 0.15),
            "big": rng.integers(10**9, 10**12, rows),
            "b": rng.random(rows) < 0.4,
            "s": rng.choice(WORDS[: rng.integers(2, len(WORDS))], rows),
            "sm": holes(rng.choice(WORDS[:4], rows, p=[0.6, 0.25, 0.1, 0.05]), 0.15),
            "code": rng.choice([10, 20, 30], rows),
            "flag": rng.choice(["yes", "no"], rows),
        }
    )


NUMBERS = ["f", "pos", "i", "big"]
HOLED = ["g", "posm", "im"]
CATEGORIES = ["s", "code", "b", "flag"]


def scaler(rng, positive=False):
    """A scaler, whether it takes missing values, and whether it is plain arithmetic."""
    flip = lambda: bool(rng.random() < 0.5)  # noqa: E731
    plain = [
        StandardScaler(with_mean=flip(), with_std=flip()),
        MinMaxScaler(feature_range=[(0, 1), (-1, 2.5)][int(flip())], clip=flip()),
        MaxAbsScaler(),
        RobustScaler(
            with_centering=flip(),
            with_scaling=flip(),
            quantile_range=[(25.0, 75.0), (10, 85.5)][int(flip())],
            unit_variance=flip(),
        ),
        QuantileTransformer(n_quantiles=int(rng.integers(2, 40))),
        "passthrough",
    ]
    bent = [
        PowerTransformer(standardize=flip()),
        PowerTransformer("box-cox", standardize=flip()) if positive else PowerTransformer(),
        QuantileTransformer(n_quantiles=30, output_distribution="normal"),
    ]
    if rng.random() < 0.7:
        return plain[rng.integers(len(plain))], True
    return bent[rng.integers(len(bent))], False


def imputer(rng, numbers=True):
    strategy = rng.choice(["mean", "median", "most_frequent", "constant"] if numbers else ["most_frequent", "constant"])
    fill = {"fill_value": -1.5 if numbers else "none"} if strategy == "constant" else {}
    return SimpleImputer(strategy=str(strategy), add_indicator=bool(numbers and rng.random() < 0.3), **fill)


def numeric_branch(rng, columns, products):
    steps, exact = [], True
    if any(column in HOLED for column in columns):
        steps.append(("fill", imputer(rng)))
    positive = not steps and set(columns) <= {"pos"}
    if positive and rng.random() < 0.4:
        steps.append(("log", FunctionTransformer([np.log, np.log1p, np.sqrt][int(rng.integers(3))])))
        exact, positive = False, False
    for k in range(int(rng.integers(0, 3))):
        step, plain = scaler(rng, positive)
        steps.append((f"scale{k}", step))
        exact, positive = exact and plain, False
    kind = rng.random()
    if kind < 0.15:
        encode = str(rng.choice(["onehot", "onehot-dense", "ordinal"]))
        strategy = str(rng.choice(["uniform", "quantile", "kmeans"]))
        method = str(rng.choice(["linear", "averaged_inverted_cdf", "median_unbiased"]))
        steps.append(
            ("bins", KBinsDiscretizer(int(rng.integers(2, 5)), encode=encode, strategy=strategy, quantile_method=method))
        )
    elif products and kind < 0.3 and not any(getattr(step, "add_indicator", False) for _, step in steps):
        degree = [2, 3, (1, 2), (2, 2)][int(rng.integers(4))]
        steps.append(
            ("poly", PolynomialFeatures(degree, interaction_only=bool(rng.random() < 0.3), include_bias=False))
        )
    return (Pipeline(steps) if steps else "passthrough"), exact


def category_branch(rng, columns):
    steps, exact = [], True
    if rng.random() < 0.3 and all(column in ("s", "sm", "flag") for column in columns):
        steps.append(("fill", imputer(rng, numbers=False)))
    grouping = {}
    if rng.random() < 0.5:
        grouping["min_frequency"] = [int(rng.integers(2, 12)), 0.15][int(rng.random() < 0.5)]
    if rng.random() < 0.3:
        grouping["max_categories"] = int(rng.integers(2, 5))
    kind = rng.random()
    if kind < 0.5:
        unknown = str(rng.choice(["error", "ignore", "infrequent_if_exist", "warn"]))
        drop = [None, "first", "if_binary"][int(rng.integers(3))]
        steps.append(("hot", OneHotEncoder(handle_unknown=unknown, drop=drop, sparse_output=False, **grouping)))
    elif kind < 0.75:
        unknown = rng.random() < 0.5
        given = {"handle_unknown": "use_encoded_value", "unknown_value": [-1, np.nan][int(rng.random() < 0.5)]}
        missing = {"encoded_missing_value": -2} if rng.random() < 0.5 else {}
        steps.append(("ordinal", OrdinalEncoder(**(given if unknown else {}), **missing, **grouping)))
    else:
        smooth = ["auto", 5.0][int(rng.random() < 0.5)]
        steps.append(("target", TargetEncoder(smooth=smooth, cv=3)))
    if rng.random() < 0.3:
        step, plain = scaler(rng)
        steps.append(("scale", step))
        exact = exact and plain
    return Pipeline(steps), exact


def random_case(seed):
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(30, 120))
    known = rng.random() < 0.8
    train, test = frame_of(rng, rows, known), frame_of(rng, 40, known)
    if rng.random() < 0.3:
        test.loc[::3, "s"] = "never seen"
    pick = lambda names, most: [str(name) for name in rng.permutation(names)[: rng.integers(1, most + 1)]]  # noqa: E731
    branches, exact, products = [], True, True
    for k in range(int(rng.integers(1, 5))):
        if rng.random() < 0.55:
            columns = pick(NUMBERS + HOLED if known else NUMBERS, 4)
            branch, plain = numeric_branch(rng, columns, products)
            # Two of them would call columns alike.
            products = products and "poly" not in getattr(branch, "named_steps", {})
        else:
            columns = pick(CATEGORIES + ["sm"], 3)
            branch, plain = category_branch(rng, columns)
        branches.append((f"branch {k}", branch, columns))
        exact = exact and plain
    # What cannot be a number may not remain.
    branches.append(("gone", "drop", ["s", "sm", "flag"]))
    if not known:
        branches.append(("gone too", "drop", ["b"]))
    remainder = ["drop", "passthrough"][int(rng.random() < 0.5)]
    if remainder == "passthrough":
        test = test if known else test.assign(b=False)
    estimator = ColumnTransformer(branches, remainder=remainder)
    if rng.random() < 0.3:
        step, plain = scaler(rng)
        estimator = Pipeline([("preprocess", estimator), ("last", step)])
        exact = exact and plain
    y = train["f"].to_numpy() * 2 + rng.normal(0, 1, rows)
    estimator.fit(train, y)
    try:
        expected = dense(estimator.transform(test))
    except ValueError:
        test = train
        expected = dense(estimator.transform(test))
    return {"estimator": estimator, "rows": test, "expected": expected, "exact": exact, "data": train if known else None}


def dense(matrix):
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix, dtype=float)


def case(estimator, frame, y=None, exact=True, data=True, rows=None, **kwargs):
    """A named case, fitted here."""
    estimator.fit(frame, y)
    rows = frame if rows is None else rows
    inner = getattr(estimator, "best_estimator_", estimator)
    inner = getattr(inner, "regressor_", inner)
    if isinstance(inner, Pipeline) and not hasattr(inner, "transform"):
        inner = inner[:-1]
    expected = dense(inner.transform(rows)) if hasattr(inner, "transform") else dense(rows)
    return {
        "estimator": estimator,
        "rows": pd.DataFrame(rows),
        "expected": expected,
        "exact": exact,
        "data": frame if data is True else None,
        **kwargs,
    }


def named_cases():
    rng = np.random.default_rng(7)
    full = frame_of(rng, 60)
    numbers = full[["f", "pos", "i"]]
    y = np.exp(full["f"] / 10) + 1
    hot = OneHotEncoder
    functions = [
        np.log1p, np.square, np.abs, np.fabs, abs, np.rint, np.asarray, np.array, None,
    ]  # fmt: skip
    yield "functions", case(
        ColumnTransformer([(f"f{i}", FunctionTransformer(f), ["f" if i else "pos"]) for i, f in enumerate(functions)]),
        numbers, exact=False,
    )  # fmt: skip
    yield "logarithms", case(
        ColumnTransformer([(f.__name__, FunctionTransformer(f), ["pos"]) for f in (np.log, np.sqrt)]), numbers, exact=False
    )
    keywords = [
        (np.clip, {"a_min": -1, "a_max": 2.5}), (np.clip, {"a_min": 0, "a_max": None}), (np.clip, {"min": 1, "max": 3}),
        (np.round, {"decimals": 2}), (np.around, {"decimals": -1}), (np.round, None),
    ]  # fmt: skip
    yield "functions with keywords", case(
        ColumnTransformer([(f"f{i}", FunctionTransformer(f, kw_args=k), ["f"]) for i, (f, k) in enumerate(keywords)]),
        numbers,
    )
    yield "hashing", case(
        ColumnTransformer(
            [
                ("a", make_pipeline(SimpleImputer(strategy="constant", fill_value="?"), FeatureHasher(8, input_type="string")), ["sm"]),
                ("b", make_pipeline(FunctionTransformer(np.asarray), FeatureHasher(5, input_type="string", alternate_sign=False)), ["s"]),
            ],
            sparse_threshold=0,
        ),
        full,
    )  # fmt: skip
    yield "indicators", case(
        ColumnTransformer(
            [
                ("some", MissingIndicator(error_on_new=False), ["f", "g", "sm"]),
                ("all", MissingIndicator(features="all"), ["g", "i"]),
                ("strict", MissingIndicator(), ["im", "i"]),
                ("filled", SimpleImputer(strategy="median", add_indicator=True), ["g", "posm"]),
            ]
        ),
        full,
    )
    empty = full.assign(empty=np.nan)
    yield "a column without values", case(
        ColumnTransformer([("num", make_pipeline(SimpleImputer(), StandardScaler()), ["empty", "g"])]), empty
    )
    yield "an empty column kept", case(
        ColumnTransformer([("num", SimpleImputer(keep_empty_features=True), ["empty", "g"])]), empty
    )
    yield "sparse columns", case(
        Pipeline([("pre", ColumnTransformer([("hot", hot(), ["s"]), ("num", MaxAbsScaler(), ["pos"])])), ("max", MaxAbsScaler()), ("q", QuantileTransformer(n_quantiles=10))]),
        full,
    )  # fmt: skip
    yield "a function as strategy", case(
        ColumnTransformer([("num", SimpleImputer(strategy=top), ["g", "im"])]), full
    )
    yield "categories given", case(
        ColumnTransformer(
            [
                ("hot", hot(categories=[["blue", "red", "green", "Grün", "new"], [10, 20, 30]], handle_unknown="ignore"), ["sm", "code"]),
                ("grouped", hot(categories=[WORDS], min_frequency=9, handle_unknown="infrequent_if_exist"), ["s"]),
                ("ordinal", OrdinalEncoder(categories=[["yes", "no"]]), ["flag"]),
            ]
        ),
        full,
    )  # fmt: skip
    yield "drops", case(
        ColumnTransformer(
            [
                ("first", hot(drop="first"), ["flag", "code"]),
                ("binary", hot(drop="if_binary"), ["flag", "b", "code"]),
                ("listed", hot(drop=["no", 10]), ["flag", "code"]),
            ]
        ),
        full,
    )
    yield "a boolean with missing values", case(
        ColumnTransformer([("hot", hot(), ["b"])]), full.assign(b=full["b"].astype(object).mask(full["f"] > 9, np.nan))
    )
    yield "categorical columns", case(
        ColumnTransformer([("hot", hot(), ["s", "code"])]), full.astype({"s": "category", "code": "category"})
    )
    yield "bins of one number", case(
        ColumnTransformer([("bins", KBinsDiscretizer(3), ["one", "f"])]), full.assign(one=1.5)
    )
    yield "numbers of bins", case(
        ColumnTransformer([("bins", KBinsDiscretizer([2, 5], strategy="uniform", encode="ordinal"), ["pos", "f"])]), full
    )
    yield "a union", case(
        FeatureUnion(
            [
                ("scaled", StandardScaler()),
                ("poly", PolynomialFeatures(2)),
                ("as is", "passthrough"),
                ("not", "drop"),
            ]
        ),
        numbers,
    )
    yield "polynomials of scaled columns", case(
        ColumnTransformer(
            [
                ("poly", make_pipeline(StandardScaler(), PolynomialFeatures((0, 3)), MinMaxScaler()), ["f", "pos", "i"]),
                ("alone", PolynomialFeatures(3, include_bias=False), ["f"]),
            ]
        ),
        numbers,
    )  # fmt: skip
    inner = ColumnTransformer([("hot", hot(sparse_output=False), ["s"]), ("num", StandardScaler(), ["f", "pos"])])
    inner.set_output(transform="pandas")
    rest = slice(-2, None)
    yield "a ColumnTransformer after another", case(
        Pipeline(
            [
                ("first", inner),
                ("second", ColumnTransformer([("scale", MinMaxScaler(), rest)], remainder=MaxAbsScaler())),
            ]
        ),
        full,
    )
    yield "columns by every way", case(
        ColumnTransformer(
            [
                ("slice", StandardScaler(), slice("f", "pos")),
                ("mask", RobustScaler(), np.arange(full.shape[1]) == 4),
                ("selector", hot(), make_column_selector(dtype_include=bool)),
                ("place", MinMaxScaler(), [6]),
                ("none", StandardScaler(), []),
            ]
        ),
        full,
    )
    yield "an array without names", case(
        make_pipeline(StandardScaler(), PolynomialFeatures(2)), numbers.to_numpy(), data=False,
        rows=numbers.set_axis(["x0", "x1", "x2"], axis=1).to_numpy(),
    )  # fmt: skip
    pre = ColumnTransformer([("num", StandardScaler(), ["f", "pos"]), ("hot", hot(), ["flag"])])
    yield "a target of log1p", case(
        make_pipeline(pre, TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1)),
        full, y, targets=[0.5, 3, 20],
    )  # fmt: skip
    for name, transformer in [
        ("standard", StandardScaler()), ("minmax", MinMaxScaler((1, 2))), ("boxcox", PowerTransformer("box-cox")),
        ("yeojohnson", PowerTransformer(standardize=False)),
        ("sqrt", FunctionTransformer(np.sqrt, np.square)), ("log", FunctionTransformer(np.log, np.exp)),
        ("identity", FunctionTransformer()),
    ]:  # fmt: skip
        yield f"a target of {name}", case(
            TransformedTargetRegressor(make_pipeline(pre, LinearRegression()), transformer=transformer),
            full, y, targets=[0.5, 3, 20],
        )  # fmt: skip
    yield "two classes", case(
        make_pipeline(pre, StandardScaler(with_mean=False), LogisticRegression()), full, full["s"] == "red"
    )
    yield "three classes", case(
        GridSearchCV(make_pipeline(pre, RandomForestClassifier(5)), {"randomforestclassifier__max_depth": [1, 2]}, cv=2),
        full, full["code"],
    )  # fmt: skip
    yield "classes of a LabelEncoder", case(
        make_pipeline(pre, RandomForestClassifier(3)),
        full,
        LabelEncoder().fit_transform(full["sm"].fillna("none")),
        target_transformer=LabelEncoder().fit(full["sm"].fillna("none")),
    )
    yield "two classes encoded", case(
        ColumnTransformer([("target", TargetEncoder(cv=2), ["s", "code"])]), full, full["flag"],
        target_transformer=LabelEncoder().fit(full["flag"]),
    )  # fmt: skip
    yield "classes of another library", case(make_pipeline(pre, Untagged()), full, full["code"])
    yield "a model alone", case(LinearRegression(), numbers, y)


class Untagged:
    """A classifier of a library that does not know scikit-learn's tags."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[0], X.shape[0])


def top(values):
    return np.max(values)


def value_of(value):
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def targets_of(estimator, targets):
    """What the target's transform makes of targets, and what its inverse makes of that."""
    while not isinstance(estimator, TransformedTargetRegressor):
        estimator = estimator.steps[-1][1]
    column = np.array(targets, dtype=float)[:, None]
    forward = estimator.transformer_.transform(column)
    return [targets, forward.ravel().tolist(), estimator.transformer_.inverse_transform(forward).ravel().tolist()]


def write(folder, name, estimator, rows, expected, exact, data, targets=None, target_transformer=None):
    exported = export(estimator, data, target="y", target_transformer=target_transformer)
    rows = rows.set_axis([given["name"] for given in exported["inputs"]], axis=1)
    cells = [[value_of(value) for value in row] for row in rows.astype(object).to_numpy().tolist()]
    content = {
        "name": name,
        "export": exported,
        "columns": list(rows.columns),
        "rows": cells,
        "expected": [[value_of(value) for value in row] for row in expected.tolist()],
        "exact": exact,
        "targets": None if targets is None else targets_of(estimator, targets),
    }
    (folder / f"{name}.json").write_text(json.dumps(content, allow_nan=False))
    rows.to_csv(folder / f"{name}.raw.csv", index=False)
    pd.DataFrame(expected).to_csv(folder / f"{name}.out.csv", index=False, header=False)


def main():
    folder, seed, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    warnings.simplefilter("ignore")
    for name, parts in named_cases():
        write(folder, name, **parts)
    for i in range(seed, seed + count):
        try:
            parts = random_case(i)
        except ValueError as error:
            # A random pipeline that scikit-learn itself refuses, such as a box-cox of what is no longer positive.
            print(f"random {i}: {error}")
            continue
        write(folder, f"random {i}", **parts)


if __name__ == "__main__":
    main()
