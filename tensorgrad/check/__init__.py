"""Gradient checking: the analytic gradient against numbers."""

from .gradcheck import gradcheck
from .report.report import InputReport, Report

__all__ = ["InputReport", "Report", "check_gradients", "gradcheck"]


def __getattr__(name):
    """Import check_gradients when it is first asked for, which importing tensorgrad does not wait for."""
    if name != "check_gradients":
        raise AttributeError(f"module 'tensorgrad.check' has no attribute {name!r}")
    from .handwritten import check_gradients

    return check_gradients
