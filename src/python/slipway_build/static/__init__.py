"""Sites of files alone: what is in the image's /app is what the world may see."""
