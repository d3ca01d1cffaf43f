#!/usr/bin/env python3
"""A trainer for Driftwatch in Python's standard library: naive Bayes.

It reads the job from its working directory and leaves the result there, as
docs/trainers.md describes. Numbers are cut into bins at their deciles, anything
else is taken as a category; each feature then votes with the log-odds of the
label among the training rows that had the same bin or category.
"""

import bisect
import json
import math
from collections import Counter, defaultdict

SMOOTHING = 1.0  # rows added to every count, so that a rare value is no certainty


def rows(name):
    with open(name, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def say(message):
    # Driftwatch shows the newest line; flush, or it arrives only at the end.
    print(json.dumps({"message": message}), flush=True)


def learn_edges(train):
    """The deciles of each feature that holds numbers."""
    numbers = defaultdict(list)
    for row in train:
        for feature, value in row["features"].items():
            if is_number(value):
                numbers[feature].append(value)
    return {
        feature: sorted({sorted(values)[len(values) * k // 10] for k in range(1, 10)})
        for feature, values in numbers.items()
    }


def cell(model, feature, value):
    """The bin or category of a value, as the text under which it is counted."""
    if is_number(value) and feature in model["edges"]:
        return "bin %d" % bisect.bisect_right(model["edges"][feature], value)
    return "value " + json.dumps(value)


def learn(train):
    model = {"edges": learn_edges(train), "votes": {}}
    labels = Counter(row["actual"] for row in train)
    model["prior"] = math.log((labels[True] + SMOOTHING) / (labels[False] + SMOOTHING))
    for feature in sorted({f for row in train for f in row["features"]}):
        counts = {True: Counter(), False: Counter()}
        for row in train:
            if feature in row["features"]:
                counts[row["actual"]][cell(model, feature, row["features"][feature])] += 1
        seen = set(counts[True]) | set(counts[False])
        room = SMOOTHING * len(seen)
        model["votes"][feature] = {
            c: math.log((counts[True][c] + SMOOTHING) / (sum(counts[True].values()) + room))
            - math.log((counts[False][c] + SMOOTHING) / (sum(counts[False].values()) + room))
            for c in sorted(seen)
        }
        say("learnt " + feature)
    return model


def score(model, features):
    odds = model["prior"]
    for feature, value in features.items():
        odds += model["votes"].get(feature, {}).get(cell(model, feature, value), 0.0)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def main():
    with open("description.json", encoding="utf-8") as file:
        description = json.load(file)
    train = list(rows("train.ndjson"))
    if len({row["actual"] for row in train}) < 2:
        # The last line before a non-zero exit is shown as the reason.
        raise SystemExit("all training rows have the same label")
    say("training %s on %d rows" % (description["model_type"], len(train)))
    model = learn(train)

    with open("artifact", "w", encoding="utf-8") as file:
        json.dump(model, file, sort_keys=True)
    with open("predictions.ndjson", "w", encoding="utf-8") as file:
        for row in rows("holdout.ndjson"):
            s = score(model, row["features"])
            line = {"prediction_id": row["prediction_id"], "score": s, "predicted": s >= 0.5}
            file.write(json.dumps(line) + "\n")
    right = sum((score(model, row["features"]) >= 0.5) == row["actual"] for row in train)
    with open("metrics.json", "w", encoding="utf-8") as file:
        json.dump({"rows": len(train), "training_accuracy": right / len(train)}, file)


if __name__ == "__main__":
    main()
