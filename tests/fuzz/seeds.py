"""What a fuzzer begins with: bytes of each target that are read, so that it need not find out the forms by itself.

Comes in: nothing. Goes out: seeds by target. Must not know what runs them.
"""

from __future__ import annotations

from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "connectors" / "samples"

_AMOUNTS = (
    "-$2,666.00", "$(250.00)", "(50.00)", "50.00-", "€ 1.250,00", "1 250,00", "1\u202f250,5 kr", "1'250.00 CR", "0,500",
    "-0", "US$ 5", "5 SEK", "\N{MINUS SIGN}R5", "123456789012345.0123456789", "1,200", "1.200", "ABC 5", "٣", "1e5",
)  # fmt: skip
_DATES = (
    "31/01/2026", "01-31-2026", "31.1.26", "2026/1/31", "22 Aug 2023", "Jan 28, 2021", "1 september 26", "20260131",
    "2026. 01. 31", "2026-01-31T00:00:00Z", "2026-02-29", "ſept 1, 2023", "",
)  # fmt: skip
_ROWS = (
    'a,b\n"c ""d""",e\r\n',
    '"a\nb",c\n',
    'a,5" pipe\n',
    'a;"b;c"\n',
    "a\tb\r",
    '2026-01-31,1.00\n"x\n2026-01-31,2.00",y\n',
)

SEEDS: dict[str, list[bytes]] = {
    "amounts": [bytes([choice]) + text.encode() for text in _AMOUNTS for choice in range(0, 48, 5)],
    "dates": [bytes([choice]) + text.encode() for text in _DATES for choice in range(9)],
    "csv": [bytes([choice]) + text.encode() for text in _ROWS for choice in range(9)],
    "xml": [path.read_bytes() for path in sorted((SAMPLES / "electronic").glob("*.xml"))],
}
