"""Gradient checking: the analytic gradient against numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .gradcheck import gradcheck
from .report.report import InputReport, Report

if TYPE_CHECKING:
    from .handwritten import check_gradients

__all__ = ["InputReport", "Report", "check_gradients", "gradcheck"]


if not TYPE_CHECKING:  # to which every name would be there then

    def __getattr__(name: str) -> Any:
        """Import check_gradients when it is first asked for, which importing tensorgrad does not wait for."""
        if name != "check_gradients":
            raise AttributeError(f"module 'tensorgrad.check' has no attribute {name!r}")
        from .handwritten import check_gradients

        return check_gradients
