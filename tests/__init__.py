"""The tests: names are sentences about people and things.

D83: two houses stand beside each other. The question is: would a failure surprise a reader of the changelog?

- `tests/contract/<room>`: yes. These tests go by the pages, the commands and the words that a citizen, a clerk or an
  operator meets, and stay when the code is arranged anew.
- `tests/inside/<room>`: no. These tests call the functions of `portal/<room>` themselves and move with them.

`tests/house` checks the rules of the house, those for tests too (`test_tests.py`); `tests/helpers` has what several
tests need.
"""
