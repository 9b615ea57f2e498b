"""Apps that are built by their Dockerfile, with buildah."""
