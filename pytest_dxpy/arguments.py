"""The command line's arguments as pytest's own collection takes them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from _pytest import main

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest


def resolve_arguments(config: pytest.Config) -> list[main.CollectionArgument]:
    """The command line's arguments as ``Session.perform_collect`` resolves them.

    Raises:
        pytest.UsageError: as pytest words it.
    """
    parameters = inspect.signature(main.resolve_collection_argument).parameters
    keywords: dict[str, Any] = {"as_pypath": config.option.pyargs}
    if "consider_namespace_packages" in parameters:
        keywords["consider_namespace_packages"] = config.getini("consider_namespace_packages")
    directory = config.invocation_params.dir
    resolved = [
        main.resolve_collection_argument(
            directory, argument, *([index] if "arg_index" in parameters else []), **keywords
        )
        for index, argument in enumerate(config.args)
    ]
    normalize = getattr(main, "normalize_collection_arguments", None)
    if normalize is None or config.getoption("keepduplicates"):
        return resolved
    normalized: list[main.CollectionArgument] = normalize(resolved)
    return normalized


def overlapping(arguments: Sequence[main.CollectionArgument]) -> bool:
    """Whether two arguments stand for some of the same files."""
    whole = [argument.path for argument in arguments if not argument.parts]
    return len(set(whole)) < len(whole) or any(
        path in argument.path.parents or (argument.parts and path == argument.path)
        for path in whole
        for argument in arguments
    )
