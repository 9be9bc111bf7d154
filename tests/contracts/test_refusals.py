"""Every fault of a contract file, by its smallest example; and all of them at once."""

from __future__ import annotations

import ast
import inspect
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.contracts import (
    agreement,
    balances,
    cadences,
    changes,
    charges,
    commitments,
    common_changes,
    cutoffs,
    deposits,
    discounts,
    escalators,
    faults,
    files,
    price_keys,
    rate_cards,
    releases,
    renewals,
    retentions,
    succession,
    tables,
    values,
)
from billcheck.contracts.contract_shapes import REQUIRED_KEYS
from billcheck.contracts.files import load_contracts
from billcheck.errors import ContractsRefusedError, Problem
from tests.contracts.samples import FLAT, ONE_OFF, PACKAGE, PER_UNIT, contract_table, refusals, write_json

DECIMAL = 'Write a string such as "2400.50": digits and a point, no grouping, no sign, no currency.'
TERM = "Check the year, or widen the term: a contract may start before its charges do."

INDEX = {"series": "CPI", "base_month": "2025-10", "values": {"2025-10": "131.2"}}

CONTRACT_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"id": None}, 'contract #1 id: A required key is missing. Add it, for example id = "C-117".'),
    (
        {"id": " C-1"},
        (
            "contract #1 id: The text is empty, begins or ends with a space, or holds a line break or another control "
            "character. Found ' C-1'. Write it without them."
        ),
    ),
    ({"customer": 5}, "C-1 customer: A text in quotes is expected here. Found '5'. Put quotes around it."),
    (
        {"currency": "eur"},
        "C-1 currency: This is not a current ISO 4217 currency. Found 'eur'. Write \"EUR\".",
    ),
    (
        {"currency": "EURO"},
        (
            "C-1 currency: This is not a current ISO 4217 currency. Found 'EURO'. "
            'Write its three capital letters, such as "EUR".'
        ),
    ),
    ({"currncy": "EUR"}, 'C-1 currncy: There is no such key here. Did you mean "currency"?'),
    (
        {"zzz": 1},
        "C-1 zzz: There is no such key here. Take it out, or see the reference of contract terms.",
    ),
    ({"amount": "1"}, "C-1 amount: There is no such key here. It belongs to a charge, not to the contract."),
    ({"aliases": ["A"]}, "C-1 aliases: There is no such key here. It is matching.aliases of the contract."),
    ({"items": ["A"]}, "C-1 items: There is no such key here. It is matching.items of a charge."),
    (
        {"until": "2026-12-31"},
        'C-1 until: There is no such key here. It is called "last_day" here, and that day is included.',
    ),
    (
        {"indexation": {"percent": "3"}},
        'C-1 indexation: There is no such key here. It is called "escalator" here.',
    ),
    ({"proration": "none"}, "C-1 proration: There is no such key here. It belongs to a charge, not to the contract."),
    (
        {"minimum": "500"},
        (
            "C-1 minimum: A table of keys is expected here. Found '500'. "
            'Write { key = "value" } in TOML or {"key": "value"} in JSON.'
        ),
    ),
    (
        {"minimum": {"name": "Top-up"}},
        'C-1 minimum.amount: A required key is missing. Add it, for example amount = "500.00".',
    ),
    (
        {"maximum": {"amount": "500", "charges": ["Few"]}},
        (
            "C-1 maximum.charges #1: The contract has no charge of this name. Found 'Few'. "
            "Name charges as they stand in this contract."
        ),
    ),
    (
        {"maximum": {"amount": "500", "name": "FEE"}},
        (
            "C-1 maximum.name: A charge or another commitment of the contract has this name "
            "(case and spaces aside). Found 'FEE'. Give it a name of its own."
        ),
    ),
    (
        {"maximum": {"amount": "400"}, "minimum": {"amount": "500"}},
        "C-1 minimum.amount: The minimum is above the maximum. Found '500'. Check both.",
    ),
    (
        {"charge": [FLAT, {**FLAT, "name": "Other", "every": "quarter"}], "maximum": {"amount": "500"}},
        (
            "C-1 maximum.charges: Charges whose sum is agreed must recur, at one rhythm, and be taxed alike. "
            "Name those that are billed together; a commitment may be of charges with different rhythms."
        ),
    ),
    (
        {
            "charge": [FLAT, {**FLAT, "name": "Other", "matching": {"group": "Own"}}],
            "maximum": {"amount": "500"},
        },
        (
            "C-1 maximum.charges: Charges whose sum is agreed are checked together, and this one is checked with "
            "others. Give all of them one matching.group, or none."
        ),
    ),
    (
        {
            "charge": [FLAT, {**FLAT, "name": "Other"}],
            "maximum": {"amount": "500"},
            "minimum": {"amount": "5", "charges": ["Fee"]},
        },
        (
            "C-1 minimum: Two agreements about sums share only some of their charges. "
            "Let both name the same charges, or none in common."
        ),
    ),
    (
        {"discounts": [{"start": "2026-02-01"}]},
        'C-1 discounts #1.percent: A required key is missing. Add it, for example percent = "10".',
    ),
    (
        {"discounts": [{"percent": "5", "last_day": "2025-12-31"}]},
        (
            "C-1 discounts #1: The discount is never given: the charge runs 2026-01-01 to 2027-12-31. "
            "Found 'until 2025-12-31'. Check the year, or widen the term: a contract may start before its charges do."
        ),
    ),
    (
        {"charge": [FLAT, ONE_OFF], "discounts": [{"percent": "5", "charges": ["Setup"], "periods": 2}]},
        (
            "C-1 discounts #1.periods: A one_off charge knows no periods here. Found '2'. "
            "Take it out, or change the model."
        ),
    ),
    (
        {
            "charge": [FLAT, {**FLAT, "name": "Late", "start": "2026-06-01"}],
            "discounts": [{"percent": "5", "periods": 2}],
        },
        (
            "C-1 discounts #1.periods: The charges do not have the same periods, so a number of them says nothing. "
            "Found '2'. Give the last day instead, or write the discount with each charge."
        ),
    ),
    (
        {"amendments": [{"on": "2026-05-16"}]},
        'C-1 amendments #1.change: A required key is missing. Add it, for example change = "pause".',
    ),
    (
        {"amendments": [{"on": "2028-05-16", "change": "pause"}]},
        (
            "C-1 amendments #1.on: The day is outside the contract's term (2026-01-01 to 2027-12-31). "
            f"Found '2028-05-16'. {TERM}"
        ),
    ),
    (
        {"amendments": [{"on": "2026-05-16", "change": "resume"}]},
        (
            "C-1 amendments #1.on: There is no pause to resume from. Found '2026-05-16'. "
            "Check the days of the pause and its end."
        ),
    ),
    (
        {"amendments": [{"on": "2026-05-16", "change": "pause", "agreed_on": "2026-05-01"}]},
        (
            "C-1 amendments #1.agreed_on: The change was agreed before its day, as is usual. Found '2026-05-01'. "
            "Leave agreed_on out; it is for changes agreed afterwards."
        ),
    ),
    (
        {"amendments": [{"on": "2026-05-16", "change": "cancel", "quantity": "5"}]},
        (
            "C-1 amendments #1.quantity: There is no such key here. A contract agrees only pauses, their end and the "
            "end for several charges: write this among the amendments of each charge."
        ),
    ),
    (
        {"charge": [FLAT, ONE_OFF], "amendments": [{"on": "2026-05-16", "change": "pause", "charges": ["Setup"]}]},
        (
            "C-1 amendments #1.charges #1: A charge that is billed once has no pause, and ends on its day. "
            "Found 'Setup'. Take it out of charges."
        ),
    ),
    (
        {"late_invoice_cutoff": "90 days"},
        (
            "C-1 late_invoice_cutoff: A table of keys is expected here. Found '90 days'. "
            'Write { key = "value" } in TOML or {"key": "value"} in JSON.'
        ),
    ),
    (
        {"late_invoice_cutoff": {"effect": "forfeited"}},
        "C-1 late_invoice_cutoff.days: A required key is missing. Add it, for example days = 120.",
    ),
    (
        {"late_invoice_cutoff": {"days": "120"}},
        (
            "C-1 late_invoice_cutoff.days: A number of days from 0 to 366 is expected here. Found '120'. "
            "Write a whole number without quotes."
        ),
    ),
    (
        {"late_invoice_cutoff": {"days": 180, "months": 6}},
        (
            "C-1 late_invoice_cutoff.months: The clause counts in days or in months. Found '6'. "
            "Keep one of days and months, as the contract has it."
        ),
    ),
    (
        {"late_invoice_cutoff": {"months": 0}},
        (
            "C-1 late_invoice_cutoff.months: The clause would leave no day on which to invoice. Found '0'. "
            "Write how long after it a service may still be invoiced, or take the clause out."
        ),
    ),
    (
        {"late_invoice_cutoff": {"days": 120, "from": "invoice"}},
        (
            "C-1 late_invoice_cutoff.from: The word is not one of those this key knows. Found 'invoice'. "
            "Write one of: service_end, due, termination."
        ),
    ),
    (
        {"late_invoice_cutoff": {"days": 120, "effect": "discount"}},
        'C-1 late_invoice_cutoff.percent: A required key is missing. Add it, for example percent = "10".',
    ),
    (
        {"late_invoice_cutoff": {"days": 120, "effect": "discount", "percent": "0"}},
        (
            "C-1 late_invoice_cutoff.percent: A late invoice is reduced by a percent above zero. Found '0'. "
            'Write the percent of the contract, such as "10", or effect = "forfeited" where nothing is due then.'
        ),
    ),
    (
        {"late_invoice_cutoff": {"days": 120, "effect": "discount", "percent": "110"}},
        ("C-1 late_invoice_cutoff.percent: A percent is from 0 to 100. Found '110'. Write 21 % as \"21\"."),
    ),
    (
        {"late_invoice_cutoff": {"days": 120, "percent": "10"}},
        (
            "C-1 late_invoice_cutoff.percent: A percent is what a late invoice is reduced by, and by this clause "
            "nothing of it is due. Found '10'. Write effect = \"discount\", or take percent out."
        ),
    ),
    (
        {"late_invoice_cutoff": {"days": 120, "effect": "void", "percent": "10"}},
        (
            "C-1 late_invoice_cutoff.effect: The word is not one of those this key knows. Found 'void'. "
            "Write one of: forfeited, discount."
        ),
    ),
    (
        {"no_waiver_clause": "yes"},
        ("C-1 no_waiver_clause: Yes or no is expected here. Found 'yes'. Write true or false without quotes."),
    ),
    (
        {"charge": [{**FLAT, "late_invoice_cutoff": {"days": 120}}]},
        ('C-1 "Fee" late_invoice_cutoff: There is no such key here. It belongs to the contract, not to a charge.'),
    ),
    (
        {"escalator": {"percent": "3", "charges": ["Fee", "Setup"]}, "charge": [FLAT, ONE_OFF]},
        (
            "C-1 escalator.charges #2: The price of this charge does not rise: it is billed once, or it is a "
            "percentage. Found 'Setup'. Take it out of charges."
        ),
    ),
    (
        {"escalator": {"percent": "3", "charges": ["Fees"]}},
        (
            "C-1 escalator.charges #1: The contract has no charge of this name. Found 'Fees'. Name charges as they "
            "stand in this contract."
        ),
    ),
    (
        {"escalator": {"percent": "3", "charges": ["Fee"]}, "charge": [{**FLAT, "escalator": {"percent": "2"}}]},
        (
            "C-1 escalator.charges #1: The charge has an escalator of its own. Found 'Fee'. Keep one of the two, or "
            "take the charge out of charges."
        ),
    ),
    (
        {"escalator": {"percent": "3"}, "charge": [FLAT, {**PER_UNIT, "start": "2026-02-01"}]},
        (
            "C-1 escalator: The charge does not begin with the contract, which leaves open when its price first rises. "
            "Found 'Seats'. Give it an escalator of its own, and name the others in charges."
        ),
    ),
    (
        {"escalator": {"percent": "3"}, "charge": [ONE_OFF]},
        (
            "C-1 escalator: No charge of the contract rises by this. Take it out: what is billed once, percentages, "
            "and charges with escalators of their own do not."
        ),
    ),
    (
        {"retention": {"released_on": "2027-01-01"}},
        'C-1 retention.percent: A required key is missing. Add it, for example percent = "5".',
    ),
    (
        {"retention": {"percent": "5"}},
        'C-1 retention.released_on: A required key is missing. Add it, for example released_on = "2027-12-31".',
    ),
    (
        {"retention": {"percent": "5", "released_on": "2026-01-01"}},
        (
            "C-1 retention.released_on: The retention would be released before anything is billed. Found '2026-01-01'. "
            "Check the day: it is the one on which what was held back is due, and from then on nothing is held back."
        ),
    ),
    (
        {"retention": {"percent": "5", "released_on": "2026-06-01", "released_with": "Fee"}},
        (
            "C-1 retention.released_with: What is held back is released on a day or with a milestone. Found 'Fee'. "
            "Keep one of released_on and released_with."
        ),
    ),
    (
        {"retention": {"percent": "5", "released_with": "Fee"}},
        (
            "C-1 retention.released_with: The contract has no milestone of this name. Found 'Fee'. Name a charge of "
            "the model milestone as it stands in this contract, or give the day as released_on."
        ),
    ),
    (
        {"retention": {"percent": "5", "released_on": "2026-06-01", "name": "fee"}},
        (
            "C-1 retention.name: A charge or another retention of the contract has this name (case and spaces aside). "
            "Found 'fee'. Give the retention a name of its own."
        ),
    ),
    (
        {
            "charge": [{**FLAT, "retention": {"percent": "3", "released_on": "2026-06-01", "name": "Own"}}],
            "retention": {"percent": "5", "released_on": "2026-06-01", "charges": ["fee"]},
        },
        (
            "C-1 retention.charges #1: The charge has a retention of its own. Found 'fee'. "
            "Take the charge out of one of them."
        ),
    ),
    (
        {"retention": {"percent": "5", "released_on": "2026-06-01", "charges": ["Few"]}},
        (
            "C-1 retention.charges #1: The contract has no charge of this name. Found 'Few'. "
            "Name charges as they stand in this contract."
        ),
    ),
    (
        {"deposit": {"amount": "5"}},
        'C-1 deposit.deducted_on: A required key is missing. Add it, for example deducted_on = "2027-12-31".',
    ),
    (
        {"deposit": {"amount": "5", "deducted_on": "2026-01-01"}},
        (
            "C-1 deposit.deducted_on: The deposit would be taken off before it is billed. Found '2026-01-01'. "
            "Check both days."
        ),
    ),
    (
        {"deposit": {"amount": "5", "deducted_on": "2027-01-01", "name": "fee"}},
        (
            "C-1 deposit.name: A charge of the contract has the name of the deposit (case and spaces aside). "
            "Found 'fee'. Give the deposit a name of its own."
        ),
    ),
    (
        {"commitment": [{"name": "Least", "amount": "1200", "every": "year"}]},
        'C-1 commitment #1.charges: A required key is missing. Add it, for example charges = ["Calls", "Messages"].',
    ),
    (
        {"commitment": [{"name": "Least", "amount": "1200", "every": "year", "charges": ["Few"]}]},
        (
            "C-1 commitment #1.charges #1: The contract has no charge of this name. Found 'Few'. "
            "Name charges as they stand in this contract."
        ),
    ),
    (
        {"commitment": [{"name": "FEE", "amount": "1200", "every": "year", "charges": ["Fee"]}]},
        (
            "C-1 commitment #1.name: A charge or another commitment of the contract has this name "
            "(case and spaces aside). Found 'FEE'. Give it a name of its own."
        ),
    ),
    ({"renewal": {}}, 'C-1 renewal.every: A required key is missing. Add it, for example every = "year".'),
    (
        {"renewal": {"every": "year"}, "last_day": None},
        (
            "C-1 renewal: A contract without a last day goes on anyway. "
            "Give the last day of the first term, or take renewal out."
        ),
    ),
    (
        {"renewal": {"every": "year", "percent": "3", "index": INDEX}},
        "C-1 renewal.percent: An escalator has either a percent or an index. Found '3'. Keep one of them.",
    ),
    (
        {"renewal": {"every": "year", "prices": [{"amount": "5"}]}},
        'C-1 renewal.prices #1.charge: A required key is missing. Add it, for example charge = "Seats".',
    ),
    (
        {"renewal": {"every": "year", "prices": [{"charge": "Few", "amount": "5"}]}},
        (
            "C-1 renewal.prices #1.charge: The contract has no charge of this name. Found 'Few'. "
            "Name charges as they stand in this contract."
        ),
    ),
    (
        {"renewal": {"every": "year", "prices": [{"charge": "Fee"}]}},
        'C-1 renewal.prices #1.amount: A required key is missing. Add it, for example amount = "2400.00".',
    ),
    (
        {"renewal": {"every": "year", "prices": [{"charge": "Fee", "amount": "5", "unit_amount": "5"}]}},
        (
            "C-1 renewal.prices #1.unit_amount: A flat charge knows no unit_amount here. Found '5'. "
            "Take it out, or change the model."
        ),
    ),
    (
        {
            "renewal": {
                "every": "year",
                "prices": [{"charge": "Fee", "amount": "5"}, {"charge": "fee", "amount": "6"}],
            }
        },
        (
            "C-1 renewal.prices #2.charge: Another price is given for this charge. Found 'fee'. "
            "Keep one of them; later prices are price steps of the charge."
        ),
    ),
    (
        {
            "charge": [{**FLAT, "last_day": "2026-12-31"}],
            "renewal": {"every": "year", "prices": [{"charge": "Fee", "amount": "5"}]},
        },
        (
            "C-1 renewal.prices #1.charge: The charge does not run on the day of the first renewal. Found 'Fee'. "
            "Take its price out, or check its own last day; a charge that is billed once is not renewed."
        ),
    ),
    (
        {
            "charge": [{**FLAT, "price_steps": [{"on": "2028-01-01", "amount": "4"}]}],
            "renewal": {"every": "year", "prices": [{"charge": "Fee", "amount": "5"}]},
        },
        (
            "C-1 renewal.prices #1.charge: A price step and an amendment set a price for the same day. Found 'Fee'. "
            "Keep one of them."
        ),
    ),
    (
        {"renewal": {"every": "year", "terminated_on": "2025-12-31"}},
        "C-1 renewal.terminated_on: The contract was terminated before it began. Found '2025-12-31'. Check the day.",
    ),
    (
        {"supersedes": "C-0"},
        (
            "C-1 supersedes: The contract that this one supersedes is not among the contracts of this check. "
            "Found 'C-0'. Check the id, or add that contract."
        ),
    ),
    (
        {"supersedes": "c-1"},
        (
            "C-1 supersedes: A contract supersedes one that began before it. Found 'c-1'. "
            "Check the ids and the first days of both."
        ),
    ),
    (
        {"start": "1 January"},
        "C-1 start: This is not a day. Found '1 January'. Write year, month and day: 2026-03-31 (in JSON with quotes).",
    ),
    (
        {"last_day": "2026-02-30"},
        "C-1 last_day: There is no such day in the calendar. Found '2026-02-30'. Check the date.",
    ),
    (
        {"last_day": "2262-02-20"},
        (
            "C-1 last_day: The day is outside the years 1900 to 2199. Found '2262-02-20'. "
            "Check the year; where a term is open, leave its end out."
        ),
    ),
    (
        {"end": "2028-01-01"},
        (
            "C-1 last_day: Both end and last_day are given. Found '2027-12-31'. "
            "Keep one: last_day is the last day itself, end the day after it."
        ),
    ),
    (
        {"last_day": "2025-12-31"},
        (
            "C-1 last_day: The term ends before it has held a day. Found '2025-12-31'. "
            "Check start, end and last_day; end is the day after the last."
        ),
    ),
    (
        {"last_day": None, "end": "2026-01-01"},
        (
            "C-1 end: The term ends before it has held a day. Found '2026-01-01'. "
            "Check start, end and last_day; end is the day after the last."
        ),
    ),
    (
        {"payment_terms": "30"},
        (
            "C-1 payment_terms: These payment terms cannot be read. Found '30'. "
            'Write the days to pay, such as "30 days" or "30 days end of month".'
        ),
    ),
    (
        {"tax": {"percent": "19", "steps": [{"on": "2026-07-01", "percent": "16"}] * 2}},
        ("C-1 tax.steps #2.on: Another percent begins on the same day. Found '2026-07-01'. Keep one of them."),
    ),
    (
        {"tax": {"percent": "19", "steps": [{"on": "2026-07-01"}]}},
        'C-1 tax.steps #1.percent: A required key is missing. Add it, for example percent = "19".',
    ),
    (
        {"tax": {"percent": "19", "steps": [{"percent": "16"}]}},
        'C-1 tax.steps #1.on: A required key is missing. Add it, for example on = "2027-01-01".',
    ),
    (
        {"tax": "21"},
        (
            "C-1 tax: A table of keys is expected here. Found '21'. "
            'Write { key = "value" } in TOML or {"key": "value"} in JSON.'
        ),
    ),
    ({"tax": {}}, 'C-1 tax.percent: A required key is missing. Add it, for example percent = "21".'),
    ({"tax": {"percent": "101"}}, "C-1 tax.percent: A percent is from 0 to 100. Found '101'. Write 21 % as \"21\"."),
    (
        {"grace_days": "10"},
        (
            "C-1 grace_days: A number of days from 0 to 366 is expected here. Found '10'. "
            "Write a whole number without quotes."
        ),
    ),
    (
        {"grace_days": -1},
        (
            "C-1 grace_days: A number of days from 0 to 366 is expected here. Found '-1'. "
            "Write a whole number without quotes."
        ),
    ),
    (
        {"fiscal_year_start": "April"},
        (
            "C-1 fiscal_year_start: A month from 1 to 12 is expected here. Found 'April'. "
            "Write a whole number without quotes."
        ),
    ),
    (
        {"fiscal_year_start": 13},
        (
            "C-1 fiscal_year_start: A month from 1 to 12 is expected here. Found '13'. "
            "Write a whole number without quotes."
        ),
    ),
    (
        {"tags": "retainer"},
        'C-1 tags: A list of texts is expected here. Found \'retainer\'. Write ["A", "B"], also for a single one.',
    ),
    ({"tags": ["a", 5]}, "C-1 tags #2: A text in quotes is expected here. Found '5'. Put quotes around it."),
    (
        {"matching": {"confirmed": "yes"}},
        "C-1 matching.confirmed: Yes or no is expected here. Found 'yes'. Write true or false without quotes.",
    ),
    (
        {"charge": []},
        (
            "C-1 charge: The contract has no charge, so nothing could be checked. "
            "Add what is billed: [[contract.charge]] in TOML, a list under charge in JSON."
        ),
    ),
    (
        {"charge": {}},
        (
            "C-1 charge: A list of tables is expected here. Found 'an empty table'. "
            "In TOML use double brackets, as in [[contract]] and [[contract.charge]]; in JSON a list of objects."
        ),
    ),
    (
        {"charge": [5]},
        (
            "C-1 charge #1: A table of keys is expected here. Found '5'. "
            'Write { key = "value" } in TOML or {"key": "value"} in JSON.'
        ),
    ),
    (
        {"charge": [FLAT, {**FLAT, "name": "FEE"}]},
        (
            "C-1 \"FEE\" name: Another charge of the contract has this name (case and spaces aside). Found 'FEE'. "
            "Give each charge a name of its own."
        ),
    ),
]

