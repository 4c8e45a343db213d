"""The conformance kit: whether a method keeps its contract with the bench, found in seconds on a few sentences.

    from wcabench.conformance import check

    def test_it_conforms():
        report = check("my-method")
        assert report.passed, report

It checks the code, never the quality: the encoder is tiny and its weights are random.
"""

from wcabench.conformance.kit import check
from wcabench.conformance.report import Finding, Report

__all__ = ["Finding", "Report", "check"]
