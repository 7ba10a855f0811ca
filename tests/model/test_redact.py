"""Secrets never reach the ledger: known formats and the environment's own values go, everything else stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.model.redact import MARK, redact, redactor

ENVIRONMENT = {
    "DATABASE_PASSWORD": "hunter2hunter2",
    "db_passwd": "correct-horse",
    "MY_SECRET": "s3cret.value+",
    "CI_TOKEN": "token-abcdef",
    "TOKEN_LONGER": "token-abcdef-and-more",
    "GOOGLE_CREDENTIALS": "/run/credentials.json",
    "API_KEY": "short",
    "HOME": "/home/somebody",
}


@pytest.mark.parametrize(
    "value", ["hunter2hunter2", "correct-horse", "s3cret.value+", "token-abcdef", "/run/credentials.json"]
)
def test_values_of_secret_names_are_replaced(value: str) -> None:
    assert redact(f"before {value} after", ENVIRONMENT) == f"before {MARK} after"


def test_the_longest_value_wins_so_that_no_rest_is_left() -> None:
    assert redact("token-abcdef-and-more", ENVIRONMENT) == MARK


def test_short_values_and_other_names_stay() -> None:
    text = "short /home/somebody"
    assert redact(text, ENVIRONMENT) == text


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "a" * 40,
        "glpat-" + "x" * 20,
        "xoxb-123456789012-abcdef",
        "sk_live_" + "4" * 24,
        "sk-ant-" + "q" * 40,
        "AIza" + "b" * 35,
        "hf_" + "c" * 34,
        "npm_" + "d" * 36,
        "pypi-" + "e" * 60,
        "eyJhbGciOiJI.eyJzdWIiOiIx.sig-na_ture",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nits end was trimmed",
    ],
)
def test_well_known_key_formats_are_replaced(secret: str) -> None:
    assert redact(f"x {secret}", {}) == f"x {MARK}"


def test_credentials_in_an_address_and_a_header_go_and_the_rest_stays() -> None:
    assert redact("git clone https://me:pass@host/x", {}) == f"git clone https://{MARK}@host/x"
    assert redact("Authorization: Bearer abcdefghijklmnop==", {}) == f"Authorization: Bearer {MARK}"


def test_ordinary_output_is_untouched() -> None:
    text = "FAILED tests/test_a.py::test_key - KeyError: 'sk-1'\n12 passed in 0.3s http://localhost:8000/a@b"
    assert redact(text, {}) == text


@settings(deadline=None)
@given(st.text(), st.lists(st.text(min_size=8), max_size=3))
def test_doing_it_twice_changes_nothing_more(text: str, values: list[str]) -> None:
    clean = redactor({f"TOKEN_{n}": value for n, value in enumerate(values) if "[" not in value and "]" not in value})
    assert clean(clean(text)) == clean(text)
