"""The words that make a service period, and those that forbid reading one.

Comes in: nothing. Goes out: for every language that is read, its month names and the small words around them, under
the kinds of `periods.tokens`. Reading and resolving know no word of any language; a further language is a further
`Vocabulary`. Must not know texts, dates or how words combine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ENGLISH_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
"""The months in order, as they are written in full."""


class Kind:
    """What a token is: single letters, so that a text becomes a string of kinds that patterns can search."""

    ISO_DAY: Final = "D"
    ISO_MONTH: Final = "I"
    YEAR: Final = "Y"
    DAY: Final = "N"
    MONTH: Final = "M"
    NUMBER: Final = "n"
    TIGHT_DASH: Final = "-"
    SPACED_DASH: Final = "~"
    TO: Final = "t"
    THROUGH: Final = "T"
    UNTIL: Final = "U"
    SLASH: Final = "/"
    COMMA: Final = ","
    AND: Final = "&"
    OF: Final = "o"
    BETWEEN: Final = "B"
    FROM: Final = "F"
    BOUNDARY: Final = "b"
    FILLER: Final = "f"
    DUE: Final = "C"
    DOCUMENT: Final = "R"
    INVOICE: Final = "i"
    NUMBER_SIGN: Final = "#"
    OPEN: Final = "P"
    PRICE: Final = "p"
    DURATION: Final = "d"
    BILLED: Final = "g"
    UNREADABLE: Final = "x"
    JUNK: Final = "j"
    WORD: Final = "w"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language, in lower case.

    `months` gives each spelling its month, 1 to 12; `abbreviations` are those that are not written in full. `names`
    are other things as well (Jan, Mar, Jun and Sep are abbreviations and people) and never stand for a month on their
    own. `verbs` must be capitalised to be a month on their own, `modals` to be a month at all. `words` gives the small
    words their kinds.
    """

    language: str
    months: dict[str, int]
    abbreviations: frozenset[str]
    names: frozenset[str]
    verbs: frozenset[str]
    modals: frozenset[str]
    words: dict[str, str]


def _months() -> dict[str, int]:
    spellings = {name: number for number, name in enumerate(ENGLISH_MONTHS, 1)}
    spellings |= {name[:3]: number for name, number in spellings.items()}
    return spellings | {"sept": 9}


def _words() -> dict[str, str]:
    groups: dict[str, str] = {
        Kind.TO: "to",
        Kind.THROUGH: "through thru inclusive",
        Kind.UNTIL: "until till",
        Kind.AND: "and",
        Kind.OF: "of",
        Kind.BETWEEN: "between",
        Kind.FROM: "from",
        Kind.FILLER: "the a an in on at for this our your period month dates",
        Kind.DUE: (
            "due dated date issued payable paid pay received sent signed agreed approved ordered accepted requested "
            "created confirmed discussed quoted cancelled"
        ),
        Kind.INVOICE: "invoice invoices inv bill bills",
        Kind.DOCUMENT: (
            "no nr number num order orders po ticket tickets ref reference project quote "
            "quotation estimate contract agreement id case job release version ver v rev revision build model code sku "
            "serial proposal offer statement sow receipt batch file folder matter cve rfc iso account policy edition"
        ),
        # Words that leave a period without its other end, or make it a part of what the month says.
        Kind.OPEN: (
            "since starting starts started start begin begins beginning commencing effective after before by "
            "valid expires expired expiry expiring ending ends ended end onward onwards forward present today now "
            "later mid early late half first second last next previous prior each every week weeks w "
            "weekly fiscal fy ytd mtd except excluding excl renewal renews renewed increase increased introduced as "
            "mr mrs ms miss dr t tm bis tot vanaf ab seit sinds dès depuis desde hasta dal fino från fra til asti "
            "sans sauf od do"
        ),
        Kind.PRICE: "price prices pricing pricelist rate rates tariff tariffs list index indexation",
        # A month beside one of these may be the first of several.
        Kind.DURATION: (
            "months years year quarter quarters quarterly annual annually annum yearly biannual semiannual biennial "
            "bimonthly semester semesters trimester halfyear halfyearly fortnight fortnightly"
        ),
        Kind.BILLED: (
            "retainer retainers fee fees subscription subscriptions hosting support maintenance service services "
            "licence licences license licenses rent rental payment charge charges usage billing work hours hrs salary "
            "bookkeeping cleaning consulting consultancy management advertising marketing seats users plan package "
            "instalment installment retention membership storage"
        ),
    }
    return {word: kind for kind, words in groups.items() for word in words.split()}


ENGLISH = Vocabulary(
    language="en",
    months=_months(),
    abbreviations=frozenset(_months().keys() - ENGLISH_MONTHS),
    names=frozenset({"jan", "mar", "jun", "sep"}),
    verbs=frozenset({"march", "may", "august"}),
    modals=frozenset({"may"}),
    words=_words(),
)

VOCABULARIES = (ENGLISH,)
"""The languages that are read."""

_UNREAD = {
    "nl": "januari februari maart mei juni juli augustus oktober mrt okt",
    "de": "januar jänner februar märz maerz mai juni juli oktober dezember jän mär okt dez",
    "fr": "janvier février fevrier mars avril mai juin juillet août aout septembre octobre novembre décembre decembre "
    "janv févr fevr avr juil déc",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre ene abr "
    "ago dic",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre dicembre gen mag giu lug ago "
    "ott dic",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro fev abr ago dez",
    "sv": "januari februari mars maj juni juli augusti oktober okt",
    "da": "januar februar marts maj juni juli oktober okt",
    "nb": "januar februar mars mai juni juli oktober desember okt des",
    "pl": "styczeń stycznia luty lutego marzec marca kwiecień kwietnia maj maja czerwiec czerwca lipiec lipca sierpień "
    "sierpnia wrzesień września październik października listopad listopada grudzień grudnia",
    "fi": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu "
    "tammikuun helmikuun maaliskuun huhtikuun toukokuun kesäkuun heinäkuun elokuun syyskuun lokakuun marraskuun "
    "joulukuun",
}

UNREAD_MONTHS = frozenset(word for words in _UNREAD.values() for word in words.split())
"""Months of languages that are not read yet.

Half of these languages share "April" and "September" with English, so "Januar - September 2026" would otherwise be
read as September. A text that holds one of these words is not read at all.
"""