GROUPED = {**FLAT, "matching": {"group": "Services"}}
GROUP = (
    "matching.group: Charges of one group must recur at the same rhythm and be taxed alike. Found 'Services'. "
    "Give them the same every, timing, invoice_day, anchor and tax, or take this one out of the group."
)
CONTRACT_FAULTS += [
    ({"charge": [GROUPED, {**GROUPED, "name": "B", "every": "quarter"}]}, f'C-1 "B" {GROUP}'),
    ({"charge": [GROUPED, {**GROUPED, "name": "B", "anchor_day": 15}]}, f'C-1 "B" {GROUP}'),
    ({"charge": [GROUPED, {**GROUPED, "name": "B", "tax": {"percent": "9"}}]}, f'C-1 "B" {GROUP}'),
    ({"charge": [{**ONE_OFF, "matching": {"group": "Services"}}]}, f'C-1 "Setup" {GROUP}'),
]

CHARGE_FAULTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (
        PACKAGE,
        {
            "quantity": None,
            "timing": "in_arrears",
            "metered": True,
            "quantity_basis": "sum",
            "free_units": "5",
            "rollover": {"periods": 0},
        },
        (
            '"Seats" rollover.periods: A number of periods from 1 to 1200 is expected here. '
            "Found '0'. Write a whole number without quotes."
        ),
    ),
    (FLAT, {"name": None}, 'C-1 charge #1 name: A required key is missing. Add it, for example name = "Seats".'),
    (FLAT, {"model": None}, '"Fee" model: A required key is missing. Add it, for example model = "per_unit".'),
    (FLAT, {"amount": None}, '"Fee" amount: A required key is missing. Add it, for example amount = "2400.00".'),
    (FLAT, {"timing": None}, '"Fee" timing: A required key is missing. Add it, for example timing = "in_arrears".'),
    (PER_UNIT, {"quantity": None}, '"Seats" quantity: A required key is missing. Add it, for example quantity = "12".'),
    (ONE_OFF, {"on": None}, '"Setup" on: A required key is missing. Add it, for example on = "2026-01-15".'),
    (
        FLAT,
        {"unit_amount": "3"},
        "\"Fee\" unit_amount: A flat charge knows no unit_amount here. Found '3'. Take it out, or change the model.",
    ),
    (
        ONE_OFF,
        {"every": "month"},
        "\"Setup\" every: A one_off charge knows no every here. Found 'month'. Take it out, or change the model.",
    ),
    (
        ONE_OFF,
        {"price_steps": [{"on": "2026-07-01", "amount": "1"}]},
        '"Setup" price_steps: A one_off charge knows no price_steps here. Take it out, or change the model.',
    ),
    (
        FLAT,
        {"model": "flatt"},
        '"Fee" model: The word is not one of those this key knows. Found \'flatt\'. Did you mean "flat"?',
    ),
    (
        FLAT,
        {"rounding": {}},
        '"Fee" rounding.remainder: A required key is missing. Add it, for example remainder = "cumulative".',
    ),
    (
        FLAT,
        {"timing": "whenever"},
        (
            "\"Fee\" timing: The word is not one of those this key knows. Found 'whenever'. "
            "Write one of: in_advance, in_arrears."
        ),
    ),
    (
        FLAT,
        {"model": "tiered"},
        (
            "\"Fee\" model: The word is not one of those this key knows. Found 'tiered'. "
            'Write "graduated" (each unit at the price of its tier) or "volume" (all units at one price).'
        ),
    ),
    (
        FLAT,
        {"model": "Fixed"},
        '"Fee" model: The word is not one of those this key knows. Found \'Fixed\'. Write "flat".',
    ),
    (
        FLAT,
        {"payment_terms": "30 days"},
        '"Fee" payment_terms: There is no such key here. It belongs to the contract, not to a charge.',
    ),
    (FLAT, {"aliases": ["A"]}, '"Fee" aliases: There is no such key here. It is matching.aliases of the contract.'),
    (
        FLAT,
        {"matching": {"aliases": ["A"]}},
        '"Fee" matching.aliases: There is no such key here. It is matching.aliases of the contract.',
    ),
    (FLAT, {"minimum_amount": "5"}, '"Fee" minimum_amount: There is no such key here. It is called "minimum" here.'),
    (
        FLAT,
        {"discounts": [{"percent": "5", "until": "2026-06-30"}]},
        (
            '"Fee" discounts #1.until: There is no such key here. '
            'It is called "last_day" here, and that day is included.'
        ),
    ),
    *(
        (FLAT, {key: {"percent": "3"}}, f'"Fee" {key}: There is no such key here. It is called "escalator" here.')
        for key in ("indexation", "uplift", "increase")
    ),
    (
        FLAT,
        {"model": "graduatd"},
        '"Fee" model: The word is not one of those this key knows. Found \'graduatd\'. Did you mean "graduated"?',
    ),
    (
        FLAT,
        {"every": "4 fortnights"},
        (
            "\"Fee\" every: This is not a length of a period. Found '4 fortnights'. Write month, quarter, half_year, "
            'year, week, semi_month, or a number such as "4 weeks" or "30 days".'
        ),
    ),
    (
        FLAT,
        {"deposit": {"amount": "5"}},
        (
            '"Fee" deposit: There is no such key here. A deposit is agreed for the contract: write it there, as '
            'deposit = { amount = "5000.00", deducted_on = "2027-12-31" }.'
        ),
    ),
    (
        FLAT,
        {"commitment": "1200"},
        (
            '"Fee" commitment: There is no such key here. A commitment is agreed for the contract: '
            "head it [[contract.commitment]] and name this charge in its charges."
        ),
    ),
    (
        FLAT,
        {"milestones": []},
        (
            '"Fee" milestones: There is no such key here. '
            "Write each milestone as a charge of its own, of the model milestone."
        ),
    ),
    (
        FLAT,
        {"price_steps": [{"on": "2026-07-01", "amount": "5", "quantity": "3"}]},
        (
            '"Fee" price_steps #1.quantity: There is no such key here. '
            "A price step sets a price alone: write the new quantity among the amendments."
        ),
    ),
    (
        FLAT,
        {"retention": {"percent": "3", "released_on": "2026-06-01", "charges": ["Fee"]}},
        (
            '"Fee" retention.charges: The retention of a charge is of that charge alone. '
            "Take charges out, or write the retention with the contract."
        ),
    ),
    (
        FLAT,
        {"amount": 2400.5},
        '"Fee" amount: A float cannot hold a decimal exactly. Found \'2400.5\'. Write it as a string: "2400.5".',
    ),
    (
        FLAT,
        {"amount": float("nan")},
        '"Fee" amount: A float cannot hold a decimal exactly. Found \'NaN\'. Write it as a string, such as "2400.50".',
    ),
    (FLAT, {"amount": "2,400.00"}, f"\"Fee\" amount: This is not a plain decimal. Found '2,400.00'. {DECIMAL}"),
    (FLAT, {"amount": "2400,00"}, f"\"Fee\" amount: This is not a plain decimal. Found '2400,00'. {DECIMAL}"),
    (FLAT, {"amount": "1e3"}, f"\"Fee\" amount: This is not a plain decimal. Found '1e3'. {DECIMAL}"),
    (FLAT, {"amount": "1_000"}, f"\"Fee\" amount: This is not a plain decimal. Found '1_000'. {DECIMAL}"),
    (FLAT, {"amount": "٣"}, f"\"Fee\" amount: This is not a plain decimal. Found '٣'. {DECIMAL}"),
    (FLAT, {"amount": "NaN"}, f"\"Fee\" amount: This is not a plain decimal. Found 'NaN'. {DECIMAL}"),
    (FLAT, {"amount": ""}, f"\"Fee\" amount: This is not a plain decimal. Found ''. {DECIMAL}"),
    (FLAT, {"amount": "1\n"}, f"\"Fee\" amount: This is not a plain decimal. Found '1\\n'. {DECIMAL}"),
    (FLAT, {"amount": True}, f"\"Fee\" amount: This is not a plain decimal. Found 'true'. {DECIMAL}"),
    (FLAT, {"amount": ["1"]}, f"\"Fee\" amount: This is not a plain decimal. Found 'a list'. {DECIMAL}"),
    (
        PER_UNIT,
        {"quantity": "-3"},
        (
            "\"Seats\" quantity: Amounts, quantities and percents of a contract are not negative. Found '-3'. "
            "Write a reduction as a discount."
        ),
    ),
    (
        PER_UNIT,
        {"quantity": -3},
        (
            "\"Seats\" quantity: Amounts, quantities and percents of a contract are not negative. Found '-3'. "
            "Write a reduction as a discount."
        ),
    ),
    (
        FLAT,
        {"amount": "1234567890123"},
        (
            '"Fee" amount: There are more than twelve digits before the point, or more than ten after it. '
            "Found '1234567890123'. Check the number."
        ),
    ),
    (
        FLAT,
        {"amount": 10**12},
        (
            '"Fee" amount: There are more than twelve digits before the point, or more than ten after it. '
            "Found '1000000000000'. Check the number."
        ),
    ),
    (
        FLAT,
        {"anchor_day": 32},
        (
            "\"Fee\" anchor_day: A day of the month is expected here. Found '32'. "
            'Write a number from 1 to 31 without quotes, or "last".'
        ),
    ),
    (
        FLAT,
        {"invoice_day": "month_end"},
        (
            "\"Fee\" invoice_day: This is not an invoice day. Found 'month_end'. "
            'Write "period_start", "period_end", "10 days after", or a number from 1 to 31 without quotes.'
        ),
    ),
    (
        FLAT,
        {"invoice_day": "period_end"},
        (
            "\"Fee\" invoice_day: The invoice day contradicts the timing. Found 'period_end with in_advance'. "
            "in_advance goes with period_start, in_arrears with period_end."
        ),
    ),
    (
        FLAT,
        {"start": "2025-12-31"},
        "\"Fee\" start: The day is outside the contract's term (2026-01-01 to 2027-12-31). Found '2025-12-31'. " + TERM,
    ),
    (
        FLAT,
        {"last_day": "2028-01-01"},
        "\"Fee\" last_day: The day is outside the contract's term (2026-01-01 to 2027-12-31). Found '2028-01-01'. "
        + TERM,
    ),
    (
        FLAT,
        {"end": "2028-01-02"},
        "\"Fee\" end: The day is outside the contract's term (2026-01-01 to 2027-12-31). Found '2028-01-02'. " + TERM,
    ),
    (
        FLAT,
        {"start": "2028-01-01"},
        (
            "\"Fee\" start: The term ends before it has held a day. Found '2028-01-01'. "
            "Check start, end and last_day; end is the day after the last."
        ),
    ),
    (
        ONE_OFF,
        {"on": "2028-01-01"},
        "\"Setup\" on: The day is outside the term (2026-01-01 to 2027-12-31). Found '2028-01-01'. " + TERM,
    ),
    (
        FLAT,
        {"price_steps": [{"on": "2062-07-01", "amount": "1"}]},
        (
            '"Fee" price_steps #1.on: The day is outside the charge\'s term (2026-01-01 to 2027-12-31). '
            f"Found '2062-07-01'. {TERM}"
        ),
    ),
    (
        FLAT,
        {"price_steps": [{"amount": "1"}]},
        '"Fee" price_steps #1.on: A required key is missing. Add it, for example on = "2027-01-01".',
    ),
    (
        FLAT,
        {"price_steps": [{"on": "2026-07-01"}]},
        '"Fee" price_steps #1.amount: A required key is missing. Add it, for example amount = "2400.00".',
    ),
    (
        FLAT,
        {"price_steps": ["2026-07-01"]},
        (
            "\"Fee\" price_steps #1: A table of keys is expected here. Found '2026-07-01'. "
            'Write { key = "value" } in TOML or {"key": "value"} in JSON.'
        ),
    ),
    (
        PER_UNIT,
        {"price_steps": [{"on": "2026-07-01", "unit_amount": "1", "amount": "1"}]},
        (
            "\"Seats\" price_steps #1.amount: A per_unit charge knows no amount here. Found '1'. "
            "Take it out, or change the model."
        ),
    ),
    (
        FLAT,
        {"price_steps": [{"on": "2026-07-01", "amount": "1"}] * 2},
        (
            "\"Fee\" price_steps #2.on: Another entry of this list begins on the same day. Found '2026-07-01'. "
            "Write them as one."
        ),
    ),
    (
        PER_UNIT,
        {"amendments": [{"on": "2026-07-01"}]},
        '"Seats" amendments #1: The amendment changes nothing. Give the new unit_amount or quantity.',
    ),
    (
        FLAT,
        {"amendments": [{"on": "2026-07-01", "quantity": "3"}]},
        (
            "\"Fee\" amendments #1.quantity: A flat charge knows no quantity here. Found '3'. "
            "Take it out, or change the model."
        ),
    ),
    (
        FLAT,
        {
            "price_steps": [{"on": "2026-07-01", "amount": "1"}],
            "amendments": [{"on": "2026-07-01", "amount": "2"}],
        },
        (
            "\"Fee\" amendments #1.amount: A price step and an amendment set a price for the same day. Found '2'. "
            "Keep one of them."
        ),
    ),
    (
        FLAT,
        {"amendments": [{"on": "2026-07-01", "amount": "2", "change_billing": "now"}]},
        (
            "\"Fee\" amendments #1.change_billing: The word is not one of those this key knows. Found 'now'. "
            "Write one of: next_invoice, immediate."
        ),
    ),
    (
        FLAT,
        {"discounts": [{"percent": "101"}]},
        '"Fee" discounts #1.percent: A percent is from 0 to 100. Found \'101\'. Write 21 % as "21".',
    ),
    (
        FLAT,
        {"discounts": [{"last_day": "2026-06-30"}]},
        '"Fee" discounts #1.percent: A required key is missing. Add it, for example percent = "10".',
    ),
    (
        FLAT,
        {"discounts": [{"percent": "1", "last_day": "2025-12-31"}]},
        (
            '"Fee" discounts #1: The discount is never given: the charge runs 2026-01-01 to 2027-12-31. '
            f"Found 'until 2025-12-31'. {TERM}"
        ),
    ),
    (
        FLAT,
        {"discounts": [{"percent": "1", "start": "2028-01-01"}]},
        (
            '"Fee" discounts #1.start: The discount is never given: the charge runs 2026-01-01 to 2027-12-31. '
            f"Found '2028-01-01'. {TERM}"
        ),
    ),
    (
        FLAT,
        {"discounts": [{"percent": "1", "start": "2026-03-01", "last_day": "2026-02-01"}]},
        (
            "\"Fee\" discounts #1.last_day: The term ends before it has held a day. Found '2026-02-01'. "
            "Check start, end and last_day; end is the day after the last."
        ),
    ),
]

