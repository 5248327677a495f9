"""Python's readers of the bodies that endpoints get: each body as rows of numbers, null where missing."""

import io
import json
import sys
import tempfile


def rows_of(matrix, columns):
    """A sparse matrix, zeros kept, as rows; what it does not hold, or holds as NaN, is missing."""
    rows = []
    for start, end in zip(matrix.indptr[:-1], matrix.indptr[1:]):
        row = [None] * columns
        for column, value in zip(matrix.indices[start:end], matrix.data[start:end]):
            row[column] = None if value != value else float(value)
        rows.append(row)
    return rows


def sklearn(bodies):
    """scikit-learn's loader with its defaults, which guess whether columns count from 0 or from 1; pandas; NumPy."""
    import numpy
    import pandas
    from sklearn.datasets import load_svmlight_file

    columns = bodies["columns"]
    libsvm, _ = load_svmlight_file(io.BytesIO(bodies["libsvm"].encode()), n_features=columns)
    csv = pandas.read_csv(io.StringIO(bodies["csv"]), float_precision="round_trip").to_numpy(dtype=float)
    # As the SageMaker containers' decoder of JSON does it: a null becomes NaN.
    matrix = numpy.array(json.loads(bodies["json"]), dtype=float)
    dense = {"csv": csv.tolist(), "json": matrix.tolist()}
    read = {name: [[None if cell != cell else cell for cell in row] for row in rows] for name, rows in dense.items()}
    return {"libsvm": rows_of(libsvm, columns), **read}


def xgboost(bodies):
    """XGBoost's own loader of files; and its container's way: words with a colon, into a sparse matrix."""
    import numpy
    import xgboost
    from scipy.sparse import csr_matrix

    columns = bodies["columns"]
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(bodies["libsvm"] + "\n")
        file.flush()
        try:
            from_file = rows_of(xgboost.DMatrix(f"{file.name}?format=libsvm").get_data(), columns)
        except xgboost.core.XGBoostError:
            from_file = "refused"
    words = [
        (row, *word.split(":"))
        for row, line in enumerate(bodies["libsvm"].strip().split("\n"))
        for word in line.split(" ")
        if ":" in word
    ]
    places = ([row for row, _, _ in words], [int(column) for _, column, _ in words])
    matrix = csr_matrix((numpy.array([value for _, _, value in words]).astype(float), places))
    return {"file": from_file, "container": rows_of(xgboost.DMatrix(matrix).get_data(), columns)}


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump({"sklearn": sklearn, "xgboost": xgboost}[sys.argv[1]](asked), sys.stdout)
