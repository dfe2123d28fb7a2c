"""What is kept of a long series."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.service.history.thinning import thin

POINTS = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(-50, 50)), st.sampled_from("pif")), max_size=300
)


def thinned(points, most):
    numbered = list(enumerate(points))
    return thin(numbered, lambda one: one[1][0], lambda one: one[1][1], most)


@given(POINTS, st.integers(4, 60))
def test_a_thinned_series_is_a_part_of_it_in_its_order_and_never_too_long(points, most):
    places = [place for place, _ in thinned(points, most)]

    assert places == sorted(set(places))
    assert len(places) == min(most, len(points))


@given(POINTS, st.integers(4, 60))
def test_the_first_the_last_and_the_extremes_are_kept(points, most):
    kept = [point for _, point in thinned(points, most)]
    values = [value for value, _ in points if value is not None]

    assert [kept[0], kept[-1]] == [points[0], points[-1]] if points else kept == []
    if values:
        shown = [value for value, _ in kept if value is not None]
        assert (min(shown), max(shown)) == (min(values), max(values))


@given(POINTS, st.integers(4, 60))
def test_every_change_of_verdict_is_kept_where_there_is_room_for_all(points, most):
    changes = [
        place for place, (one, other) in enumerate(pairwise(points), 1) if one[1] != other[1]
    ]
    kept = {place for place, _ in thinned(points, most)}

    assert len(changes) > most - 4 or kept >= set(changes)
