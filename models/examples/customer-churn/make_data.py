"""Makes the customers of the customer-churn example: two CSV files, the same on every machine.

There are no such customers. Whether one leaves is drawn with a probability that depends on what the columns hold, so
that a model has something to find, and on chance, so that it cannot find it all.
"""

import argparse
import csv
import datetime
import math
import pathlib
import random

SEED = 5
# What Python promises to be the same in every version is `random()` alone: all else is made from it.
draw = random.Random(SEED).random

COLUMNS = [
    "as_of", "joined", "last_login", "plan", "payment", "town", "satisfaction",
    "monthly_fee", "data_gb", "support_calls", "autopay", "churned",
]  # fmt: skip

# Plan: how many have it, the fee of a month, how much more (or less) they leave.
PLANS = {
    "basic": (0.42, 15, 0.5),
    "standard": (0.30, 25, 0.0),
    "premium": (0.15, 45, -0.3),
    "family": (0.10, 60, -0.6),
    "student": (0.02, 9, 0.4),
    "flat-2009": (0.006, 19, -1.2),
    "staff": (0.004, 5, -1.5),
}
PAYMENTS = {"card": (0.45, -0.2), "direct debit": (0.35, -0.5), "invoice": (0.15, 0.4), "voucher": (0.05, 1.2)}
SATISFACTIONS = {"bad": (0.10, 1.4), "fair": (0.25, 0.5), "good": (0.45, -0.3), "excellent": (0.20, -0.9)}
TOWNS = (
    "Aachen Augsburg Berlin Bielefeld Bochum Bonn Bremen Chemnitz Dortmund Dresden Duisburg Düsseldorf Erfurt Essen "
    "Frankfurt Freiburg Halle Hamburg Hannover Karlsruhe Kassel Kiel Köln Krefeld Leipzig Lübeck Magdeburg Mainz "
    "Mannheim München Münster Nürnberg Oberhausen Potsdam Rostock Saarbrücken Stuttgart Ulm Wiesbaden Wuppertal"
).split()
FIRST_DAY = datetime.datetime(2024, 1, 1)


def choose(table):
    """A key of the table; the first number of its entry says how often."""
    left = draw() * sum(entry[0] for entry in table.values())
    for key, entry in table.items():
        left -= entry[0]
        if left < 0:
            return key
    return key


def bell():
    """Near enough to a normal deviate, from sums alone."""
    return sum(draw() for _ in range(12)) - 6


def mostly(value, share_missing):
    """The value, or nothing: an empty cell."""
    return "" if draw() < share_missing else value


def customer(town_effects, first_day, days):
    as_of = first_day + datetime.timedelta(seconds=int(draw() * days * 86_400))
    tenure_days = 3000 * draw() * draw()
    joined = as_of - datetime.timedelta(seconds=int(tenure_days * 86_400))
    idle_days = min(tenure_days, 60 * draw() ** 3)
    last_login = as_of - datetime.timedelta(seconds=int(idle_days * 86_400))
    plan, payment, satisfaction = choose(PLANS), choose(PAYMENTS), choose(SATISFACTIONS)
    # Most live in a few large towns.
    town = TOWNS[int(len(TOWNS) * draw() * draw())]
    fee = round(PLANS[plan][1] * (1 + 0.1 * bell()), 2)
    gigabytes = round(0.2 + 20 * draw() ** 4 * (1 + draw()), 2)
    calls = int(6 * draw() ** 3)
    autopay = payment != "invoice" and draw() < 0.7
    never_logged_in = draw() < 0.08
    log_odds = (
        -1.6
        + PLANS[plan][2]
        + PAYMENTS[payment][1]
        + SATISFACTIONS[satisfaction][1]
        + town_effects[town]
        + (1.2 if tenure_days < 180 else -0.0004 * tenure_days)
        + (0.9 if never_logged_in else 0.03 * idle_days)
        + 0.35 * calls
        + 0.02 * (fee - PLANS[plan][1])
        - 0.02 * gigabytes
        - (0.5 if autopay else 0)
        # More leave in winter, when contracts end.
        + 0.5 * math.cos((as_of.month - 1) / 12 * 2 * math.pi)
        + 0.5 * bell()
    )
    leaves = draw() < 1 / (1 + math.exp(-log_odds))
    return [
        as_of,
        joined,
        "" if never_logged_in else last_login,
        plan,
        mostly(payment, 0.04),
        mostly(town, 0.02),
        # Not everybody answers the survey.
        mostly(satisfaction, 0.35),
        mostly(fee, 0.03),
        mostly(gigabytes, 0.12),
        calls,
        "true" if autopay else "false",
        "leaves" if leaves else "stays",
    ]


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    leaving = sum(row[-1] == "leaves" for row in rows)
    print(f"{path}: {len(rows):,} customers, {leaving:,} leave")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=".", help="where to write churn.csv and churn-later.csv (default: here)")
    folder = pathlib.Path(parser.parse_args().folder)
    town_effects = {town: 0.5 * bell() for town in TOWNS}
    write(folder / "churn.csv", [customer(town_effects, FIRST_DAY, 366) for _ in range(6000)])
    # The year after: what nothing was learned from.
    later = FIRST_DAY + datetime.timedelta(days=366)
    write(folder / "churn-later.csv", [customer(town_effects, later, 365) for _ in range(4000)])


if __name__ == "__main__":
    main()
