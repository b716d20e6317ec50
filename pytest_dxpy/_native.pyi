# What native/bindings/ binds. Use it through pytest_dxpy.native.

from collections.abc import Sequence
from typing import Any

from pytest_dxpy.protocol import RawEvent

class NativeError(RuntimeError): ...
