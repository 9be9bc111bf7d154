"""A pytest plugin: properties are tried on few examples, always the same, and not made smaller when they fail.

It is loaded before the tests are, where branches and mutants are counted: `pytest -p tests.mutation.quick`.
"""

from __future__ import annotations

from hypothesis import Phase, settings

FEW = 25

settings.register_profile(
    "quick", derandomize=True, database=None, deadline=None, max_examples=FEW, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("quick")
