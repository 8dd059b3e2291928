import shutil
import subprocess
import sys
from pathlib import Path

import pipelines
from pipelines.extraction import EXTRACTOR


def test_an_article_says_which_code_rules_and_model_read_it(tmp_path: Path) -> None:
    """An edit of one rule, in a copy of the package, shows in its name and nowhere else."""
    shutil.copytree(Path(pipelines.__file__).parent, tmp_path / "pipelines")
    rules = next((tmp_path / "pipelines/extraction/rules").glob("*.toml"))
    rules.write_text(rules.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    program = "from pipelines.extraction.version import extractor_version as v; print(v())"
    run = [sys.executable, "-c", program]
    edited = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    assert [a == b for a, b in zip(EXTRACTOR.split(), edited, strict=True)] == [True, True, True, False, True, True]