FILE_FAULTS: list[tuple[str, bytes, str]] = [
    ("c.toml", b"", "c.toml: The file is empty. Write contracts in it, or take it away."),
    ("c.json", b" \n", "c.json: The file is empty. Write contracts in it, or take it away."),
    ("c.toml", b"# none\n", "c.toml: The file holds no contract. Add one: [[contract]] in TOML"),
    ("c.json", b"{}", "c.json: The file holds no contract."),
    ("c.json", b'{"contract": []}', "c.json: The file holds no contract."),
    ("c.toml", b"x = = 1", "c.toml: This is not valid TOML. Found 'Invalid value (at line 1, column 5)'."),
    (
        "c.json",
        b'{"contract": [}',
        "c.json: This is not valid JSON. Found 'Expecting value: line 1 column 15 (char 14)'.",
    ),
    ("c.json", b"[" * 100_000, "c.json: This is not valid JSON. Found 'tables or lists are nested too deeply'."),
    (
        "c.toml",
        b"x = " + b"[" * 100_000,
        "c.toml: This is not valid TOML. Found 'tables or lists are nested too deeply'.",
    ),
    ("c.json", b'{"a": 1' + b"0" * 5000 + b"}", "c.json: This is not valid JSON. Found 'Exceeds the limit"),
    ("c.json", b"[1]", "c.json: A table of keys is expected here. Found 'a list'."),
    ("c.json", b'{"contract": [5]}', "c.json: contract #1: A table of keys is expected here. Found '5'."),
    ("c.toml", b"[contract]\nid = 'C-1'", "c.toml: contract: A list of tables is expected here. Found 'a table'."),
    *(
        (
            "c.toml",
            b"[[contract]]\nstart = " + day + b"\n",
            (
                f"c.toml: This is not valid TOML. Found {fault!r}. "
                "A day is written as year, month and day without quotes: 2025-03-01. The rest of the file was not read."
            ),
        )
        for day, fault in (
            (b"01-03-2025", "Expected newline or end of document after a statement (at line 2, column 10)"),
            (b"01/03/2025", "Expected newline or end of document after a statement (at line 2, column 10)"),
            (b"2025/03/01", "Expected newline or end of document after a statement (at line 2, column 13)"),
            (b"2025-3-1", "Expected newline or end of document after a statement (at line 2, column 13)"),
        )
    ),
    (
        "c.toml",
        b"start = 2025-03-01 x",
        (
            "c.toml: This is not valid TOML. Found 'Expected newline or end of document after a statement (at line 1, "
            "column 20)'. Correct it at this place; the rest of the file was not read."
        ),
    ),
    ("c.toml", b"[[contracts]]", 'c.toml: contracts: There is no such key here. Did you mean "contract"?'),
    (
        "c.toml",
        b"[[charge]]",
        "c.toml: charge: There is no such key here. A charge stands in its contract: [[contract.charge]] in TOML.",
    ),
    ("c.toml", b"# \xff\xfe", "c.toml: line 1: The file is not UTF-8 text. Found 'ff'. Save it as UTF-8."),
    ("c.json", "{}".encode("utf-16"), "c.json: line 1: The file is not UTF-8 text. Found 'ff'. Save it as UTF-8."),
    ("c.json", b'{"contract": [], "contract": []}', "c.json: contract: The key stands twice in one table."),
    (
        "c.txt",
        b"contract: []",
        "c.txt: This is not a contract file. Contract files end in .toml, .json, .yaml, .csv or .xlsx.",
    ),
]


