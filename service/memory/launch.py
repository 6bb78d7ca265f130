"""Becomes the embedded server, tied to the life of the process that started it.

Run as a script, in a process of its own: `launch.py PARENT_PID SERVER CONFIG`. On Linux the kernel then sends SIGTERM
to the server when its parent dies, however it dies, and the server saves and stops: no orphan. (The wish is set here,
between fork and exec, because Python code between them is unsafe in a process with threads.) Elsewhere a server whose
parent was killed runs on, and the next start finds it.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent, and become the server."""
    parent, server, config = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the wish was set
            sys.exit(1)
    os.umask(0o077)  # its log and its data are for this user alone, whatever the folder's mode
    os.execv(server, [server, config])  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()
