using System.Globalization;

namespace Slipway.Control.Builds.Docker;

/// <summary>What all apps that bring their own file system have in common.</summary>
internal static class ContainerPlan
{
    public static void Port(Survey survey, Dictionary<string, string> details)
    {
        if (survey.Manifest.Number("port") is { } port) details["port"] = port.ToString(CultureInfo.InvariantCulture);
    }
}
