"""Tokens of a sign-in, kept so that no process and no crash loses one.

Comes in: tokens as a ledger gave them. Goes out: the same, from a file that only its owner can read, replaced as a
whole under a lock that all processes of this machine respect; or from the keyring of the system. A token shows in no
text: it has to be asked for. Must not know HTTP or any ledger.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from billcheck.connectors.locks import lock, unlock
from billcheck.errors import BillcheckError, MissingPackageError, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_OWNER_ONLY = 0o600
_KEYRING_SERVICE = "billcheck"


class StateFolderError(Problem):
    """The folder for sign-ins cannot be used."""

    remedy = "Set BILLCHECK_STATE_DIR to a folder you can write to."


class SignInNameError(Problem):
    """A sign-in is named by small letters, digits and hyphens."""

    remedy = "Write a name such as xero, or xero-second-company."


class BrokenTokensError(BillcheckError):
    """What is kept of a sign-in cannot be read; it holds no secret in its text."""


class Secret:
    """A text that shows nowhere: not in messages, logs, tracebacks or interactive sessions. False where it is empty."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, to be sent and nothing else."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(…)"


class Sealed(dict[str, str]):
    """Headers or fields of a form of which one bears a secret: shows their names alone, also among local variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Sealed({', '.join(self)})"


NO_SECRET = Secret()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One sign-in.

    `previous_refresh_token` is the one that `refresh_token` replaced: should the answer that brought the new one have
    been lost, the ledgers accept the old one for a while. `account` is the organisation that was signed in to.
    """

    access_token: Secret
    expires_at: datetime
    refresh_token: Secret = NO_SECRET
    previous_refresh_token: Secret = NO_SECRET
    account: str = ""
    scopes: str = ""


class TokenStore(Protocol):
    """Where a sign-in is kept."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all other processes from changing it."""
        ...

    def load(self) -> Tokens | None:
        """What is kept, None for nothing.

        Raises:
            BrokenTokensError: It cannot be read.
        """
        ...

    def save(self, tokens: Tokens) -> None:
        """Keep these; when this returns, they survive a crash."""
        ...

    def forget(self) -> None:
        """Keep nothing."""
        ...


def state_folder(environment: Mapping[str, str]) -> Path:
    """Where sign-ins and unfinished fetches are kept: ``BILLCHECK_STATE_DIR``, else the custom of the system."""
    given = environment.get("BILLCHECK_STATE_DIR")
    if given:
        return Path(given)
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "billcheck"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "billcheck"
    return Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "billcheck"


def _check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError([SignInNameError("sign-in", name)])
    return name


