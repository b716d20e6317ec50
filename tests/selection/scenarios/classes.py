"""Edits of classes: methods, attributes, bases, and what Python does with them by itself."""

from __future__ import annotations

from tests.selection.edits import append, replace, together
from tests.selection.scenario import Scenario, ids, scenario

SRC = "src/harbour/"
VESSEL, GEO, CARGO = SRC + "vessel.py", SRC + "geo.py", SRC + "cargo.py"
LENGTHS = ids("vessel", "length", "in_metres", "label", "fee", "tug")
SORTED = ids("vessel", "by_length")
TUGS = ids("vessel", "tug", "tug_is_a_ferry", "pull") | ids("report", "report")
COURSES = ids("geo", "sum", "note", "north_is_a_course")
KINDS = ids("cargo", "kinds", "wet", "every_kind[BULK]", "every_kind[LIQUID]")
GAUGES = ids("gauge", "reading", "clamped")

SCENARIOS: list[Scenario] = [
    scenario(
        "base_method",
        "a method of a base class",
        replace(VESSEL, "sum(self.sections)", "sum(self.sections) + 1"),
        must=LENGTHS,
        also=SORTED,
    ),
    scenario(
        "override_added",
        "a subclass gets a method that its base has",
        replace(
            VESSEL, "    pull = 40\n", '    pull = 40\n\n    def kind(self):\n        return "t"\n'
        ),
        must=ids("report", "report"),
        also=TUGS,
    ),
    scenario(
        "override_between",
        "the class in the middle gets a method that its base has",
        replace(
            VESSEL,
            "    @property",
            "    def length(self):\n        return 0\n\n    @property",
        ),
        must=LENGTHS | SORTED,
    ),
    scenario(
        "override_gone",
        "a method goes and the base's shows",
        together(
            replace(VESSEL, "class Vessel:", 'class Vessel:\n    flag = "BE"\n'),
            replace(VESSEL, '    flag = "NL"\n\n', ""),
        ),
        must=ids("vessel", "flag", "label", "tug_is_a_ferry"),
    ),
    scenario(
        "base_changed",
        "a class has another base",
        replace(VESSEL, "class Tug(Ferry)", "class Tug(Vessel)"),
        must=ids("vessel", "tug_is_a_ferry"),
        also=TUGS,
    ),
    scenario(
        "base_added",
        "a class has one more base, before the other",
        replace(
            VESSEL,
            "class Tug(Ferry)",
            "class Slow:\n    def length(self):\n        return 1\n\n\nclass Tug(Slow, Ferry)",
        ),
        must=ids("vessel", "tug"),
        also=TUGS,
    ),
    scenario(
        "class_attribute",
        "a value of a class that a subclass has too",
        replace(VESSEL, '"NL"', '"BE"'),
        must=ids("vessel", "flag", "label", "tug_is_a_ferry"),
    ),
    scenario(
        "class_attribute_of_one",
        "a value of a class that one test reads",
        replace(VESSEL, "pull = 40", "pull = 41"),
        must=ids("vessel", "pull"),
    ),
    scenario(
        "property_body",
        "the body of a property",
        replace(VESSEL, "{self.flag} {", "{self.flag}-{"),
        must=ids("vessel", "label"),
    ),
    scenario(
        "property_becomes_method",
        "a decorator of a method goes",
        replace(VESSEL, "    @property\n", ""),
        must=ids("vessel", "label"),
    ),
    scenario(
        "init_body",
        "the constructor of one class",
        replace(VESSEL, "self.sections = [7]", "self.sections = [8]"),
        must=ids("vessel", "tug"),
        also=ids("report", "report") | ids("vessel", "tug_is_a_ferry"),
    ),
    scenario(
        "operator_body",
        "a comparison that sorted() calls",
        replace(VESSEL, "self.length() < other", "self.length() > other"),
        must=SORTED,
    ),
    scenario(
        "operator_gone",
        "a comparison that sorted() needs",
        replace(VESSEL, "__lt__", "less"),
        must=SORTED,
    ),
    scenario(
        "addition_body",
        "an operator that no name stands for",
        replace(GEO, "self.degrees + other", "self.degrees - other"),
        must=ids("geo", "sum"),
    ),
    scenario(
        "equality_body",
        "a comparison in an assert",
        replace(GEO, "self.degrees == other.degrees", "False"),
        must=ids("geo", "sum"),
    ),
    scenario(
        "truth_added",
        "a class gets __bool__, which nobody names",
        append(GEO, "\n    def __bool__(self):\n        return self.degrees > 0\n"),
        must=ids("geo", "north_is_a_course"),
        also=COURSES,
    ),
    scenario(
        "length_added",
        "a class gets __len__, which a truth test calls",
        append(GEO, "\n    def __len__(self):\n        return self.degrees\n"),
        must=ids("geo", "north_is_a_course"),
        also=COURSES,
    ),
    scenario(
        "getattribute_added",
        "a class gets __getattr__",
        append(GEO, '\n    def __getattr__(self, name):\n        return "any"\n'),
        also=COURSES,
    ),
    scenario(
        "slots",
        "a name less in __slots__",
        replace(GEO, '("degrees", "note")', '("degrees",)'),
        must=ids("geo", "note"),
        also=COURSES,
    ),
    scenario(
        "field_added",
        "a dataclass has one more field",
        replace(GEO, "    lon: float = 0.0\n", "    lon: float = 0.0\n    depth: float = 0.0\n"),
        must=ids("geo", "position"),
    ),
    scenario(
        "field_default",
        "a field of a dataclass has another default",
        replace(GEO, "lon: float = 0.0", "lon: float = 1.0"),
        must=ids("geo", "position"),
    ),
    scenario(
        "class_decorator",
        "an argument of a class's decorator",
        replace(GEO, "@dataclass\n", "@dataclass(repr=False)\n"),
        must=ids("geo", "position"),
    ),
    scenario(
        "enum_member_added",
        "one more member of an enum",
        replace(CARGO, '    LIQUID = "liquid"\n', '    LIQUID = "liquid"\n    GAS = "gas"\n'),
        must=ids("cargo", "kinds", "every_kind[GAS]"),
        also=KINDS,
    ),
    scenario(
        "enum_value",
        "another value of a member",
        replace(CARGO, '"liquid"', '"wet"'),
        must=ids("cargo", "kinds", "every_kind[LIQUID]"),
        also=KINDS,
    ),
    scenario(
        "subclass_added",
        "a class whose base keeps a list of its subclasses",
        append(SRC + "crew.py", "\n\nclass Cook(Member):\n    pass\n"),
        must=ids("crew", "known_members"),
    ),
    scenario(
        "init_subclass_body",
        "what a base does with its subclasses",
        replace(SRC + "crew.py", "cls.__name__", "cls.__name__.upper()"),
        must=ids("crew", "known_members"),
    ),
    scenario(
        "metaclass_body",
        "what a metaclass does with a class",
        replace(SRC + "instruments.py", "name.upper()", "name.lower()"),
        must=ids("instruments", "title"),
        also=ids("instruments", "unit"),
    ),
    scenario(
        "metaclass_gone",
        "a class loses its metaclass",
        replace(SRC + "instruments.py", "(metaclass=Listed)", ""),
        must=ids("instruments", "title"),
        also=ids("instruments", "unit"),
    ),
    scenario(
        "descriptor_body",
        "what is called when an attribute is set",
        replace(SRC + "gauge.py", "min(value", "max(value"),
        must=GAUGES,
    ),
    scenario(
        "descriptor_argument",
        "what a descriptor is made with",
        replace(SRC + "gauge.py", "Clamped(10)", "Clamped(50)"),
        must=ids("gauge", "clamped"),
        also=GAUGES,
    ),
    scenario(
        "exit_body",
        "what a with statement calls at its end",
        replace(SRC + "gauge.py", "self.level = 0", "raise RuntimeError"),
        must=GAUGES,
    ),
    scenario(
        "attribute_in_format",
        "an attribute that a format text names",
        replace(SRC + "labels.py", 'colour = "red"', 'colour = "green"'),
        must=ids("labels", "painted"),
    ),
    scenario(
        "attribute_in_attrgetter",
        "an attribute that a text with dots names",
        replace(SRC + "labels.py", "period = 4", "period = 5"),
        must=ids("labels", "blink"),
    ),
]
