"""The app layer: /app, as `dotnet publish` leaves it."""
import os
import shutil

from slipway_build import facts, program
from slipway_build.dotnet import sdk
from slipway_build.errors import BuildError
from slipway_build.log import biggest, say, size

OWN = "Slipway, for .NET"

# Cookies and forms are signed with these keys: they must outlive a release.
KEYS_VOLUME, KEYS = "aspnet-keys", "/app/.aspnet/DataProtection-Keys"

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "ASPNETCORE_URLS": "http://0.0.0.0:5000",
    # Only the edge reaches an instance, and it sets X-Forwarded-*.
    "ASPNETCORE_FORWARDEDHEADERS_ENABLED": "true",
    "DOTNET_RUNNING_IN_CONTAINER": "true",
    "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    # An app for an older .NET runs on the one that there is; preflight has said so.
    "DOTNET_ROLL_FORWARD": "Major",
    "DOTNET_EnableDiagnostics": "0",
}


def build(request, paths):
    source = sdk.copy_folder(paths)
    shutil.copytree(paths.below(request.source), source, symlinks=True, ignore=shutil.ignore_patterns(".git", "bin", "obj"))
    project = request.details["project"]
    command = ["publish", project, "--configuration", "Release", "--output", paths.app, "-p:UseAppHost=false"]
    restored = paths.below(sdk.PACKAGES)
    fallback = {"NUGET_FALLBACK_PACKAGES": restored} if os.path.isdir(restored) else {}
    status, tail = sdk.run(request, paths, command, source, NUGET_PACKAGES=os.path.join(paths.tmp, "nuget"), **fallback)
    if status != 0:
        raise BuildError(
            "publish_failed",
            "The project could not be built.",
            why=sdk.errors(tail)[0] if tail else None,
            next="Run the same on your machine: dotnet publish -c Release",
            evidence=sdk.errors(tail),
        )
    web = "dotnet /app/%s.dll" % entry(paths)
    os.makedirs(paths.below(KEYS), exist_ok=True)
    sizes = {"/app/" + e.name: program.folder_size(e.path) if e.is_dir() else e.stat().st_size for e in os.scandir(paths.app)}
    say("Published %s: %s." % (project, size(sum(sizes.values()))))
    biggest(sizes, "Biggest in the app")
    facts.write(
        paths,
        process_types={"web": web, **request.process_types},
        environment=ENVIRONMENT,
        volumes={KEYS_VOLUME: KEYS},
        origins={"processes.web.command": OWN, "volumes.%s.path" % KEYS_VOLUME: OWN},
    )


def entry(paths):
    """Name of the program among the libraries."""
    found = [name[: -len(".runtimeconfig.json")] for name in os.listdir(paths.app) if name.endswith(".runtimeconfig.json")]
    if len(found) != 1:
        raise BuildError(
            "publish_failed",
            "Publishing left %s." % ("no program" if not found else "several programs: " + ", ".join(sorted(found))),
            next="Publish one project that is an app: <OutputType>Exe</OutputType>, as ASP.NET Core projects are.",
        )
    return found[0]
