"""Writes the generated pages of `docs/` anew: `python -m tests.docs.update`. Read their diff before you commit it."""

from __future__ import annotations

from tests.docs.pages import DOCS, pages


def main() -> None:
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