@pytest.mark.parametrize(("keys", "message"), CONTRACT_FAULTS, ids=lambda value: str(value)[:60])
def test_a_fault_of_a_contract(tmp_path: Path, keys: dict[str, Any], message: str) -> None:
    path = write_json(tmp_path, contract_table(**keys))
    assert refusals(path) == [f"{path}: {message}"]


@pytest.mark.parametrize(("kind", "keys", "message"), CHARGE_FAULTS, ids=lambda value: str(value)[:60])
def test_a_fault_of_a_charge(tmp_path: Path, kind: dict[str, Any], keys: dict[str, Any], message: str) -> None:
    charge = {key: value for key, value in {**kind, **keys}.items() if value is not None}
    path = write_json(tmp_path, contract_table(charge))
    where = "" if message.startswith("C-1") else "C-1 "
    assert refusals(path) == [f"{path}: {where}{message}"]


@pytest.mark.parametrize(("name", "content", "message"), FILE_FAULTS, ids=lambda value: str(value)[:40])
def test_a_fault_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    assert any(refusal.startswith(message) for refusal in refusals(name)), refusals(name)


def test_a_time_of_day_is_no_day(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    table = 'id = "C-1"\ncustomer = "A"\ncurrency = "EUR"\n'
    for written in ("2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "07:32:00"):
        path.write_text(f"[[contract]]\n{table}start = {written}\n", encoding="utf-8")
        (time, _) = refusals(str(path))
        assert ": C-1 start: This is a time, and contracts know whole days only. Found " in time


def test_a_toml_float_is_refused_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[[contract]]\nid = "C-1"\ntax = { percent = 21.0 }\n', encoding="utf-8")
    assert (
        "C-1 tax.percent: A float cannot hold a decimal exactly. Found '21.0'. Write it as a string: \"21.0\"."
        in (refusals(str(path))[0])
    )


def test_an_id_stands_once_in_a_check(tmp_path: Path) -> None:
    one = write_json(tmp_path, contract_table(), name="one.json")
    two = write_json(tmp_path, contract_table(id="c-1"), name="two.json")
    assert refusals(one, two) == [
        (
            f"{two}: c-1 id: Another contract of this check has this id (case and spaces aside). "
            f"Found 'c-1'. The other is in {one}."
        )
    ]
    assert len(refusals(one, one)) == 1


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert refusals(str(empty), f"{tmp_path}/none.toml", "") == [
        f"{empty}: The folder holds no contract file. Contract files end in .toml, .json, .yaml, .csv or .xlsx.",
        f"{tmp_path}/none.toml: There is no such file or folder. Check the path.",
        ": There is no such file or folder. Check the path.",
    ]
    assert refusals() == ["contracts: No contract file was named. Name a contract file or a folder of contract files."]


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_json(tmp_path, contract_table())

    def refuse(_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    assert refusals(path) == [f"{path}: The file cannot be read. The system says: Permission denied."]


def test_a_key_that_stands_twice_in_json(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    text = json.dumps({"contract": [contract_table()]})
    path.write_text(text.replace('"every"', '"amount": null, "every"', 1), encoding="utf-8")
    assert refusals(str(path)) == [
        f'{path}: C-1 "Fee" amount: The key stands twice in one table. Keep one of them.',
    ]


def test_all_faults_of_all_files_come_together_in_order(tmp_path: Path) -> None:
    """A fault of the shape hides no fault of meaning, nor the other way round, nor one file the next."""
    broken = {
        **PER_UNIT,
        "quantity": "-1",
        "colour": "red",
        "start": "2020-01-01",
        "price_steps": [{"on": "nonsense", "amount": "1"}, {"on": "2026-02-30", "unit_amount": "1"}],
        "discounts": [{"percent": "200"}, {"percent": 1.5}],
    }
    one = write_json(
        tmp_path, contract_table(broken, FLAT, currency="XXX", owner=5), contract_table(id="C-2", start=None)
    )
    two = tmp_path / "two.toml"
    two.write_text("nonsense", encoding="utf-8")
    places = [refusal.split(": ")[1] for refusal in refusals(one, str(two))]
    assert sorted(places[:-1]) == sorted(
        [
            "C-1 owner",
            'C-1 "Seats" quantity',
            'C-1 "Seats" colour',
            'C-1 "Seats" price_steps #1.on',
            'C-1 "Seats" discounts #2.percent',
            "C-1 currency",
            'C-1 "Seats" start',
            'C-1 "Seats" price_steps #1.unit_amount',
            'C-1 "Seats" price_steps #1.amount',
            'C-1 "Seats" price_steps #2.on',
            'C-1 "Seats" discounts #1.percent',
            "C-2 start",
        ]
    )
    assert places[
        -1
    ] == "This is not valid TOML. Found 'Expected '=' after a key in a key/value pair (at end of document)'." or (
        places[-1].startswith("This is not valid TOML")
    )


def test_a_message_names_contracts_by_number_where_they_have_no_fit_name(tmp_path: Path) -> None:
    names = (None, "", 5, "a\x1b[31m")
    path = write_json(tmp_path, *(contract_table(id=name) for name in names))
    places = {refusal.removeprefix(f"{path}: ").split(" id:")[0] for refusal in refusals(path)}
    assert places == {"contract #1", "contract #2", "contract #3", "contract #4"}


def test_long_values_are_cut_in_messages(tmp_path: Path) -> None:
    (refusal,) = refusals(write_json(tmp_path, contract_table(currency="X" * 5000)))
    assert len(refusal) < 400


def test_the_heading_counts(tmp_path: Path) -> None:
    with pytest.raises(ContractsRefusedError, match=r"^The contracts were refused \(1 problem\):\n  "):
        load_contracts(write_json(tmp_path, contract_table(currency="X")))


def test_every_problem_has_an_example() -> None:
    """Each class of fault of this room is raised by some test above."""
    rooms = [
        agreement,
        cadences,
        changes,
        charges,
        commitments,
        cutoffs,
        deposits,
        discounts,
        escalators,
        faults,
        files,
        price_keys,
    ]
    rooms += [rate_cards, releases, renewals, retentions, succession, tables, values, balances, common_changes]
    classes = {
        item
        for room in rooms
        for _, item in inspect.getmembers(room, inspect.isclass)
        if issubclass(item, Problem) and item is not Problem
    }
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("test_*refusals.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    for item in sorted(classes, key=lambda item: item.__name__):
        sentence = (item.__doc__ or "").splitlines()[0]
        assert sentence.endswith(".")
        is_shown = any(sentence.removesuffix(".") in text for text in texts)
        assert is_shown or item.__name__ in _SAID_WITH_OTHER_WORDS, item


_SAID_WITH_OTHER_WORDS = {
    *("OutsideTermProblem", "KeyNotForModelProblem", "MissingExtraProblem", "OverlapProblem"),
    *("NumberProblem", "AmountsProblem", "LimitValueProblem", "NotAllProblem"),
    *("DraftProblem", "NoDraftProblem", "NotDraftProblem", "OddlyWrittenProblem"),
}
"""Their sentences always name the term or the model at hand; extras, lint, drafts, decisions and configuration have
tests of their own."""

KEYS = st.sampled_from(
    (
        *(key for shape in REQUIRED_KEYS for key in shape.model_fields),
        *("retention", "colour", "\0id"),
    )
)
WORDS = st.sampled_from(
    (
        "C-1",
        "EUR",
        "2026-01-01",
        "2026-02-30",
        "flat",
        "per_unit",
        "one_off",
        "month",
        "in_advance",
        "last",
        "1.00",
        "-1",
    )
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 40), st.floats(), WORDS, st.text(max_size=5))
ANYTHING = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(KEYS, below, max_size=5)),
    max_leaves=25,
)


def problems_of(path: str | Path) -> tuple[Problem, ...] | None:
    """What a path is refused for; None where it is not."""
    try:
        load_contracts(path)
    except ContractsRefusedError as refused:
        return refused.problems
    return None


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(ANYTHING, st.fixed_dictionaries({"contract": st.lists(ANYTHING, max_size=3)})))
def test_whatever_a_file_says_it_is_refused_in_order(tmp_path: Path, content: object) -> None:
    path = tmp_path / "any.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    found = problems_of(path)
    assert found is None or found
    assert all(str(problem).startswith(str(path)) for problem in found or ())


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_wrong_value_anywhere_is_refused_or_read(tmp_path: Path, data: st.DataObject) -> None:
    charge = {
        **PER_UNIT,
        "price_steps": [{"on": "2026-07-01", "unit_amount": "28"}],
        "discounts": [{"percent": "10", "last_day": "2026-06-30"}],
        "amendments": [{"on": "2026-05-16", "quantity": "16"}],
        "matching": {"items": ["SEATS"]},
        "tax": {"percent": "21"},
    }
    table = deepcopy(contract_table(charge, FLAT, tags=["a"], tax={"percent": "21"}, matching={"aliases": ["b"]}))
    node: Any = table
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            node[key] = data.draw(ANYTHING)
            break
        node = node[key]
    found = problems_of(write_json(tmp_path, table))
    assert found is None or found
    assert all("pydantic" not in str(problem) for problem in found or ())


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(("c.toml", "c.json")))
def test_no_bytes_bring_anything_but_a_refusal(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ContractsRefusedError):
        load_contracts(path)
