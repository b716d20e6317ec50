"""How many tests more than perfect may run, by scenario, and why.

These numbers are what following names and files costs where a tool with perfect knowledge would
pay nothing. They may fall.
"""

from __future__ import annotations

# Tests that ask for a name which is computed see every statement of what they import that
# changes: ten of the sample's; where a class changes, all who use it, too.
COMPUTED_NAMES = {
    "same_number": 12,
    "same_new_function": 11,
    "same_annotation": 11,
    "same_fixture_added": 11,
    "same_fixture_renamed": 11,
    "same_function_elsewhere": 21,
    "same_unused_import": 30,  # `os` is mentioned in many a place
    "signature": 11,
    "constant": 12,
    "computed_attribute_added": 2,
    "imported_function_gone": 11,
    "reexport_list": 12,
    "module_getattr_hidden": 1,
    "attribute_in_format": 1,
    "attribute_in_attrgetter": 1,
    "fixture_scope": 12,
    "fixture_renamed": 12,
    "fixture_up": 11,
    "fixture_down": 12,
    "base_of_tests": 10,
}

# Tests that look at source, line numbers or docstrings, of whatever file.
READ_SOURCE = {
    "same_docstring": 2,
    "same_blank_lines": 2,
    "same_wrapped": 3,
    "same_functions_moved": 2,
    "same_cookie": 2,
    "same_conftest_comment": 1,
    "same_conftest_docstring": 4,
    "same_conftest_imports": 2,
    "same_fixture_body": 1,
    "fixture_body": 1,
    "fixture_helper": 2,
    "fixture_by_mark": 1,
    "fixture_teardown": 1,
}

# Names are matched by name alone: a parameter `metres` is taken for the function.
SAME_NAME = {
    "same_local_renamed": 1,
    "core_body": 1,
    "replaced_body": 1,
    "session_fixture_body": 3,
    "two_edits": 1,
    "repaired_otherwise": 1,
    "same_function_twice": 1,
    "same_size_same_second": 1,
    "one_file_before": 1,
    "one_word_before": 3,
    "stopped_before": 1,
    "interrupted_before": 1,
    "plain_run_before": 1,
    "collected_before": 1,
    "data_behind_cache": 1,  # the text "spring.txt" may name the function `spring`
    "data_behind_memo": 1,
    "listing_behind_cache": 9,  # a function `tables` in a module `tables`
    "computed_module_gone": 1,
}

# A class is one thing: who runs a method of it uses all of it.
WHOLE_CLASS = {
    "same_typing_import": 1,
    "builtin_hidden": 5,
    "base_method": 5,
    "override_added": 1,
    "override_between": 5,
    "override_gone": 8,
    "base_added": 7,
    "class_attribute": 8,
    "class_attribute_of_one": 3,
    "property_becomes_method": 10,
    "operator_body": 10,
    "operator_gone": 10,
    "addition_body": 1,
    "equality_body": 1,
    "getattribute_added": 1,
}

# What a function has read, or imported by a computed name, another test may have been given by it.
MAY_BE_KEPT = {
    "same_json": 1,
    "data": 1,
    "data_gone": 1,
    "data_changed_back": 1,
    "init_body": 1,
}

# What runs when a module is imported or a file collected is of all tests that import it.
WHOLE_FILE = {
    "same_text_in_other_coding": 4,
    "same_pass": 1,
    "registered_body": 2,
    "constant_computed": 2,
    "constant_extended": 1,
    "constant_table": 1,
    "constant_replaced": 2,
    "name_deleted": 5,
    "lazy_module_gone": 10,
    "fixture_overridden_in_file": 1,
    "pytest_generate_tests": 8,
    "test_imports_otherwise": 3,
}

# The same, where a conftest or a plugin imports it: all tests.
ALL_FILES = {
    "reexport": 181,
    "override_of_other_module": 179,
    "override_goes": 179,
    "plugin_fixture": 181,
    "plugin_comment": 182,
}

MOST_EXTRA = (
    COMPUTED_NAMES | READ_SOURCE | SAME_NAME | WHOLE_CLASS | MAY_BE_KEPT | WHOLE_FILE | ALL_FILES
)
