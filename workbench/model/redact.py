"""Takes secrets out of text before it is stored: what programs print may hold tokens of the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

MARK = "[redacted]"

_SECRET_NAME = re.compile(r"token|secret|password|passwd|key|credential", re.IGNORECASE)
_SHORTEST = 8

# A private key may have lost its end to trimming, so it reaches to the end of the text then.
_KEY_FORMATS = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",  # AWS
    r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b",  # GitHub
    r"\bgithub_pat_[A-Za-z0-9_]{22,255}\b",
    r"\bglpat-[A-Za-z0-9_-]{20,}",  # GitLab
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",  # Slack
    r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",  # Stripe
    r"\bsk-[A-Za-z0-9_-]{20,}",  # OpenAI, Anthropic
    r"\bAIza[A-Za-z0-9_-]{35}",  # Google
    r"\bhf_[A-Za-z0-9]{30,}",  # Hugging Face
    r"\bnpm_[A-Za-z0-9]{36}\b",
    r"\bpypi-[A-Za-z0-9_-]{50,}",
    r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",  # JSON web token
    r"(?<=://)[^/\s:@]{1,200}:[^/\s@]{1,200}(?=@)",  # user:password in an address
    r"(?i:(?<=bearer ))[A-Za-z0-9._~+/-]{16,}=*",
)


def redactor(environment: Mapping[str, str]) -> Callable[[str], str]:
    """Return a function that replaces secrets by `[redacted]`.

    Secrets are the values, from 8 characters, of variables whose name speaks of a token, secret, password,
    key or credential, and whatever has the form of a well-known key.
    """
    found = {
        value
        for name, value in environment.items()
        if len(value) >= _SHORTEST and value not in MARK and _SECRET_NAME.search(name)
    }
    values = sorted(found, key=lambda value: (-len(value), value))
    secret = re.compile("|".join([*map(re.escape, values), *_KEY_FORMATS]))
    return lambda text: secret.sub(MARK, text)


def redact(text: str, environment: Mapping[str, str]) -> str:
    """Return `text` without the secrets that `redactor` knows."""
    return redactor(environment)(text)
