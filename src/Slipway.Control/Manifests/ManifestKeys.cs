using static Slipway.Control.Manifests.ManifestChecks;
using static Slipway.Control.Manifests.ManifestType;

namespace Slipway.Control.Manifests;

/// <summary>
/// Every key of slipway.toml. What is not here is an error for whoever writes it; docs/slipway.toml, the reference, has
/// each of them and nothing else, as a test checks.
/// </summary>
internal static class ManifestKeys
{
    public static IReadOnlyList<ManifestKey> All { get; } =
    [
        new("kind", Text, "What the app is", "found in the source") { Check = OneOf(Builds.AppKinds.All.Select(kind => kind.Name)) },
        new("root", Text, "Folder of the app in the repository: where its commands run", "the folder of the Procfile, else of manage.py") { Check = Folder },
        new("python", Text, "Version of Python", "the stack's") { Check = PythonVersion },
        new("packages", TextList, "Debian packages in the image", "none but the stack's") { Check = DebianPackage },

        new("image", Text, "Image in a registry that is the app", "none: the app is built from its source") { Check = Image },
        new("dockerfile", Text, "Dockerfile that makes the app's image", "none: Dockerfile, for an app that has nothing else") { Check = Folder },
        new("port", Number, "Where an image's web process listens, its $PORT", "what the image EXPOSEs") { Range = (1, 65535) },

        new("server", Text, "What serves the web process", "gunicorn for WSGI, uvicorn for ASGI") { Check = OneOf(WebServers.All.Select(server => server.Name)) },
        new("wsgi", Text, "The WSGI callable, module:name", "found in the source") { Check = Callable },
        new("asgi", Text, "The ASGI callable, module:name", "found in the source") { Check = Callable },

        new("build", Text, "Command that builds the app, in place of collectstatic", "collectstatic, for Django") { Check = Command },

        new("processes.*", Text, "Command of a process type", "") { Check = Command, Names = [Process], ShortFor = "processes.*.command" },
        new("processes.*.command", Text, "Command of a process type", "the Procfile's, or found") { Check = Command, Names = [Process] },
        new("processes.*.quantity", Number, "How many instances of it run", "1 for web, 0 for others") { Names = [Process], Range = (0, 100) },
        new("processes.*.size", Text, "How big each is", "standard") { Check = OneOf(Instances.InstanceSize.All.Select(size => size.Name)), Names = [Process] },

        new("health.path", Text, "What a new web instance is asked for before it gets requests", "/") { Check = UrlPath },
        new("health.timeout", Number, "Seconds that it has to answer", "60") { Range = (1, 600) },

        new("static.*", Text, "Folder that the edge serves at this URL", "STATIC_ROOT at STATIC_URL, for Django") { Check = Folder, Names = [UrlPrefix] },
        new("headers.*.*", Text, "Header of every answer below this URL", "none") { Check = HeaderValue, Names = [HeaderPrefix, HeaderName] },

        new("volumes.*", Text, "Where a volume is mounted", "") { Check = VolumePath, Names = [Volume], ShortFor = "volumes.*.path" },
        new("volumes.*.path", Text, "Where a volume is mounted", "MEDIA_ROOT, for Django") { Check = VolumePath, Names = [Volume] },
        new("volumes.*.size", Text, "How much it may hold", "10 GiB") { Check = ByteSize, Names = [Volume] },
        new("volumes.*.url", Text, "URL at which the edge serves its files", "MEDIA_URL, for Django") { Check = UrlPrefix, Names = [Volume] },

        new("hooks.pre-build", Text, "Command before the app is built", "none") { Check = Command },
        new("hooks.post-build", Text, "Command after the app is built", "none") { Check = Command },
        new("hooks.release", Text, "Command before the release goes live", "migrate, for Django") { Check = Command },
        new("hooks.post-deploy", Text, "Command once the release is live", "none") { Check = Command },
    ];
}
