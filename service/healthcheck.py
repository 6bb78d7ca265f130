"""Asks the service of this machine whether it is ready: what a container's health check runs.

`python -m riffler.service.healthcheck [PATH]` ends with 0 when the service answers 200 and with 1 otherwise; PATH is
`/readyz` by default. It uses the standard library only and imports nothing of Riffler, so that it is quick; and not
urllib, which would send a request for this machine through a proxy that the environment names.
"""

import http.client
import os
import sys

_PATIENCE_S = 4.0


def main(arguments: list[str]) -> int:
    """Ask once.

    Args:
        arguments: The path to ask for, or nothing.

    Returns:
        The exit code.
    """
    path = arguments[0] if arguments else "/readyz"
    port = os.environ.get("RIFFLER_PORT", "8000")
    try:
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=_PATIENCE_S)
        connection.request("GET", path)
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as exc:
        print(f"port {port}: {type(exc).__name__}: {exc}")
        return 1
    print(f"{path}: {answer.status}")
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