class TokenFile:
    """A sign-in in a file that only its owner can read."""

    def __init__(self, folder: Path, name: str) -> None:
        """Name the file; nothing is touched yet.

        Raises:
            UsageError: The name is none.
        """
        self._folder = folder
        self._name = _check_name(name)
        self._path = folder / f"{name}.tokens.json"
        self._lock_path = folder / f"{name}.lock"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all other processes from changing the sign-in.

        Raises:
            UsageError: The folder cannot be used.
            BrokenTokensError: A folder stands where the file would.
        """
        self._make_folder()
        if self._path.is_dir():  # told before anybody signs in, since nothing could be kept
            raise self._is_folder()
        try:
            file = self._lock_path.open("a+b")
            self._lock_path.chmod(_OWNER_ONLY)
        except OSError as error:
            raise self._unusable(error) from None
        with file:
            lock(file.fileno())
            try:
                yield
            finally:
                unlock(file.fileno())

    def load(self) -> Tokens | None:
        """What is kept, None for nothing.

        Raises:
            BrokenTokensError: It cannot be read.
        """
        try:
            tokens = _decoded(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except NotADirectoryError as error:
            raise self._unusable(error) from None
        except OSError as error:
            if self._path.is_dir():
                raise self._is_folder() from None
            what = f"{self._path}: the sign-in that is kept there cannot be read: {error.strerror}."
            raise BrokenTokensError(f"{what} Make it readable for yourself.") from None
        if tokens is None:
            raise _damaged(str(self._path), self._name)
        return tokens

    def save(self, tokens: Tokens) -> None:
        """Replace the file as a whole.

        Raises:
            UsageError: The folder cannot be used.
        """
        self._make_folder()
        try:
            self._write(_encoded(tokens))
        except OSError as error:
            raise self._unusable(error) from None

    def _write(self, text: str) -> None:
        # Made readable for its owner alone, before anything is in it.
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=f".{self._path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
        _sync_folder(self._folder)

    def forget(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> UsageError:
        is_none = isinstance(error, FileExistsError | NotADirectoryError)
        what = f"The folder for sign-ins cannot be used: {'this is no folder' if is_none else error.strerror}."
        return UsageError([StateFolderError(str(self._folder), what=what)])

    def _is_folder(self) -> BrokenTokensError:
        what = f"{self._path}: this is a folder, where the file with the sign-in would be."
        return BrokenTokensError(f"{what} Take it away, and sign in: billcheck login {self._name}.")


class KeyringStore:
    """A sign-in in the keyring of the system; the lock is a file, since keyrings have none."""

    def __init__(self, folder: Path, name: str) -> None:
        """Name the entry.

        Raises:
            MissingPackageError: The package keyring is not installed.
            UsageError: The name is none.
        """
        try:
            import keyring  # noqa: PLC0415 - an extra that few need
        except ImportError:
            what = "A sign-in in the keyring"
            raise MissingPackageError(what, "keyring", "keyring") from None
        self._keyring: Any = keyring
        self._name = _check_name(name)
        self._file = TokenFile(folder, name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all other processes from changing the sign-in."""
        with self._file.locked():
            yield

    def load(self) -> Tokens | None:
        """What is kept, None for nothing.

        Raises:
            BrokenTokensError: It cannot be read.
        """
        found = Secret(self._asked("get_password") or "")
        if not found:
            return None
        tokens = _decoded(found.reveal().encode("utf-8", "replace"))
        if tokens is None:
            raise _damaged(f"keyring {self._name}", self._name)
        return tokens

    def save(self, tokens: Tokens) -> None:
        """Replace the entry."""
        self._asked("set_password", Secret(_encoded(tokens)))

    def forget(self) -> None:
        """Remove the entry."""
        if self._asked("get_password") is not None:
            self._asked("delete_password")

    def _asked(self, what: str, *secrets: Secret) -> Any:  # noqa: ANN401 - whatever the keyring says
        """What the keyring says.

        Raises:
            BrokenTokensError: It does not work, as where there is none on a server.
        """
        try:
            return getattr(self._keyring, what)(_KEYRING_SERVICE, self._name, *(one.reveal() for one in secrets))
        except Exception as error:  # noqa: BLE001 - every keyring has faults of its own, which may quote what it keeps
            kind = type(error).__name__
        what = f"keyring {self._name}: the keyring of the system does not work ({kind})."
        raise BrokenTokensError(f"{what} Unlock or install it, or keep sign-ins in a file: BILLCHECK_TOKEN_STORE=file.")


def _encoded(tokens: Tokens) -> str:
    values = {name: value.reveal() if isinstance(value, Secret) else value for name, value in asdict(tokens).items()}
    return json.dumps({**values, "expires_at": tokens.expires_at.astimezone(UTC).isoformat()}, indent=2) + "\n"


def _decoded(data: bytes) -> Tokens | None:
    """What was kept; None where it is damaged. It raises nothing, since its variables are secrets."""
    try:
        values = json.loads(data.decode("utf-8"))
        if not isinstance(values, dict) or set(values) != {each.name for each in fields(Tokens)}:
            return None
        if not all(isinstance(one, str) for one in values.values()):
            return None
        expires_at = datetime.fromisoformat(values["expires_at"]).astimezone(UTC)
    except (ValueError, RecursionError, OverflowError):
        return None
    secrets = {name: Secret(value) for name, value in values.items() if name.endswith("_token")}
    return Tokens(**{**values, **secrets, "expires_at": expires_at})


def _damaged(where: str, name: str) -> BrokenTokensError:
    what = f"{where}: what is kept there of the sign-in is damaged."
    return BrokenTokensError(f"{what} Sign in again, which replaces it: billcheck login {name}.")


def _sync_folder(folder: Path) -> None:
    """Have the folder say on disk that the file was replaced, where the system knows that."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
