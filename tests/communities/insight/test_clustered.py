"""Intervals from few clusters, against cases that can be worked out, and against another hand."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS

from communities.insight.clustered import spread


def test_rows_that_are_their_own_clusters_give_hc2_and_a_mean_its_textbook_interval() -> None:
    # The mean of 1, 2, 3, 6 is 3; residuals −2, −1, 0, 3; leverage 1/4 each, so each square counts 4/3.
    # Variance of the mean: (4 + 1 + 0 + 9) · 4/3 / 16 = 7/6 = s²/n with s² = 14/3; 3 degrees of freedom.
    values = np.array([1.0, 2.0, 3.0, 6.0])
    basis = np.full((4, 1), 0.5)
    seen = spread(basis, values - 3.0, np.full((4, 1), 0.25), clusters=np.arange(4))
    assert seen.errors**2 == pytest.approx([7 / 6])
    assert seen.freedom == pytest.approx([3.0])


def test_a_mean_of_equal_clusters_is_that_of_their_means() -> None:
    # Clusters (1, 3), (2, 4), (9, 11): means 2, 3, 10, mean 5; variance ((9 + 4 + 25) / 2) / 3 = 19/3; 2 degrees.
    values = np.array([1.0, 3.0, 2.0, 4.0, 9.0, 11.0])
    basis = np.full((6, 1), 6**-0.5)
    seen = spread(basis, values - 5.0, np.full((6, 1), 1 / 6), clusters=np.repeat(np.arange(3), 2))
    assert seen.errors**2 == pytest.approx([19 / 3])
    assert seen.freedom == pytest.approx([2.0])


def test_with_many_clusters_it_agrees_with_the_uncorrected_one() -> None:
    chance = np.random.default_rng(3)
    clusters = np.repeat(np.arange(2000), 3)
    regressors = np.column_stack([np.ones(6000), chance.standard_normal(6000)])
    outcome = regressors @ [1.0, 0.5] + chance.standard_normal(2000)[clusters] + chance.standard_normal(6000)
    fitted = OLS(outcome, regressors).fit()
    usual = fitted.get_robustcov_results("cluster", groups=clusters, use_correction=False)
    seen = spread(np.linalg.qr(regressors)[0], fitted.resid, fitted.model.pinv_wexog.T, clusters=clusters)
    assert seen.errors == pytest.approx(usual.bse, rel=2e-3)
    assert seen.freedom.min() > 500
