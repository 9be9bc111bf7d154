"""Locks on open files, which all processes of this machine respect and which end with the process that holds them.

Comes in: the handle of an open file. Goes out: the lock on it. Must not know what is in the file.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt
    import os

    _PLACE = 1 << 30
    """The byte that is locked, far behind what is in any of these files: Windows lets nobody read a byte that is."""

    def lock(handle: int) -> None:
        """Wait for the lock and take it."""
        while not try_lock(handle):
            pass

    def try_lock(handle: int) -> bool:
        """Take the lock, unless somebody else does not give it up within ten seconds."""
        os.lseek(handle, _PLACE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # it gives up after ten tries, a second apart
        except OSError:
            return False
        return True

    def unlock(handle: int) -> None:
        """Give the lock back."""
        os.lseek(handle, _PLACE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def lock(handle: int) -> None:
        """Wait for the lock and take it."""
        fcntl.flock(handle, fcntl.LOCK_EX)

    def try_lock(handle: int) -> bool:
        """Take the lock, unless somebody else holds it."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def unlock(handle: int) -> None:
        """Give the lock back."""
        fcntl.flock(handle, fcntl.LOCK_UN)
