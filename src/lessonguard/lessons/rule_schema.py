"""What may stand in a Semgrep rule, as JSON Schema.

Semgrep itself lets unknown keys pass, and answers a rule ID, an option or a language of the wrong type by
refusing all rules of the run, so that a typo would silence every lesson. The keys are those of the
`rule_schema_v1.yaml` that ships with Semgrep, and those that only its parser knows: the options of taint
sources and sinks, `fix` and `as` in patterns, and what `options` may hold. A test compares them with the
installed Semgrep.

Definitions refer to each other by `#/definitions/…` and use no more of JSON Schema than `validate` knows.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

RULE_ID_PATTERN = "^[a-zA-Z0-9._-]+$"

LANGUAGES = (
    *("apex", "bash", "sh", "c", "cairo", "circom", "clojure", "cpp", "c++", "csharp", "c#", "dart"),
    *("dockerfile", "docker", "fga", "openfga", "ex", "elixir", "go", "golang", "gosu", "hack", "html"),
    *("java", "js", "javascript", "json", "jsonnet", "julia", "kt", "kotlin", "lisp", "lua", "move_on_sui"),
    *("move_on_aptos", "objc", "objectivec", "objective-c", "ocaml", "php", "powershell", "promql", "proto"),
    *("protobuf", "proto3", "python2", "python3", "py", "python", "r", "ruby", "rust", "scala", "scheme"),
    *("solidity", "sol", "swift", "tf", "hcl", "terraform", "ts", "typescript", "vue", "xml", "yaml"),
    *("generic", "regex", "none"),
)
# These read text, not code, so that Semgrep lets no other language be in a rule with them.
LONE_LANGUAGES = frozenset({"generic", "regex", "none"})

SEVERITIES = ("ERROR", "WARNING", "INFO", "INVENTORY", "EXPERIMENT", "CRITICAL", "HIGH", "MEDIUM", "LOW")


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


TEXT: Schema = {"type": "string", "minLength": 1}
_TEXTS: Schema = {"type": "array", "items": TEXT}
_BOOLEAN: Schema = {"type": "boolean"}
_INTEGER: Schema = {"type": "integer"}
_LANGUAGE = _ref("language")
_METAVARIABLE = _ref("metavariable")
_ANALYZER: Schema = {"enum": ["entropy", "entropy_v2", "redos"]}


def _some(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


def _object(properties: Schema, *, required: tuple[str, ...] = (), one_of: tuple[str, ...] = ()) -> Schema:
    """Describe an object with these keys and no others; of `one_of` it has exactly one."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    if one_of:
        schema["oneOf"] = [{"required": [key]} for key in one_of]
    return schema


def _single(properties: Schema) -> Schema:
    """Describe an object that has exactly one of these keys."""
    return {**_object(properties), "minProperties": 1, "maxProperties": 1}


def _refused(why: str, remedy: str = "remove it") -> Schema:
    return {"not": {}, "description": f"{why}; {remedy}"}


_MISPLACED = _refused("it narrows other patterns", "put it and them under `patterns`")
_INTERNAL = _refused("it is internal to Semgrep and changes without notice")

_MATCHERS: Schema = {
    "pattern": {**TEXT, "description": "Code to find; `...` stands for anything, `$X` for any expression."},
    "pattern-regex": {**TEXT, "description": "A PCRE regular expression to find."},
    "patterns": {**_ref("patterns"), "description": "All of these must match."},
    "pattern-either": {**_ref("pattern-either"), "description": "One of these must match."},
}
_SURROUNDINGS: Schema = {
    "pattern-not": {**_ref("nested"), "description": "Not where this matches."},
    "pattern-inside": {**_ref("nested"), "description": "Only inside a match of this."},
    "pattern-not-inside": {**_ref("nested"), "description": "Not inside a match of this."},
    "semgrep-internal-pattern-anywhere": _INTERNAL,
}
_NAME_FILTER: Schema = {"metavariable": _METAVARIABLE, "module": TEXT, "modules": _TEXTS}

_CONDITIONS: Schema = {
    "pattern-not-regex": {**TEXT, "description": "Not where this regular expression matches."},
    "focus-metavariable": {
        "anyOf": [_METAVARIABLE, _some(_METAVARIABLE)],
        "description": "Report what this metavariable matches, not the whole match.",
    },
    "metavariable-regex": _object(
        {"metavariable": _METAVARIABLE, "regex": TEXT, "constant-propagation": _BOOLEAN},
        required=("metavariable", "regex"),
    ),
    "metavariable-pattern": _object(
        {"metavariable": _METAVARIABLE, "language": _LANGUAGE, **_MATCHERS},
        required=("metavariable",),
        one_of=tuple(_MATCHERS),
    ),
    "metavariable-type": _object(
        {"metavariable": _METAVARIABLE, "type": TEXT, "types": _some(TEXT), "language": _LANGUAGE},
        required=("metavariable",),
        one_of=("type", "types"),
    ),
    "metavariable-comparison": _object(
        {"metavariable": _METAVARIABLE, "comparison": TEXT, "strip": _BOOLEAN, "base": _INTEGER},
        required=("comparison",),
    ),
    "metavariable-analysis": _object(
        {"metavariable": _METAVARIABLE, "analyzer": _ref("analyzer")},
        required=("metavariable", "analyzer"),
    ),
    "metavariable-name": _refused("it needs Semgrep's commercial engine"),
    "semgrep-internal-metavariable-name": _INTERNAL,
    "pattern-where-python": _refused("it runs Python code of the rule"),
}

