"""How a test talks to a Python client: a line of JSON on stdin for each call, a line of JSON on stdout for its answer.

A call: {"id": 1, "do": "name of a function", "with": {...}}. Its answer: {"id": 1, "answer": ...} or {"id": 1, "error": ...}.
Calls run side by side, each in a thread.
"""

import json
import sys
import threading
import traceback

from botocore.exceptions import ClientError

_lock = threading.Lock()


def _described(error):
    """What a caller can tell of an error, in the form that all clients of these tests have in common."""
    if isinstance(error, ClientError):
        response = error.response
        return {
            "name": response["Error"]["Code"],
            "class": type(error).__name__,
            "message": response["Error"].get("Message"),
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
            "originalStatus": response.get("OriginalStatusCode"),
        }
    return {"name": type(error).__name__, "message": str(error)[:500]}


def _say(line):
    text = json.dumps(line, default=str)
    with _lock:
        print(text, file=_stdout, flush=True)


def _run(functions, line):
    call = json.loads(line)
    try:
        _say({"id": call["id"], "answer": functions[call["do"]](**call["with"])})
    except Exception as error:
        if not isinstance(error, ClientError):
            traceback.print_exc()
        _say({"id": call["id"], "error": _described(error)})


# What libraries print must not come between the answers.
_stdout, sys.stdout = sys.stdout, sys.stderr


def serve(**functions):
    """Answers calls until stdin ends."""
    for line in sys.stdin:
        threading.Thread(target=_run, args=(functions, line), daemon=True).start()


def in_batches(rows, size):
    """Rows in lists of `size`, the last one shorter."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
