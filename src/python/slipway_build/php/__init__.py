"""PHP behind Apache: `dependencies` makes /app/vendor, `app` the app and how it is served."""
