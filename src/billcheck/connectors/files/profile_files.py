"""Profiles that users keep beside their contracts, and the texts of all profiles.

Comes in: paths of profile files and folders of them. Goes out: `ProfileFile`s, or one error with every fault of every
file. Whoever reads a ledger is given the profiles as values. Must not know files that are being read.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.connectors.files.profile import shipped_profiles
from billcheck.errors import Problem, ProfilesRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.connectors.files.profile import Profile

ENDING = ".toml"
SHIPPED = "billcheck"
"""Where the profiles come from that ship with it."""

_PATH = re.compile(r"(?P<path>.+\.toml)(?P<variants>(?::[a-z0-9-]+)*)", re.IGNORECASE | re.DOTALL)


class MissingProfileFileError(Problem):
    """There is no such profile file, nor a folder of them."""

    remedy = "Check the spelling and the folder you are in."


class NoProfileInFolderError(Problem):
    """The folder holds no profile."""

    remedy = "Profiles are files that end in .toml."


class NotAProfileFileError(Problem):
    """A profile is a TOML file."""

    remedy = "Its name must end in .toml."


class ShippedIdError(Problem):
    """A profile that ships with billcheck has this id."""

    remedy = 'Give yours another, such as "own.invoice-lines".'


class SameIdError(Problem):
    """Two profiles have the same id."""

    remedy = "Give one of them another."


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """A profile and where it comes from: `place` is the path of its file, or "billcheck" for one that ships."""

    place: str
    text: str
    profile: Profile


def split_path(name: str) -> tuple[str, str] | None:
    """The path and the variants in what names a profile by its file (``acme.toml:day-first``); None if it does not.

    The variants keep their colons.
    """
    found = _PATH.fullmatch(name)
    return (found["path"], found["variants"]) if found else None


def shipped_profile_files() -> tuple[ProfileFile, ...]:
    """The profiles of the package, sorted by id."""
    folder = resources.files(__package__).joinpath("profiles")
    return tuple(
        ProfileFile(SHIPPED, folder.joinpath(f"{profile.id}{ENDING}").read_text(encoding="utf-8"), profile)
        for profile in shipped_profiles()
    )


def load_profiles(paths: Iterable[str | os.PathLike[str]]) -> tuple[ProfileFile, ...]:
    """The profiles in these files and folders, in the order given; those of a folder by name, without subfolders.

    A file that is named twice counts once.

    Raises:
        ProfilesRefusedError: Something is wrong; holds every fault of every file, and no profile is used.
    """
    problems: list[Problem] = []
    files: dict[str, str] = {}
    for path in paths:
        for name in _files_of(os.fspath(path), problems):
            files.setdefault(os.path.realpath(name), name)
    found = [one for one in (_read(name, problems) for name in files.values()) if one is not None]
    _refuse_same_ids(found, problems)
    if problems:
        raise ProfilesRefusedError(problems)
    return tuple(found)


def _files_of(path: str, problems: list[Problem]) -> list[str]:
    place = Path(path)
    if place.is_dir():
        names = sorted(entry.name for entry in place.iterdir() if entry.suffix.lower() == ENDING and entry.is_file())
        found = [f"{path.rstrip('/')}/{name}" for name in names if not name.startswith(".")]
        if not found:
            problems.append(NoProfileInFolderError(path))
        return found
    if not place.exists():
        problems.append(MissingProfileFileError(path))
    elif place.suffix.lower() != ENDING:
        problems.append(NotAProfileFileError(path))
    else:
        return [path]
    return []


def _read(name: str, problems: list[Problem]) -> ProfileFile | None:
    # pydantic loads when a profile is read
    from billcheck.connectors.files.profile_faults import faults_of  # noqa: PLC0415
    from billcheck.connectors.files.profile_shape import profile_of  # noqa: PLC0415
    from billcheck.contracts.tables import parse_tables, read_text  # noqa: PLC0415

    before = len(problems)
    text = read_text(name, problems)
    table = None if text is None else parse_tables(name, text, problems, is_toml=True)
    if text is None or len(problems) > before:
        return None
    problems += faults_of(name, table)
    return None if len(problems) > before else ProfileFile(name, text, profile_of(text))


def _refuse_same_ids(found: Iterable[ProfileFile], problems: list[Problem]) -> None:
    shipped = {profile.id for profile in shipped_profiles()}
    places: dict[str, str] = {}
    for one in found:
        identifier = one.profile.id
        if identifier in shipped:
            problems.append(ShippedIdError(f"{one.place}: id", identifier))
        elif identifier in places:
            what = f"This profile has the same id as the one in {places[identifier]}."
            problems.append(SameIdError(f"{one.place}: id", identifier, what=what))
        places.setdefault(identifier, one.place)
