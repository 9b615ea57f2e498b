using Slipway.Control.Builds.Buildpacks;
using Slipway.Control.Builds.Docker;
using Slipway.Control.Builds.Dotnet;
using Slipway.Control.Builds.Node;
using Slipway.Control.Builds.Php;
using Slipway.Control.Builds.Plain;
using Slipway.Control.Builds.Python;
using Slipway.Control.Builds.Static;

namespace Slipway.Control.Builds;

/// <summary>Every kind of app that this server builds.</summary>
internal static class AppKinds
{
    public static IReadOnlyList<AppKind> All { get; } = [new PythonKind(), new PhpKind(), new NodeKind(), new DotnetKind(), new BuildpacksKind(), new ImageKind(), new DockerKind(), new StaticKind(), new PlainKind()];
}
