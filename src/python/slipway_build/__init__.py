"""Builds a Python app inside a build container: its dependencies, then the app itself. See docs/build-contract.md."""
