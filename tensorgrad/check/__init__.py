"""Gradient checking: the analytic gradient against numbers."""

from .gradcheck import gradcheck
from .handwritten import check_gradients
from .report import InputReport, Report

__all__ = ["InputReport", "Report", "check_gradients", "gradcheck"]
