"""Loads the dice of a Python client: with this folder in PYTHONPATH its waits between two attempts, which botocore draws
from random.random, are short. What it retries, and how often, stays its own."""

import random

random.random = lambda: 0.0001
