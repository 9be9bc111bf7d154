"""Whether a text says that a line makes up for what was billed too little before.

Comes in: any text. Goes out: yes or no. The words are those bookkeepers write on such lines, in the languages in which
periods are read; a stem ends in an asterisk. Words that also stand on ordinary lines are left out: "arrears" alone (a
service may be billed in arrears), "adjustment" (of a price), "settlement". Must not know periods, dates or amounts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_WORDS: Final = """
catch-up catch-ups catching_up back-bill* back-charg* back_payment true-up underbill* under-bill* undercharg* shortfall
unbilled not_billed not_invoiced never_billed retroactive* retrospective* supplementary forgotten omitted
correction corrections late_billing
inhaal* nabetaling nafactur* nagefactureerd naberekening navordering achterstallig* correctie vergeten
terugwerkende niet_gefactureerd te_weinig
nachberechn* nachforder* nachzahl* nachfaktur* nachverrechn* nachbelast* nachträglich* rückwirkend* korrektur*
vergessen* zu_wenig nicht_berechnet
rattrapage régularisation rétroacti* arriéré* correction oublié* non_facturé*
regularización retroactiv* atrasos corrección no_facturado
conguaglio arretrat* retroattiv* rettifica non_fatturat*
retroativ* atrasad* regularização correção acerto não_faturado
efterfakturering retroaktiv* rättelse korrigering efteropkræv* efterregulering korrektion
etterfakturering etterbetaling korreksjon
wyrównanie korekta dopłata zaległ* jälkilaskut* takautuv* oikaisu korjauslasku
"""


def _pattern(words: str) -> re.Pattern[str]:
    spelt = (
        re.escape(word.rstrip("*")).replace(r"\-", "[- ]?").replace("_", r"\s+") + (r"\w*" if word[-1] == "*" else "")
        for word in sorted(set(words.split()), reverse=True)
    )
    return re.compile(rf"\b(?:{'|'.join(spelt)})\b", re.IGNORECASE)


_PATTERN = _pattern(_WORDS)


def says_catch_up(text: str) -> bool:
    """Whether the text holds such a word, whatever its case and however its accents are encoded."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _PATTERN.search(text) is not None