_LABEL: Schema = {"label": TEXT, "requires": TEXT}
_EFFECT: Schema = {"by-side-effect": _BOOLEAN}
_SOURCE: Schema = {
    **_LABEL,
    "exact": _BOOLEAN,
    "control": _BOOLEAN,
    "by-side-effect": {"enum": [True, False, "true", "false", "only"]},
}
_SINK: Schema = {
    "exact": _BOOLEAN,
    "at-exit": _BOOLEAN,
    "requires": {"anyOf": [TEXT, _some({"type": "object", "minProperties": 1, "maxProperties": 1})]},
}
_SANITIZER: Schema = {"exact": _BOOLEAN, **_EFFECT}
_PROPAGATOR: Schema = {
    "from": _METAVARIABLE,
    "to": _METAVARIABLE,
    **_LABEL,
    **_EFFECT,
    "replace-labels": _TEXTS,
}

_FORMULA: Schema = {
    "pattern": _MATCHERS["pattern"],
    "regex": _MATCHERS["pattern-regex"],
    "all": _some(_ref("formula")),
    "any": _some(_ref("formula")),
    "not": _ref("formula"),
    "inside": _ref("formula"),
    "anywhere": _ref("formula"),
}
_FORMULA_KEYS = tuple(_FORMULA)
_FORMULA_OPTIONS: Schema = {
    "where": {"type": "array", "items": _ref("where")},
    "fix": TEXT,
    "as": _METAVARIABLE,
}


# What `options` may hold. No documentation of Semgrep lists them all; these are the names and types that its
# engine reads, and a test has the installed engine read every one.
_FLAGS = (
    *("ac_matching", "arrow_is_function", "attr_expr", "commutative_boolop", "commutative_compop"),
    *("constant_propagation", "decorators_order_matters", "flddef_assign", "generic_caseless"),
    *("generic_multiline", "go_deeper_expr", "go_deeper_stmt", "implicit_deep_exprstmt", "implicit_ellipsis"),
    *("implicit_return", "interfile", "let_is_var", "strict_mvar_name_binding", "symbolic_propagation"),
    *("symmetric_eq", "taint_assume_safe_booleans", "taint_assume_safe_comparisons"),
    *("taint_assume_safe_functions", "taint_assume_safe_indexes", "taint_assume_safe_numbers"),
    *("taint_interproc_lambdas", "taint_only_propagate_through_assignments", "taint_unify_mvars"),
    *("unify_ids_strictly", "vardef_assign", "xml_attrs_implicit_ellipsis", "xml_children_ordered"),
    "xml_singleton_loose_matching",
)
_BRACES: Schema = {"type": "array", "items": {**_TEXTS, "minItems": 2, "maxItems": 2}}

_OPTIONS: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(_FLAGS, _BOOLEAN),
        "cpp_parsing_pref": {"enum": ["as_fundef", "as_vardef_with_ctor"]},
        "generic_braces": _BRACES,
        "generic_comment_style": {"enum": ["c", "cpp", "shell"]},
        "generic_ellipsis_max_span": {"type": "integer"},
        "generic_engine": {"enum": ["aliengrep", "spacegrep"]},
        "generic_extra_braces": _BRACES,
        "generic_extra_word_characters": _TEXTS,
        "taint_focus_on": {"enum": ["source", "sink"]},
        "taint_match_on": {"enum": ["source", "sink"]},
    },
}


def _taint(options: Schema, *required: str) -> Schema:
    return _some(_object({**_MATCHERS, **options}, required=required, one_of=tuple(_MATCHERS)))


def _formula(options: Schema, *required: str) -> Schema:
    return _object({**_FORMULA, **_FORMULA_OPTIONS, **options}, required=required, one_of=_FORMULA_KEYS)


