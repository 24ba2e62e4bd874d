"""Gradient checking: the analytic gradient against numbers."""

from .gradcheck import gradcheck
from .report import InputReport, Report

__all__ = ["InputReport", "Report", "gradcheck"]
