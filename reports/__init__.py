"""Results on disk -> facts -> one self-contained HTML page."""

from .report import Report as Report

__all__ = ["Report"]
