"""Lets time fly for a Python client: with this folder in PYTHONPATH, what it sleeps between two attempts, or two looks at
an endpoint, is a hundredth. What it tries again, and how often, stays its own."""

import time

_sleep = time.sleep
time.sleep = lambda seconds: _sleep(seconds / 100)
