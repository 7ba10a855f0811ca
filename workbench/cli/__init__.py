"""The command line: one small file per verb, which parses, calls one engine function, renders, and says how it went."""


def main() -> None:
    """Run `workbench` on this process's arguments and exit with its code."""
    import sys

    from workbench.cli.boundary import answer

    sys.exit(answer(sys.argv[1:]))
