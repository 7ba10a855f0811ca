"""What was worked out from a file before, asked for by all that it was worked out from."""

from __future__ import annotations

from typing import Protocol, TypeVar

T = TypeVar("T")


class Memory(Protocol):
    """Keeps values by section and key. A key names everything that the value depends on, beside the rules of the plan.

    Nothing may come of a value being forgotten but that it is worked out again.
    """

    def recall(self, section: str, key: str, kind: type[T]) -> T | None:
        """Return the value kept under a key, None where there is none to be trusted."""

    def keep(self, section: str, key: str, value: object) -> None:
        """Keep a value under a key."""

    def digest(self, value: object) -> str:
        """Return what stands for a value in the key of another."""


class Forgetful:
    """A memory that keeps nothing."""

    def recall(self, section: str, key: str, kind: type[T]) -> T | None:  # noqa: ARG002 - a Memory
        return None

    def keep(self, section: str, key: str, value: object) -> None:
        pass

    def digest(self, value: object) -> str:  # noqa: ARG002 - a Memory
        return ""


FORGETFUL = Forgetful()
