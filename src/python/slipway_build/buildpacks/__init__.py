"""Heroku-style buildpacks: bin/detect, bin/compile, bin/release, several in a row."""
