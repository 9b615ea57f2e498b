"""Calls of the .NET SDK."""
import os

from slipway_build import program

# Where what `dotnet restore` found is kept, and found again by builds.
PACKAGES = "/nuget"


def run(request, paths, command, folder, **environment):
    """Exit status and last lines."""
    return program.run(
        request,
        paths,
        ["dotnet", *command],
        folder,
        {
            "PATH": "/usr/bin:/bin",
            "DOTNET_CLI_HOME": paths.tmp,
            "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
            "DOTNET_NOLOGO": "1",
            "DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE": "true",
            "DOTNET_GENERATE_ASPNET_CERTIFICATE": "false",
            "MSBUILDDISABLENODEREUSE": "1",
            "DOTNET_CLI_USE_MSBUILD_SERVER": "0",
            **environment,
        },
    )


def errors(tail):
    """Lines in which the compiler or NuGet say what is wrong, once each."""
    found = list(dict.fromkeys(line.split(" [")[0].strip() for line in tail if ": error " in line or line.startswith("error ")))
    return found or tail[-20:]


def copy_folder(paths):
    """The build writes beside the source, which is read-only."""
    return os.path.join(paths.tmp, "source")
