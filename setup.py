"""Packages are found: `pyproject.toml` cannot say that the root is `learnable`."""

from setuptools import find_packages, setup

found = find_packages(include=["baselines*", "data*", "reports*", "zoo*"])
setup(
    packages=["learnable", *(f"learnable.{name}" for name in found)],
    script_name="setup.py",  # so that it is no module of the root package
)
