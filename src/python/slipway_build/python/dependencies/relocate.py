"""Editable installs name the folder that they were made from; in the image that folder is /app."""
import os


def source_to_app(paths, site, source):
    for name in os.listdir(site):
        if name.endswith((".pth", ".egg-link")) or (name.startswith("__editable__") and name.endswith(".py")):
            path = os.path.join(site, name)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if source in text:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text.replace(source, paths.app))
