"""The command `billcheck`, which is also `python -m billcheck`.

Comes in: nothing. Goes out: the exit code. Loading the command line takes a moment, in which somebody may press Ctrl-C:
this is no bug to be told with its traceback.
"""

from __future__ import annotations

import sys

_INTERRUPTED = 130
"""What shells say of a program that Ctrl-C ended."""


def main() -> int:
    """Run the command line of this process.

    Raises:
        SystemExit: The words make no sense (code 2), or help or the version was asked for (code 0).
    """
    try:
        from billcheck.cli.main import main as run  # noqa: PLC0415 - see above

        return run()
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
