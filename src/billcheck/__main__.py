"""`python -m billcheck` is the command `billcheck`."""

from __future__ import annotations

import sys

from billcheck.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
