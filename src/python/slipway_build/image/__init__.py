"""Images that were built elsewhere: in a registry, or as an archive in the source."""
