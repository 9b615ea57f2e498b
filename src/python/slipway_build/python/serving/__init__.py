"""What serves the app: which callable, by which server, started how."""
