"""Another extractor as a folder with a ``pipelines`` package: of a revision, or ours with a model or rules changed.

However it is named, what comes of it is a folder to run: the package as it is never has to know of a second model.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pipelines
from pipelines.corrections import Correction, read_corrections
from pipelines.errors import BadConfig, BadInput, MissingInput, UsageError
from pipelines.extraction.boilerplate import parse_rules
from pipelines.extraction.classifier import read_models

PACKAGE = Path(pipelines.__file__).parent
ROOT = PACKAGE.parent
GIT_SECONDS = 120
_EXTRACTION = Path("pipelines", "extraction")
_FIRST = "000-"
"""Before the name of a rules file that is added: a person's rules come before the project's."""


@dataclass(frozen=True, slots=True)
class Other:
    """An extractor to compare with. ``corrections`` count with it, beside those of the user's rules file."""

    name: str
    folder: Path
    corrections: tuple[Correction, ...] = ()


@contextmanager
def other_extractor(named: str) -> Iterator[Other]:
    """The extractor that ``named`` means, in a temporary folder that goes with the block.

    In this order: a checkout's folder (run as it is), a folder or file of rules or of a model, a git revision. Raises
    UsageError, MissingInput, BadInput and BadConfig where it means nothing usable.
    """
    path = Path(named).expanduser()
    if (path / _EXTRACTION / "__init__.py").is_file():
        yield Other(f"checkout {named}", path.resolve())
        return
    with tempfile.TemporaryDirectory(prefix="newsmint-compare-") as temporary:
        folder = Path(temporary)
        yield _with_change(path, folder) if path.exists() else _revision(named, folder)


def _with_change(path: Path, folder: Path) -> Other:
    """Our own package with the rules or the model at ``path`` in it."""
    inside = list(path.iterdir()) if path.is_dir() else [path]
    kinds = {each.suffix for each in inside if each.is_file()}
    models = {each.suffix for each in (PACKAGE / "extraction" / "model").iterdir()} - {".toml", ".md"}
    if kinds & models:
        _copy_package(folder)
        _put_model(inside, folder / _EXTRACTION / "model", models)
        return Other(f"model {path}", folder)
    if ".toml" not in kinds:
        raise BadInput(
            f"{path}: neither rules (.toml) nor a model ({', '.join(sorted(models))}); for a revision of that name "
            f"write refs/heads/{path.name}"
        )
    if path.is_file() and _holds_corrections(path):
        return Other(f"corrections {path}", ROOT, tuple(read_corrections(path)))
    _copy_package(folder)
    _put_rules(path, folder / _EXTRACTION / "rules")
    return Other(f"rules {path}", folder)


def _copy_package(folder: Path) -> None:
    shutil.copytree(PACKAGE, folder / "pipelines", ignore=shutil.ignore_patterns("__pycache__"))


def _put_model(inside: list[Path], model: Path, suffixes: set[str]) -> None:
    """Each file over the one of its name, or over the only one of its kind."""
    for each in (it for it in inside if it.is_file() and it.suffix in {*suffixes, ".toml"}):
        alike = [it for it in model.iterdir() if it.suffix == each.suffix]
        named = [it for it in alike if it.name == each.name] or alike
        if len(named) != 1:
            raise BadInput(f"{each}: name it as the file it replaces: {', '.join(sorted(it.name for it in alike))}")
        if each.suffix == ".npz":
            _check_model(each)
        shutil.copyfile(each, named[0])


def _check_model(path: Path) -> None:
    try:
        read_models(path.read_bytes())
    except BadInput as error:
        raise BadInput(f"{path}: {error}; a model of an older version runs in its own: name its git revision") from None


def _put_rules(path: Path, rules: Path) -> None:
    """A folder instead of all rules; a file instead of the one of its name, or before all others."""
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    for each in files:
        parse_rules(_text(each), str(each))
    if path.is_dir():
        shutil.rmtree(rules)
        rules.mkdir()
    for each in files:
        replaces = path.is_dir() or (rules / each.name).exists()
        shutil.copyfile(each, rules / (each.name if replaces else _FIRST + each.name))


def _holds_corrections(path: Path) -> bool:
    try:
        return "correction" in tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path}: not TOML: {error}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path}: cannot be read: {error}") from None


def _revision(named: str, folder: Path) -> Other:
    """The package at a git revision of the checkout that we run from. Nothing is written to its repository."""
    if not _git_says("rev-parse", "--is-inside-work-tree"):
        raise MissingInput(
            f"{named}: no such file, and no revision either: this newsmint does not run from a git checkout; "
            "give rules, a model or the folder of a checkout"
        )
    commit = _git_says("rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
    if not commit:
        raise UsageError(f"{named}: neither a file nor a git revision; `git log --oneline` lists revisions")
    if not _git_says("cat-file", "-t", f"{commit}:./{_EXTRACTION.as_posix()}/__init__.py"):
        raise BadInput(f"{named}: there is no {_EXTRACTION.as_posix()} at this revision")
    packed = _git("archive", "--format=tar", commit, "pipelines")
    if packed.returncode:
        raise BadInput(f"{named}: git archive failed: {packed.stderr.decode(errors='replace').strip()[:200]}")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
    return Other(f"revision {commit[:10]} ({named})", folder)


def _git_says(*words: str) -> str:
    answer = _git(*words)
    return answer.stdout.decode(errors="replace").strip() if answer.returncode == 0 else ""


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Ask git about our own checkout, whatever repository the environment may name."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(  # noqa: S603 (an argument list, and revisions are checked with --end-of-options)
            ["git", *words],  # noqa: S607 (the git that the person uses)
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise MissingInput("git is not installed: give rules, a model or the folder of a checkout") from None
    except subprocess.TimeoutExpired:
        raise BadInput(f"git {words[0]} took more than {GIT_SECONDS} s: is the repository being repacked?") from None
