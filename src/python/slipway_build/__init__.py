"""Builds an app inside a build container: its dependencies, then the app itself; a package for each kind of app. See
docs/build-contract.md."""
