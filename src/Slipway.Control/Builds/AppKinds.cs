using Slipway.Control.Builds.Plain;
using Slipway.Control.Builds.Python;

namespace Slipway.Control.Builds;

/// <summary>Every kind of app that this server builds.</summary>
internal static class AppKinds
{
    public static IReadOnlyList<AppKind> All { get; } = [new PythonKind(), new PlainKind()];
}
