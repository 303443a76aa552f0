"""Versions of packages that are installed under another name."""

from importlib import metadata

import pytest
from learnable.data.versions import installed_version


def test_package_has_the_version_of_its_metadata() -> None:
    assert installed_version("numpy") == metadata.version("numpy")


@pytest.mark.parametrize(
    ("brought", "version"), [({"keras": ["keras-nightly"]}, "3.16.0.dev1"), ({}, "")]
)
def test_another_package_may_bring_a_module(brought, version, monkeypatch) -> None:
    def version_of(name: str) -> str:
        if name != "keras-nightly":
            raise metadata.PackageNotFoundError(name)
        return "3.16.0.dev1"

    monkeypatch.setattr(metadata, "version", version_of)
    monkeypatch.setattr(metadata, "packages_distributions", lambda: brought)
    assert installed_version("keras") == version
