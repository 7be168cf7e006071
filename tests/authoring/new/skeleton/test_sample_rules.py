"""The sample rules work: Semgrep finds their bad code and not their good code."""

from __future__ import annotations

from lessonguard.authoring.new.skeleton.sample_rules import SAMPLES
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineRule, Limits, Target


def test_every_sample_finds_the_bad_code_and_not_the_good() -> None:
    semgrep = find_semgrep()
    rules, targets, expected = [], [], {}
    for key, (name, sample) in enumerate(SAMPLES.items()):
        analyzers = semgrep.languages.analyzers_of_rule([name])
        patterns = [{"pattern": sample.pattern}, {"pattern-not": sample.pattern_not}]
        document = {"id": name, "languages": sorted(analyzers), "message": "m", "severity": "INFO"}
        rules.append(EngineRule(id=name, analyzers=analyzers, document={**document, "patterns": patterns}))
        for side, code in enumerate((sample.bad, sample.good)):
            content = code.encode()
            only = frozenset({min(analyzers)})
            targets.append(Target(key=2 * key + side, path="x", content=content, analyzers=only))
        expected[name] = {2 * key}

    result = semgrep.run(rules, targets, limits=Limits())

    assert (result.unchecked, result.refused) == ((), {})
    found = {
        name: {m.target for m in result.matches if m.rule == name and m.target // 2 == key}
        for key, name in enumerate(SAMPLES)
    }
    assert found == expected
