"""Writes the page of all causes from the catalogues: `python docs/cause_kinds.py`.

Comes in: `billcheck.pricing.mistake.KINDS`, its pairs, and `billcheck.engine.patterns.PATTERNS`. Goes out:
`docs/reference/causes.md`. A test fails where they differ.
"""

from __future__ import annotations

from pathlib import Path

from billcheck.engine.patterns import PATTERNS
from billcheck.pricing.mistake import KINDS
from billcheck.pricing.mistakes import PAIRS

PAGE = Path(__file__).parent / "reference" / "causes.md"

INTRODUCTION = """\
# Causes

What a check can name as the likely cause of a difference, by the code that stands in the
[JSON](report-json.md). A code of several parts names explanations that fit equally well, joined by `_or_`, or two
mistakes at once, joined by `_and_`. [How a cause is found](../concepts/diagnosis.md) says when one is named.

<!-- Written by docs/cause_kinds.py from the catalogues; change it there. -->

## Mistakes

Each follows from the terms of the contract, or from those of other contracts; none has a figure of its own. At most 40
are tried for a charge, in turns by what they are about, the latest change of the terms first.

"""

PATTERNS_INTRODUCTION = """
## Parts and multiples

Simple fractions of the agreed amount, with numerator and denominator up to 12. They need no wrong terms to be seen.

"""

PAIRS_INTRODUCTION = """
## Two at once

Only these, on at least three periods with at least two different pairs of an agreed and a billed amount, and only where
no single mistake explains them.

"""


def page() -> str:
    """The whole page, in the order of the catalogues."""
    pairs = sorted(PAIRS, key=lambda pair: ([*KINDS].index(pair[0]), pair[1]))
    listed = "\n".join(f"- `{first}` and `{second}`" for first, second in pairs)
    return "".join(
        [INTRODUCTION, _table(KINDS), PATTERNS_INTRODUCTION, _table(PATTERNS), PAIRS_INTRODUCTION, listed, "\n"]
    )


def _table(kinds: dict[str, str]) -> str:
    rows = [f"| `{code}` | {meaning} |" for code, meaning in kinds.items()]
    return "\n".join(["| Code | What was done |", "| --- | --- |", *rows]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
