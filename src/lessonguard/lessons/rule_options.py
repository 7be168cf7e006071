"""What may stand in the `options` of a Semgrep rule, as JSON Schema.

No documentation of Semgrep lists them all; these are the names and types that its engine reads. A value of
the wrong type makes it refuse all rules of the run. A test has the installed engine read every one.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_BOOLEAN: Schema = {"type": "boolean"}
_TEXTS: Schema = {"type": "array", "items": {"type": "string", "minLength": 1}}
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

OPTIONS: Schema = {
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
