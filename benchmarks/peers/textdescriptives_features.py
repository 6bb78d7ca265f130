"""The peer: textdescriptives' measures of a text, in an environment of its own.

    python -m venv .peer && .peer/bin/pip install textdescriptives
    .peer/bin/python benchmarks/peers/textdescriptives_features.py PIPELINE < TEXTS.json

Reads texts as a JSON list, prints JSON: the version, and what its components take for each text beside the parse.
"""

import json
import sys
import time
from importlib.metadata import version

import spacy
import textdescriptives

COMPONENTS = ("descriptive_stats", "readability", "dependency_distance", "pos_proportions")


def main() -> None:
    pipeline = spacy.load(sys.argv[1])
    texts = json.load(sys.stdin)
    docs = [pipeline(text) for text in texts if text.strip()]
    for name in COMPONENTS:
        pipeline.add_pipe(f"textdescriptives/{name}")
    parts = [pipeline.get_pipe(f"textdescriptives/{name}") for name in COMPONENTS]
    spent = []
    for doc in docs:
        start = time.perf_counter()
        for part in parts:
            part(doc)
        textdescriptives.extract_dict(doc)
        spent.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"name": f"textdescriptives {version('textdescriptives')}, 4 components", "ms": spent}))


if __name__ == "__main__":
    main()
