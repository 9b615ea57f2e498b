"""Apps in Python: `dependencies` makes /venv, `app` what stands on it."""
