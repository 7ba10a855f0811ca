"""What is foreseen of a search: it changes nothing about the search, and it is mostly right."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.isolation import Gate, rounds
from workbench.engine.foresight import Foresight
from workbench.engine.isolate import isolate


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_search_that_is_foreseen_asks_the_same_and_finds_the_same(data):
    n = data.draw(st.integers(1, 12))
    sets = st.sets(st.integers(0, n - 1), min_size=1, max_size=3)
    bad = [frozenset(one) for one in data.draw(st.lists(sets, min_size=1, max_size=4))]
    suspects = data.draw(st.sets(st.integers(0, n - 1)))
    plain, foreseen = Gate(bad), Gate(bad)
    told: list[frozenset[int]] = []
    search = Foresight(
        range(n), foreseen, suspects, foreseen.tests, tell=lambda _asked, ahead: told.extend(ahead), room=2
    )
    assert search.isolate() == isolate(range(n), plain, suspects, plain.tests)
    assert foreseen.asked == plain.asked
    assert all(told), "nothing applied is green, and nobody asks"


def test_where_both_answers_are_followed_the_next_question_is_among_what_was_told():
    gate = Gate([frozenset((3,)), frozenset((11,))])
    asked: list[frozenset[int]] = []
    ahead: list[list[frozenset[int]]] = []

    def tell(question, following):
        if question is not None:
            asked.append(question)
            ahead.append([*following])

    whole = {frozenset(range(40)): True}
    Foresight(range(40), gate, (), gate.tests, tell, room=3, known=whole).isolate()
    assert len(asked) > 5
    assert all(following in told for told, following in zip(ahead, asked[1:], strict=False))


@pytest.mark.parametrize(("jobs", "at_most"), [(2, 0.72), (3, 0.58), (4, 0.52)])
def test_fewer_judgings_follow_one_another(jobs, at_most):
    alone = statistics.mean(rounds(200, 5, jobs=1, seeds=range(20)))
    assert statistics.mean(rounds(200, 5, jobs=jobs, seeds=range(20))) <= at_most * alone
