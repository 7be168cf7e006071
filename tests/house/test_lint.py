"""Every linter does find what it is there to find."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_HEAD = '"""A module with a fault."""\n\nfrom __future__ import annotations\n\n'
_PROGRAMS = Path(sysconfig.get_path("scripts"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a project with our linters' settings and empty modules of our names, to plant a fault in."""
    for module in (_ROOT / "src").rglob("*.py"):
        empty = tmp_path / module.relative_to(_ROOT)
        empty.parent.mkdir(parents=True, exist_ok=True)
        empty.touch()
    (tmp_path / "tests").mkdir()
    settings = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    # Empty modules import nothing, so they have none of the imports that a contract ignores.
    ignored = 'unmatched_ignore_imports_alerting = "none"\nignore_imports ='
    settings = settings.replace("ignore_imports =", ignored)
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"))
    return tmp_path


def _run(program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    argv = [str(_PROGRAMS / program), *arguments]
    return subprocess.run(argv, cwd=cwd, capture_output=True, check=False, text=True)


@pytest.mark.parametrize(
    ("path", "code", "complaint"),
    [
        ("tests/test_faulty.py", "from unittest import mock\n\nmock.patch\n", "TID251"),
        ("tests/test_faulty.py", "import pytest_mock\n\npytest_mock.x()\n", "TID251"),
        ("src/lessonguard/semgrep/faulty.py", "import os\n\nX = os.environ\n", "TID251"),
        ("src/lessonguard/semgrep/faulty.py", "import os\n\nos.chdir('/')\n", "TID251"),
        ("src/lessonguard/semgrep/faulty.py", "print('here')\n", "T201"),
        ("src/lessonguard/semgrep/faulty.py", "def answer() -> int:\n    return 42\n", "D103"),
        (
            "src/lessonguard/semgrep/faulty.py",
            'def f() -> int:\n    """Returns."""\n    return 1\n',
            "D401",
        ),
    ],
    ids=["mock", "mocker", "environment", "chdir", "print", "no docstring", "not imperative"],
)
def test_ruff_finds_what_is_banned(project: Path, path: str, code: str, complaint: str) -> None:
    (project / path).write_text(_HEAD + code, encoding="utf-8")

    result = _run("ruff", "check", "--quiet", "--no-cache", path, cwd=project)

    assert result.returncode == 1
    assert complaint in result.stdout


@pytest.mark.parametrize(
    ("module", "imported", "complaint"),
    [
        ("errors", "lessonguard.git.changes", "lessonguard.errors -> lessonguard.git.changes"),
        ("git.faulty", "lessonguard.lessons.model", "git.faulty -> lessonguard.lessons.model"),
        ("utils", "re", "lessonguard.utils"),
        ("output.faulty", "os", "lessonguard.output.faulty -> os"),
        ("semgrep.faulty", "http.client", "lessonguard.semgrep.faulty -> http"),
    ],
    ids=["upward", "sideways", "no layer", "impure", "connection"],
)
def test_import_linter_finds_a_broken_layer(
    project: Path, module: str, imported: str, complaint: str
) -> None:
    path = project / "src/lessonguard" / f"{module.replace('.', '/')}.py"
    path.write_text(f"{_HEAD}import {imported}\n", encoding="utf-8")

    result = _run("lint-imports", "--no-cache", cwd=project)

    assert result.returncode == 1
    assert complaint in result.stdout


def test_mypy_finds_a_missing_type(project: Path) -> None:
    (project / "tests/test_faulty.py").write_text(f"{_HEAD}def test(a):\n    assert a\n", encoding="utf-8")

    result = _run("mypy", "--cache-dir=.cache", "tests", cwd=project)

    assert result.returncode == 1
    assert "[no-untyped-def]" in result.stdout


@pytest.mark.parametrize(
    ("path", "good", "bad", "complaint"),
    [
        (
            "action.yml",
            "restore@27d5ce7f107fe9357f9df03efb73ab90386fccae #",
            "restore@v5 #",
            "error[unpinned-uses]",
        ),
        ("action.yml", "=$LESSONS", "=${{ inputs.lessons }}", "error[template-injection]"),
        ("action.yml", 'cd "$GITHUB_ACTION_PATH"', "cd $GITHUB_ACTION_PATH", "SC2086"),
        ("action.yml", "${{ inputs.fail-on }}", "${{ inputs.fail_on }}", "[undefined-property]"),
        ("action.yml", "default: lessons", "standard: lessons", "Schema validation errors"),
        ("docs/workflows/review.yml", "timeout-minutes: 10", "timeout: 10", "Schema validation errors"),
        (
            "docs/workflows/review-target.yml",
            "# zizmor: ignore[dangerous-triggers]",
            "",
            "error[dangerous-triggers]",
        ),
        (".github/workflows/ci.yml", "contents: read", "contents: write-all", "Schema validation errors"),
        (".ci/run", '"$(dirname "$0")/.."', '$(dirname "$0")/..', "SC2046"),
    ],
    ids=[
        "unpinned",
        "injection",
        "unquoted",
        "no such input",
        "unknown key",
        "unknown key of a job",
        "dangerous trigger",
        "unknown permission",
        "unquoted in a script",
    ],
)
def test_a_fault_in_the_action_or_a_workflow_is_found(
    tmp_path: Path, path: str, good: str, bad: str, complaint: str
) -> None:
    for part in (".ci", ".github", "action", "docs/workflows"):
        shutil.copytree(_ROOT / part, tmp_path / part)
    for name in ("Makefile", "action.yml"):
        shutil.copy(_ROOT / name, tmp_path)
    text = (tmp_path / path).read_text(encoding="utf-8")
    (tmp_path / path).write_text(text.replace(good, bad), encoding="utf-8")
    argv = ["make", "--ignore-errors", "lint-action", f"BIN={_PROGRAMS}"]

    result = subprocess.run(argv, cwd=tmp_path, capture_output=True, check=True, text=True)

    assert good in text
    assert complaint in result.stdout + result.stderr
    assert "(ignored)" in result.stderr
