"""A client that rewards at random. A process of its own imports no more than this."""

import random
from typing import Any

import httpx

REQUESTS = 20


def send(address: str, decisions: list[str], seed: int) -> list[tuple[str, str, float]]:
    """Reward at random: one by one, by correction, and in batches with duplicates.

    Args:
        address: Of the service.
        decisions: What to reward.
        seed: Of this client.

    Returns:
        What each reward was told: decision, outcome, and the reward that was sent.
    """
    rng, told = random.Random(seed), list[tuple[str, str, float]]()
    with httpx.Client(base_url=address, timeout=60, transport=httpx.HTTPTransport(retries=5)) as client:
        for number in range(REQUESTS):
            name = {"idempotency-key": f"{seed}-{number}"}
            rows: list[dict[str, Any]] = [
                {"decision": rng.choice(decisions), "reward": rng.random()} for _ in range(rng.choice([1, 1, 6]))
            ]
            if len(rows) == 1:
                path, body = f"/api/v1/decisions/{rows[0]['decision']}/reward", {"reward": rows[0]["reward"]}
                done = [client.request(rng.choice(["POST", "PUT"]), path, json=body, headers=name).json()]
            else:
                batch = {"rewards": [{**row, "correct": rng.random() < 0.3} for row in rows]}
                done = client.post("/api/v1/rewards", json=batch, headers=name).json()["rewards"]
            told += [(row["decision"], each["outcome"], row["reward"]) for row, each in zip(rows, done, strict=True)]
    return told
