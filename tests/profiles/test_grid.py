"""The grid counts exactly what searching for every value counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.profiles.grid import BLOCK, count_between

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def searched(values, edges):
    return np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)


@settings(max_examples=60)
@given(
    values=st.lists(FLOATS | st.floats(-5, 5), min_size=1, max_size=50),
    edges=st.lists(FLOATS | st.floats(-5, 5), min_size=1, max_size=20, unique=True),
    on_edges=st.booleans(),
)
def test_grid_and_search_agree_on_any_numbers(values, edges, on_edges):
    borders = np.unique(edges)
    pool = np.asarray([*values, *borders] if on_edges else values)
    many = np.resize(pool, BLOCK + 7)

    assert count_between(many, borders).tolist() == searched(many, borders).tolist()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", ["normal", "lognormal", "standard_cauchy", "integers"])
def test_grid_and_search_agree_on_any_shape(shape, seed):
    generator = np.random.default_rng(seed)
    draw = getattr(generator, shape)
    values = (draw(0, 40, 100_000) if shape == "integers" else draw(size=100_000)).astype(float)
    quantiles = np.quantile(values, np.linspace(0, 1, 65), method="inverted_cdf")
    edges = np.unique([np.nextafter(values.min(), -np.inf), *quantiles])

    assert count_between(values, edges).tolist() == searched(values, edges).tolist()


def test_values_next_to_an_edge_are_on_their_own_side_of_it():
    edges = np.linspace(-3.0, 3.0, 65)
    near = np.concatenate([edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)])
    values = np.concatenate([np.resize(near, 4_000), np.random.default_rng(5).normal(size=BLOCK)])

    assert count_between(values, edges).tolist() == searched(values, edges).tolist()


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_values_beyond_an_outermost_edge_are_apart_from_those_in_its_cell(side):
    close = np.nextafter(side, np.inf)
    edges = np.unique([-8.5 * side, -8.0 * side, *np.linspace(-7.5, 0.5, 30) * side, side, close])
    spread = np.random.default_rng(6).normal(0.0, 9.0, BLOCK)
    values = np.concatenate([np.resize([*edges, np.nextafter(close, np.inf)], 4_000), spread])

    assert count_between(values, edges).tolist() == searched(values, edges).tolist()


def test_values_below_the_first_edge_are_counted_once_where_its_cell_is_searched():
    edges = np.asarray([-1.0, 0.0, *np.linspace(1.0, 1e7, 30)])
    odd = [-5.0, -1.0, -0.5, 0.0, np.nextafter(0.0, 1.0), 3.0]
    values = np.concatenate([np.resize(odd, 600), np.linspace(1.0, 2e7, BLOCK - 600)])

    assert count_between(values, edges).tolist() == searched(values, edges).tolist()