# What the rule below, and these among themselves, refer to.
DEFINITIONS: dict[str, Schema] = {
    "language": {
        "enum": list(LANGUAGES),
        "description": "A language as Semgrep names it; see https://semgrep.dev/docs/supported-languages",
    },
    "metavariable": {
        "type": "string",
        "pattern": r"^(\$(\.\.\.)?[A-Z_][A-Z_0-9]*|\$[0-9]+)$",
        "patternErrorMessage": "a metavariable such as $X",
    },
    "patterns": _some(_single({**_MATCHERS, **_SURROUNDINGS, **_CONDITIONS})),
    "pattern-either": _some(
        _single(
            {
                **_MATCHERS,
                "pattern-inside": _SURROUNDINGS["pattern-inside"],
                "semgrep-internal-pattern-anywhere": _INTERNAL,
                **dict.fromkeys(("pattern-not", "pattern-not-inside", *_CONDITIONS), _MISPLACED),
            }
        )
    ),
    "nested": {
        "anyOf": [TEXT, _single({**_MATCHERS, **_SURROUNDINGS, **dict.fromkeys(_CONDITIONS, _MISPLACED)})]
    },
    "analyzer": {
        "anyOf": [
            _ANALYZER,
            _object({"kind": _ANALYZER, "mode": {"enum": ["lax", "strict", "default"]}}, required=("kind",)),
        ]
    },
    "formula": {"anyOf": [TEXT, _formula({})]},
    "where": _object(
        {
            **_FORMULA,
            **_FORMULA_OPTIONS,
            "focus": _CONDITIONS["focus-metavariable"],
            "comparison": TEXT,
            "base": _INTEGER,
            "strip": _BOOLEAN,
            "metavariable": _METAVARIABLE,
            "type": TEXT,
            "types": _TEXTS,
            "analyzer": _ref("analyzer"),
            "language": _LANGUAGE,
            "constant-propagation": _BOOLEAN,
        },
        one_of=("focus", "comparison", "metavariable"),
    ),
    "taint": _object(
        {
            "sources": _some({"anyOf": [TEXT, _formula(_SOURCE)]}),
            "sinks": _some({"anyOf": [TEXT, _formula(_SINK)]}),
            "sanitizers": _some({"anyOf": [TEXT, _formula({**_SANITIZER, "not-conflicting": _BOOLEAN})]}),
            "propagators": _some(_formula(_PROPAGATOR, "from", "to")),
        },
        required=("sources", "sinks"),
    ),
    "options": _OPTIONS,
}

# A rule has exactly one of these; `pattern-sources` comes with `pattern-sinks` and `mode: taint`.
MATCH_KEYS = (*_MATCHERS, "match", "taint", "pattern-sources")

_NO_JOIN = _refused("rules that join other rules are not supported")
_NO_EXTRACT = _refused("rules that extract code for other rules are not supported")
_VERSION: Schema = {
    "type": "string",
    "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$",
    "patternErrorMessage": "a version of the form 1.2.3",
}
_GLOBS: Schema = {**_TEXTS, "description": "Globs as in .gitignore."}

# A rule in a lesson file: as Semgrep reads it, but `id`, `message` and `severity` may be absent, because
# `build` adds them.
RULE: Schema = _object(
    {
        "id": {
            "type": "string",
            "pattern": RULE_ID_PATTERN,
            "patternErrorMessage": "an ID of letters, digits and . _ -",
            "description": "Unique among all lessons; default: made from the incident.",
        },
        "languages": {
            **_some(_LANGUAGE),
            "description": "Languages of the code, for instance [python].",
        },
        "message": {
            **TEXT,
            "description": "Default: title and failure mode of the lesson.",
        },
        "severity": {
            "enum": list(SEVERITIES),
            "description": "Default: from the severity of the lesson.",
        },
        "mode": {
            "enum": ["search", "taint"],
            "default": "search",
            "description": "taint: follow data from sources to sinks. Other modes are not supported.",
        },
        "min-version": {**_VERSION, "description": "The oldest Semgrep version that can run this rule."},
        "max-version": {**_VERSION, "description": "The newest Semgrep version that can run this rule."},
        "version": {"type": "string", "description": "The version of the rule."},
        "paths": {
            **_object({"include": _GLOBS, "exclude": _GLOBS}),
            "description": "Which files to check: globs to include and to exclude; default: all files.",
        },
        "options": {**_ref("options"), "description": "Features of Semgrep's matching to turn on or off."},
        "metadata": {"type": "object", "description": "Any data; Semgrep ignores it."},
        "fix": {"type": "string", "description": "What to write instead; may use metavariables."},
        "fix-regex": {
            **_object(
                {"regex": TEXT, "replacement": {"type": "string"}, "count": _INTEGER},
                required=("regex", "replacement"),
            ),
            "description": "What to replace in the matched code, by a regular expression.",
        },
        **_MATCHERS,
        "match": {**_ref("formula"), "description": "What to find, in Semgrep's newer syntax."},
        "taint": {**_ref("taint"), "description": "Sources and sinks, in Semgrep's newer syntax."},
        "pattern-sources": {**_taint(_SOURCE), "description": "Where data comes from, with mode: taint."},
        "pattern-sinks": {**_taint(_SINK), "description": "What the data must not reach."},
        "pattern-sanitizers": {
            **_taint({**_SANITIZER, "not_conflicting": _BOOLEAN}),
            "description": "What makes the data harmless on its way.",
        },
        "pattern-propagators": {
            **_taint(_PROPAGATOR, "from", "to"),
            "description": "Calls that pass the data on in a way that Semgrep does not know.",
        },
        "join": _NO_JOIN,
        "extract": _NO_EXTRACT,
        "dest-rules": _NO_EXTRACT,
        "dest-language": _NO_EXTRACT,
        "transform": _NO_EXTRACT,
        "reduce": _NO_EXTRACT,
        "validators": _refused("it calls servers"),
        "r2c-internal-project-depends-on": _refused("rules about dependencies are not supported"),
    },
    required=("languages",),
    one_of=MATCH_KEYS,
)
