"""The peer: litellm's `compress`, in an environment of its own (its pins clash with ours).

    python -m venv .peer && .peer/bin/pip install litellm
    .peer/bin/python benchmarks/peers/litellm_compress.py MESSAGES.json TARGET_TOKENS REPEATS

Reads a conversation as a JSON list, prints JSON: litellm's version, tokens before and after as it counts them, and the
times of each run in milliseconds. It fetches nothing: its price list is the one in its package.
"""

import json
import os
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

from litellm import compress


def main() -> None:
    path, target, repeats = sys.argv[1:]
    messages = json.loads(Path(path).read_text("utf-8"))
    spent = []
    for _ in range(int(repeats)):
        start = time.perf_counter()
        result = compress(messages, "gpt-4o", compression_trigger=int(target) + 1, compression_target=int(target))
        spent.append((time.perf_counter() - start) * 1000)
    print(
        json.dumps(
            {
                "name": f"litellm {version('litellm')}",
                "before": result["original_tokens"],
                "after": result["compressed_tokens"],
                "median_ms": statistics.median(spent),
                "ms": spent,
            }
        )
    )


if __name__ == "__main__":
    main()
