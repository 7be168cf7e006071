"""Files are checked as the languages that the public `semgrep scan` would check them as."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest

from lessonguard.errors import EngineError
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.languages import Languages, load_languages

# Those whose parsers accept a file that is a shebang and a word.
COMPARED = frozenset(
    [
        *("bash", "c", "cpp", "dockerfile", "generic", "go", "hack", "html", "js", "json", "kotlin", "lua"),
        *("ocaml", "php", "python", "python2", "python3", "r", "regex", "ruby", "rust", "scala"),
        *("terraform", "ts", "xml", "yaml"),
    ]
)

NAMES = (
    *("a.py", "a.pyi", "b.PY", "a.py.bak", "py", ".py", "src/deep/a.py", "a b.py", "é.py"),
    *("a.js", "a.jsx", "a.mjs", "a.cjs", "a.ts", "a.tsx", "a.mts", "a.json", "a.ipynb", "package.json.lock"),
    *("Dockerfile", "dockerfile", "DOCKERFILE", "app.Dockerfile", "Dockerfile.dev", "myDockerfile"),
    *("a.h", "a.hh", "a.C", "a.R", "a.php", "a.phtml", "a.tf", "a.tfvars", "a.yml", "a.html", "a.plist"),
    *("Makefile", "notes.txt", "go.mod", "Jenkinsfile", ".bashrc", "noextension"),
)

SHEBANGS = (
    *("#!/bin/sh", "#!/bin/bash -e", "#! /usr/bin/env bash", "#!/bin/zsh", " #!/bin/sh", "#!/bin/bash\r"),
    *("#!/usr/bin/env python", "#!/usr/bin/env python3", "#!/usr/bin/python2", "#!/usr/bin/python3.9"),
    *("#!/usr/bin/env node", "#!/usr/bin/env -S node --harmony", "#!/usr/bin/env ts-node", "#!/usr/bin/perl"),
    *(
        "#!/usr/bin/ruby -w",
        "#!/usr/bin/php",
        "#!python",
        "#!/usr/bin/env\tpython",
        "#!" + "x" * 300 + "/bash",
        "#!",
    ),
)


@pytest.fixture(scope="module")
def languages() -> Languages:
    return load_languages(find_semgrep().package)


def test_semgrep_scan_selects_the_same(languages: Languages, tmp_path: Path) -> None:
    files = dict.fromkeys(NAMES, (b"Z\n", False))
    for index, shebang in enumerate(SHEBANGS):
        content = f"{shebang}\nZ\n".encode()
        files |= {f"run{index}": (content, True), f"plain{index}": (content, False)}
        files |= {f"run{index}.txt": (content, True), f"run{index}.py": (content, True)}
    for name, (content, is_executable) in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o755 if is_executable else 0o644)

    selected = scan(tmp_path, list(files), languages)

    for name, (content, is_executable) in files.items():
        ids = languages.of_name(name) | (languages.of_shebang(content) if is_executable else frozenset())
        ids |= {"js"} if "ts" in ids else set()  # JavaScript rules look at TypeScript too
        assert selected[name] == ids & COMPARED, (name, content)


def scan(folder: Path, names: list[str], languages: Languages) -> Mapping[str, frozenset[str]]:
    """Run the public program with a rule for each language, and say which looked at what."""
    keys = {row.id: row.keys[0] for row in languages.rows if row.id in COMPARED}
    rule = {"severity": "INFO", "message": "m", "pattern-regex": "Z"}
    rules = [{**rule, "id": id_, "languages": [key]} for id_, key in keys.items()]
    (folder / "rules.json").write_text(json.dumps({"rules": rules}), encoding="utf-8")
    program = Path(sysconfig.get_path("scripts")) / "semgrep"
    options = ["--config=rules.json", "--json", "--quiet", "--metrics=off", "--disable-version-check"]
    completed = subprocess.run(
        [program, "scan", *options, "--no-git-ignore", *names], cwd=folder, capture_output=True, check=True
    )
    looked: dict[str, set[str]] = {name: set() for name in names}
    for found in json.loads(completed.stdout)["results"]:
        looked[found["path"]].add(found["check_id"])
    return {name: frozenset(ids) for name, ids in looked.items()}


def test_what_semgreps_table_excludes_is_not_checked(languages: Languages) -> None:
    assert "js" not in languages.of_name("static/jquery.min.js")
    assert "ts" not in languages.of_name("types/index.d.ts")
    assert "generic" in languages.of_name("static/jquery.min.js")


@pytest.mark.parametrize(
    ("keys", "analyzers"),
    [
        (["python"], {"python"}),
        (["py"], {"python"}),
        (["Python"], {"python"}),
        (["golang", "hcl"], {"go", "terraform"}),
        (["javascript"], {"js", "ts"}),
        (["typescript"], {"ts"}),
        (["none"], {"regex"}),
        (["spacegrep"], {"generic"}),
        (["python", "cobol"], set()),
        ([], set()),
    ],
)
def test_rules_may_call_a_language_by_any_of_its_names(
    languages: Languages, keys: list[str], analyzers: set[str]
) -> None:
    assert languages.analyzers_of_rule(keys) == analyzers


def test_a_package_without_the_table_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"lang\.json"):
        load_languages(tmp_path)


def test_a_table_of_another_shape_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "semgrep_interfaces").mkdir()
    (tmp_path / "semgrep_interfaces" / "lang.json").write_text('[{"id": "python"}]', encoding="utf-8")

    with pytest.raises(EngineError, match="table of languages"):
        load_languages(tmp_path)
