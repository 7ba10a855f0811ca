"""Which files can matter at all: one pass over the bytes of each, for the words of all rules at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import ahocorasick

_DOTTED_END = re.compile(r"[\w.\x80-\xff]*\Z")
_LONGEST_HOLDER = 200
_QUOTES = frozenset("\"'")


@dataclass(frozen=True, slots=True)
class Hit:
    """What a file holds: the words, and the dotted texts they are read off, in code or in a string.

    The holder "" stands for what no dotted text names: the result of a call, or whoever looks up a string that is
    the word and nothing else.
    """

    words: frozenset[str]
    holders: frozenset[str] = frozenset()

    def __or__(self, other: Hit) -> Hit:
        return Hit(self.words | other.words, self.holders | other.holders)


@dataclass(frozen=True)
class Needles:
    """The words looked for. Those in `aliases` count only in files that also hold one of some other texts."""

    words: frozenset[str] = frozenset()
    aliases: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def all(self) -> frozenset[str]:
        return self.words | self.aliases.keys()

    def look(self, source: bytes) -> Hit | None:
        """Return what a file holds, None if it is nothing that counts. Words end where identifiers end."""
        if not self.all:
            return None
        # Byte for byte as characters: the automaton reads text, and bytes are what is fast to get.
        text = source.decode("latin-1")
        words: set[str] = set()
        holders: set[str | None] = set()
        for last, (length, word) in self._automaton.iter(text):
            start, end = last - length + 1, last + 1
            before, after = text[start - 1 : start], text[end : end + 1]
            if not _goes_on(before) and not _goes_on(after) and self._counts(word, text):
                words.add(word)
                holders.add("" if before in _QUOTES and after in _QUOTES else _holder(text, start))
        return Hit(frozenset(words), frozenset(one for one in holders if one is not None)) if words else None

    def _counts(self, word: str, text: str) -> bool:
        return word in self.words or any(beside in text for beside in self.aliases[word])

    @cached_property
    def _automaton(self) -> ahocorasick.Automaton:
        automaton = ahocorasick.Automaton()
        for word in self.all:
            bytewise = word.encode().decode("latin-1")
            automaton.add_word(bytewise, (len(bytewise), word))
        automaton.make_automaton()
        return automaton


def _goes_on(character: str) -> bool:
    """Say whether an identifier goes on over this character; a byte above ASCII belongs to one."""
    return character.isalnum() or character == "_" or character >= "\x80"


def _holder(text: str, start: int) -> str | None:
    """Return the dotted text that the word at `start` is read off, None where the word stands by itself."""
    before = text[max(start - _LONGEST_HOLDER, 0) : start].rstrip()
    if not before.endswith("."):
        return None
    match = _DOTTED_END.search(before[:-1].rstrip())
    return match[0].encode("latin-1").decode("utf-8", "replace") if match else ""
