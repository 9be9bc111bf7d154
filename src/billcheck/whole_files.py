"""Files that are written whole: a reader finds the old one or the new one, never a part.

Comes in: a path and a text, or bytes. Goes out: the file. Imports nothing of ours, and must not know what it says.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_whole(file: Path, content: str | bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part; its folder is made if need be.

    Raises:
        OSError: It cannot be written; what was there before is still there.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and not file.is_file():  # such as a pipe or /dev/stderr, which cannot be replaced
        with file.open("wb") as device:
            device.write(data)
        return
    target = Path(os.path.realpath(file))  # a link stays a link
    with NamedTemporaryFile("wb", dir=target.parent, delete=False) as stream:
        try:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).chmod(_mode_of(target))
        except BaseException:
            with suppress(OSError):
                Path(stream.name).unlink()
            raise
    Path(stream.name).replace(target)


def _mode_of(target: Path) -> int:
    """The permissions of the file that is replaced, else those that a new file gets."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
