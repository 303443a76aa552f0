"""Versions of installed packages, from their metadata; nothing is imported."""

from __future__ import annotations

from importlib import metadata

_MODULES = {"scikit-learn": "sklearn"}
"""Modules whose package has another name."""


def installed_version(package: str) -> str:
    """Return the version of a package, or of another that brings the same module.

    So ``keras-nightly`` is known as ``keras``, ``tensorflow-cpu`` as ``tensorflow``.

    Parameters
    ----------
    package : str
        A name such as ``scikit-learn``.

    Returns
    -------
    str
        "" where no package brings it.
    """
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        module = _MODULES.get(package, package)
        others = metadata.packages_distributions().get(module, [])
        return metadata.version(others[0]) if others else ""
