"""The dependency layer: /app/node_modules, as npm installs it."""
import json
import os
import shutil

from slipway_build import git, program
from slipway_build.errors import BuildError
from slipway_build.facts import write_json_file
from slipway_build.log import biggest, say

# What npm says, and what that means for whoever reads it.
MEANINGS = [
    ("npm ERR! code E404", "package_not_found", "Correct the package's name in package.json, or name its registry in .npmrc."),
    ("npm ERR! code ETARGET", "package_version_not_found", "Ask for a version that exists: npm view NAME versions"),
    ("can only install packages when your package.json and package-lock.json", "lock_file_invalid", "Run npm install, commit package-lock.json, and deploy again."),
    ("npm ERR! code EUSAGE", "lock_file_invalid", "Run npm install, commit package-lock.json, and deploy again."),
    ("npm ERR! code ERESOLVE", "package_conflict", "Two packages want different versions of a third; the lines above say which."),
    ("npm ERR! code EINTEGRITY", "package_hash_mismatch", "What the registry has is not what package-lock.json was made from: npm install, and look at what changed."),
    ("npm ERR! code E401", "index_unauthorized", "Put the registry's token into a config var and name it in .npmrc: //registry/:_authToken=${NPM_TOKEN}"),
    ("npm ERR! code E403", "index_unauthorized", "The registry refuses this package: check the token that .npmrc names."),
    ("npm ERR! code ENOTFOUND", "index_unreachable", "This server does not reach the registry: name one that it reaches with the config var NPM_CONFIG_REGISTRY."),
    ("npm ERR! code EAI_AGAIN", "index_unreachable", "This server does not reach the registry: name one that it reaches with the config var NPM_CONFIG_REGISTRY."),
    ("npm ERR! code ECONN", "index_unreachable", "This server does not reach the registry: name one that it reaches with the config var NPM_CONFIG_REGISTRY."),
    ("certificate", "index_unreachable", "The registry's certificate is signed by nobody that this server trusts: add its authority to the server with update-ca-certificates."),
    ("gyp ERR!", "package_build_failed", "A package is compiled here and that failed; the lines above say where."),
]  # fmt: skip


def build(request, paths):
    source = paths.below(request.source)
    for name in sorted(os.listdir(source)):
        if name == "node_modules":
            continue
        copy = shutil.copytree if os.path.isdir(os.path.join(source, name)) else shutil.copyfile
        copy(os.path.join(source, name), os.path.join(paths.app, name))
    modules = os.path.join(paths.app, "node_modules")
    locked = any(os.path.exists(os.path.join(paths.app, name)) for name in ("package-lock.json", "npm-shrinkwrap.json"))
    command = ["npm", "ci" if locked else "install", "--no-audit", "--no-fund", "--no-update-notifier"]
    if request.details.get("build") is None:
        command.append("--omit=dev")
    status, tail = program.run(request, paths, command, paths.app, {"NPM_CONFIG_CACHE": os.path.join(paths.cache, "npm")})
    if status != 0:
        raise failure(tail)
    os.makedirs(modules, exist_ok=True)
    sizes, packages = {}, {}
    for name, folder in installed(modules):
        sizes[name] = program.folder_size(folder)
        with open(os.path.join(folder, "package.json"), encoding="utf-8") as file:
            packages[name] = str(json.load(file).get("version", ""))
    write_json_file(os.path.join(modules, "slipway.json"), {"packages": packages})
    say("Installed %d packages." % len(packages))
    biggest(sizes, "Biggest of them")


def installed(modules):
    """Name and folder of each package at the top; those of a scope are one folder further down."""
    for entry in sorted(os.scandir(modules), key=lambda e: e.name):
        inside = sorted(os.scandir(entry.path), key=lambda e: e.name) if entry.name.startswith("@") else [entry]
        for package in inside:
            if os.path.isfile(os.path.join(package.path, "package.json")):
                yield os.path.relpath(package.path, modules), package.path


def failure(tail):
    private = git.refused(tail)
    if private is not None:
        return private
    text = "\n".join(tail)
    for sign, id, next_step in MEANINGS:
        if sign in text:
            why = next((line.replace("npm ERR!", "").strip() for line in tail if line.startswith("npm ERR!") and "code" not in line), None)
            return BuildError(id, "npm could not install the app's packages.", why=why, next=next_step, evidence=tail[-20:])
    return BuildError(
        "npm_failed", "npm could not install the app's packages.", next="Run the same on your machine: npm ci", evidence=tail[-20:]
    )  # fmt: skip
