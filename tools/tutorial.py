"""Create the repository of the tutorial: `python -m tools.tutorial FOLDER`.

It is a small reconstruction. The code is not that of Travis CI's API; only the line that the fix added,
and that another change removed later, is the same.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.console_sessions import run

_ROOT = Path(__file__).parents[1]
_POSTMORTEM = (_ROOT / "docs/examples/travis-2018-truncate.md").read_text(encoding="utf-8")
_BUILDS = """\
module Api
  class Builds
    def initialize(repository)
      @repository = repository
    end

    def all
      Build.where(repository_id: @repository.id)
    end
"""
_END = """\
  end
end
"""
_METHODS = {
    "page": "def page(number)\n  all.limit(25).offset(25 * number)\nend\n",
    "count": "def count\n  all.count\nend\n",
    "failed": 'def failed\n  all.where(state: "failed")\nend\n',
    "latest": "def latest\n  all.order(:number).last\nend\n",
}
_GUARD = 'ENV.delete("DATABASE_URL")\n'
_HELPER = """\
ENV["RACK_ENV"] = "test"
{guard}
require "rspec"
require "database_cleaner"
require "api"

RSpec.configure do |config|
  config.before :suite do
    DatabaseCleaner.clean_with :truncation
    DatabaseCleaner.strategy = :transaction
  end

  config.around do |example|
    DatabaseCleaner.cleaning { example.run }
  end
end
"""
_SPEC = """\
require "spec_helper"

RSpec.describe Api::Builds do
  it "finds the builds of a repository" do
    build = Build.create!(repository_id: 1)
    expect(described_class.new(Repository.new(id: 1)).all).to eq [build]
  end
end
"""
_COUNTS = """\
require "spec_helper"

RSpec.describe Api::Builds do
  before do
    DatabaseCleaner.clean_with :truncation
  end

  it "counts no builds where there are none" do
    expect(described_class.new(Repository.new(id: 1)).count).to eq 0
  end
end
"""
_BRANCHES = """\
module Api
  class Branches
    def unique(branches)
      branches.uniq(&:name)
    end
  end
end
"""


def _builds(*methods: str) -> str:
    body = "".join(f"\n{_METHODS[name]}" for name in methods)
    indented = "".join(f"    {line}" if line.strip() else line for line in body.splitlines(keepends=True))
    return _BUILDS + indented + _END


def _helper(*, guarded: bool) -> str:
    return _HELPER.replace("{guard}\n", f"{_GUARD if guarded else ''}\n")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A pull request: a branch from main with one commit; merged, unless it is still open."""

    day: str
    branch: str
    subject: str
    files: Mapping[str, str] = field(default_factory=dict)
    is_merged: bool = True


STEPS = (
    Step(
        day="2018-02-19",
        branch="page",
        subject="Give builds page by page",
        files={"lib/api/builds.rb": _builds("page")},
    ),
    Step(
        day="2018-02-21",
        branch="clean-database",
        subject="Begin the tests with an empty database",
        files={"spec/spec_helper.rb": _helper(guarded=False)},
    ),
    Step(
        day="2018-02-26",
        branch="count",
        subject="Count builds",
        files={"lib/api/builds.rb": _builds("page", "count"), "spec/counts_spec.rb": _COUNTS},
    ),
    Step(
        day="2018-03-05",
        branch="failed",
        subject="Find failed builds",
        files={"lib/api/builds.rb": _builds("page", "count", "failed")},
    ),
    Step(
        day="2018-03-17",
        branch="delete-database-url",
        subject="Keep the tests away from the database of the shell",
        files={"spec/spec_helper.rb": _helper(guarded=True)},
    ),
    Step(
        day="2018-03-19",
        branch="latest",
        subject="Find the latest build",
        files={"lib/api/builds.rb": _builds("page", "count", "failed", "latest")},
    ),
    Step(
        day="2018-04-03",
        branch="postmortem",
        subject="Tell what happened on 13 March",
        files={"postmortems/2018-03-13.md": _POSTMORTEM},
    ),
    Step(
        day="2018-12-12",
        branch="branch-duplicates",
        subject="Show each branch once",
        files={"lib/api/branches.rb": _BRANCHES, "spec/spec_helper.rb": _helper(guarded=False)},
        is_merged=False,
    ),
)


def build_tutorial(folder: Path) -> None:
    """Create the repository in an existing, empty folder."""
    run("git init --quiet --initial-branch=main", folder=folder)
    files = {
        "README.md": "# The API\n",
        "lib/api/builds.rb": _builds(),
        "spec/builds_spec.rb": _SPEC,
        "spec/spec_helper.rb": 'require "rspec"\nrequire "api"\n',
    }
    _commit(folder, files, subject="Find the builds of a repository", day="2018-02-12")
    for number, step in enumerate(STEPS, start=1):
        run(f"git checkout --quiet -b {step.branch} main", folder=folder)
        _commit(folder, step.files, subject=step.subject, day=step.day)
        run("git checkout --quiet main", folder=folder)
        if step.is_merged:
            message = f"Merge pull request #{number}: {step.subject}"
            merge = f"{_dated(step.day)} git merge --quiet --no-ff -m '{message}' {step.branch}"
            run(merge, folder=folder)
            run(f"git branch --quiet -d {step.branch}", folder=folder)


def _commit(folder: Path, files: Mapping[str, str], *, subject: str, day: str) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    run(f"git add --all && {_dated(day)} git commit --quiet -m '{subject}'", folder=folder)


def _dated(day: str) -> str:
    return f"GIT_AUTHOR_DATE={day}T09:00:00Z GIT_COMMITTER_DATE={day}T10:00:00Z"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True)
    build_tutorial(place)
