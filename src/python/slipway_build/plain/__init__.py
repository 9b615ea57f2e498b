"""Files with a Procfile: nothing to install, nothing to compile."""
