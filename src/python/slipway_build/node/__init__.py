"""Node.js: `dependencies` makes /app/node_modules, `app` the app, built by its own script."""
