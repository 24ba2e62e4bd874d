"""Gradient checking: compare analytic gradients with numeric derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .gradcheck import gradcheck
from .report.report import InputReport, Report

if TYPE_CHECKING:
    from .handwritten import check_gradients

__all__ = ["InputReport", "Report", "check_gradients", "gradcheck"]


if not TYPE_CHECKING:  # a type checker would think that every name exists

    def __getattr__(name: str) -> Any:
        """Import check_gradients at its first use, so that importing tensorgrad stays fast."""
        if name != "check_gradients":
            raise AttributeError(f"module 'tensorgrad.check' has no attribute {name!r}")
        from .handwritten import check_gradients

        return check_gradients
