"""What ``--with`` may name, and the folder that comes of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.compare import other as module
from pipelines.compare.other import PACKAGE, other_extractor
from pipelines.errors import BadConfig, BadInput, MissingInput, NewsmintError, UsageError

RULE = '[[rule]]\nname = "own"\nreason = "advert"\nlines = ["A line of ours"]\n'
CORRECTION = '[[correction]]\nsource = "daily"\naction = "remove"\ntext = "A line of ours"\n'
MODEL = next(path for path in (PACKAGE / "extraction" / "model").iterdir() if path.suffix == ".npz")


def inside(folder: Path, *names: str) -> set[str]:
    return {path.name for path in (folder / "pipelines" / "extraction").joinpath(*names).iterdir()}


def test_a_rules_file_is_added_and_comes_first(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(RULE)
    with other_extractor(str(tmp_path / "own.toml")) as other:
        ours = {path.name for path in (PACKAGE / "extraction" / "rules").iterdir()}
        assert inside(other.folder, "rules") - ours == {"000-own.toml"}
        assert other.name == f"rules {tmp_path / 'own.toml'}"
    assert not other.folder.exists()


def test_a_rules_file_named_as_one_of_ours_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "social.toml").write_text(RULE)
    with other_extractor(str(tmp_path / "social.toml")) as other:
        assert inside(other.folder, "rules") == {path.name for path in (PACKAGE / "extraction" / "rules").iterdir()}
        assert (other.folder / "pipelines/extraction/rules/social.toml").read_text() == RULE


def test_a_folder_of_rules_takes_the_place_of_all(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(RULE)
    with other_extractor(str(tmp_path)) as other:
        assert inside(other.folder, "rules") == {"one.toml"}


@pytest.mark.parametrize("as_folder", [False, True])
def test_a_model(tmp_path: Path, as_folder: bool) -> None:
    model = tmp_path / "trained-today.npz"
    model.write_bytes(MODEL.read_bytes() + b"\0")
    with other_extractor(str(tmp_path if as_folder else model)) as other:
        put = other.folder / "pipelines" / "extraction" / "model"
        assert (put / MODEL.name).read_bytes() == model.read_bytes()
        assert inside(other.folder, "model") == {path.name for path in MODEL.parent.iterdir()}


def test_corrections_are_for_our_own_extractor(tmp_path: Path) -> None:
    (tmp_path / "my-rules.toml").write_text(CORRECTION)
    with other_extractor(str(tmp_path / "my-rules.toml")) as other:
        assert other.folder == PACKAGE.parent
        assert [entry.text for entry in other.corrections] == ["A line of ours"]


def test_the_folder_of_a_checkout_is_run_as_it_is(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "pipelines")
    with other_extractor(str(tmp_path)) as other:
        assert other.folder == tmp_path.resolve()
    assert (tmp_path / "pipelines").exists()


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("bad.toml", "[[rule", BadConfig, "not TOML"),
        ("bad.toml", '[[rule]]\nname = "x"\nreason = "advert"\n', BadConfig, "at least one of"),
        ("bad.toml", CORRECTION.replace("remove", "eat"), BadConfig, "must be one of"),
        ("notes.txt", "hello", BadInput, "neither rules"),
    ],
)
def test_a_file_that_is_no_use(
    tmp_path: Path, name: str, content: str, error: type[NewsmintError], message: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(error, match=message), other_extractor(str(tmp_path / name)):
        pass


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"feature": np.zeros(15)}, "no block models of this version"),
        (
            {name: array for name, array in np.load(MODEL).items() if name != "names"},
            "no block models of this version .names is",
        ),
        (None, "no file of arrays"),
    ],
    ids=["of another form", "without its names", "cut short"],
)
def test_a_model_that_this_version_cannot_use(tmp_path: Path, arrays: dict[str, Any] | None, message: str) -> None:
    model = tmp_path / "of-last-year.npz"
    if arrays is None:
        model.write_bytes(MODEL.read_bytes()[:5000])
    else:
        np.savez(model, **arrays)
    expected = f"of-last-year.npz: {message}.*name its git revision"
    with pytest.raises(BadInput, match=expected), other_extractor(str(model)):
        pass


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git checkout of two commits: without our package, and with a file of it. Ours is taken to be this one."""
    if not shutil.which("git"):
        pytest.skip("git is not installed: revisions cannot be compared here")
    folder = tmp_path / "checkout"
    package = folder / "pipelines" / "extraction"
    package.mkdir(parents=True)
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "Nothing yet")
    (package / "__init__.py").write_text("EXTRACTOR = 'first'\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "A package")
    (package / "__init__.py").write_text("EXTRACTOR = 'not committed'\n")
    monkeypatch.setattr(module, "ROOT", folder)
    return folder


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada Field", "-c", "user.email=ada@daily.example")
    subprocess.run(["git", *who, *words], cwd=folder, check=True)


def test_a_revision(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    with other_extractor("HEAD") as other:
        assert (other.folder / "pipelines/extraction/__init__.py").read_text() == "EXTRACTOR = 'first'\n"
        assert other.name.endswith("(HEAD)")
    assert not other.folder.exists()
    assert (checkout / "pipelines/extraction/__init__.py").read_text() == "EXTRACTOR = 'not committed'\n"


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(
    ("named", "error", "message"),
    [
        ("no-such-branch", UsageError, "neither a file nor a git revision"),
        ("--output=/tmp/x", UsageError, "neither a file nor a git revision"),
        ("HEAD:pipelines", UsageError, "neither a file nor a git revision"),
        ("HEAD~1", BadInput, "no pipelines/extraction at this revision"),
    ],
)
def test_a_revision_that_is_no_use(named: str, error: type[NewsmintError], message: str) -> None:
    with pytest.raises(error, match=message), other_extractor(named):
        pass


def test_a_revision_without_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    with pytest.raises(MissingInput, match="does not run from a git checkout"), other_extractor("HEAD"):
        pass


def test_a_revision_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingInput, match="git is not installed"), other_extractor("HEAD"):
        pass
