"""Results on disk -> facts -> one self-contained HTML page."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..baselines.results.results import Results

__all__ = ["Report"]


class Report:
    """One HTML page that says whether it is the data or the network.

    Parameters
    ----------
    results : Results
        All that a run found; nothing else goes into the page.

    Examples
    --------
    >>> Report.load(run_folder).save(run_folder / "report.html")  # doctest: +SKIP
    """

    def __init__(self, results: "Results") -> None:
        self.results = results

    @classmethod
    def load(cls, run_folder: Path) -> "Report":
        """The report of a run on disk, from its ``results.json`` alone.

        Raises
        ------
        Misuse
            The folder does not exist or holds no ``results.json``.
        BadData
            The file is damaged, or of a newer schema.
        """
        from .run_summary import load_results  # keeps imports light

        return cls(load_results(Path(run_folder)))

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Every number and text of the page, as plain values."""
        from .summarize import summarize  # keeps imports light

        return summarize(self.results)

    def html(self) -> str:
        """The page: a whole document that needs no network and no other file."""
        from .html import to_html  # loads jinja2, then altair

        return to_html(self.facts)

    def save(self, path: Path) -> None:
        """Write the page to a temporary name beside the path, then rename."""
        from ..data.disk import write_whole  # keeps imports light

        write_whole(Path(path), self.html())

    def __repr__(self) -> str:
        return f"<Report on {self.results.about.name!r}: .save(path) writes the page>"
