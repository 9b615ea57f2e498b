using Slipway.Contracts.Errors;
using Slipway.Runner.Commands;

namespace Slipway.Runner.Stacks;

/// <summary>
/// .NET is in no Debian package, and this machine has it: Slipway itself is built with its SDK. A stack gets a copy. When
/// the machine's .NET is updated, <c>slipway stack rebuild dotnet</c> brings the stack up to it.
/// </summary>
internal static class HostDotnet
{
    private const string Runtime = "dotnet-runtime";
    private const string Sdk = "dotnet-sdk";
    private const string Inside = "usr/share/dotnet";

    private static readonly string[] Programs = ["/usr/bin/dotnet", "/usr/local/bin/dotnet", "/usr/share/dotnet/dotnet", "/usr/lib/dotnet/dotnet"];

    /// <summary>Which folders of .NET's own each part is.</summary>
    private static readonly Dictionary<string, string[]> Parts = new()
    {
        [Runtime] = ["dotnet", "LICENSE.txt", "ThirdPartyNotices.txt", "host", "shared"],
        [Sdk] = ["packs", "sdk", "sdk-manifests", "templates"],
    };

    /// <returns>What was copied, as <c>NAME=VERSION</c>.</returns>
    public static async Task<IReadOnlyList<string>> CopyAsync(IReadOnlyList<string> parts, string root, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        if (parts.Count == 0) return [];
        var home = Programs.Where(File.Exists).Select(Home).FirstOrDefault(folder => Directory.Exists(Path.Combine(folder, "shared"))) ?? throw Missing("There is no dotnet in /usr/bin.");
        var target = Path.Combine(root, Inside);
        Directory.CreateDirectory(target);
        var copied = new List<string>();
        foreach (var part in parts)
        {
            var version = VersionOf(home, part);
            await progress($"Copying {part} {version} from this server's {home}.");
            foreach (var name in Parts[part].Where(name => Path.Exists(Path.Combine(home, name))))
                await new Command("/usr/bin/cp", "-RL", "--preserve=mode,timestamps", "--reflink=auto", Path.Combine(home, name), target).RunAsync(cancel);
            copied.Add($"{part}={version}");
        }

        File.CreateSymbolicLink(Path.Combine(root, "usr/bin/dotnet"), "/" + Inside + "/dotnet");
        return copied;
    }

    private static string Home(string program) => Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)!;

    private static Version VersionOf(string home, string part)
    {
        var folder = Path.Combine(home, part == Sdk ? "sdk" : "shared/Microsoft.AspNetCore.App");
        var versions = Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(each => Version.TryParse(Path.GetFileName(each), out var version) ? version : null).OfType<Version>() : [];
        return versions.Max() ?? throw Missing($"{home} has no {part}.");
    }

    private static SlipwayException Missing(string why) => new(502, new SlipwayError("stack_not_built", "The .NET stack is a copy of this server's .NET, which is not there.")
    {
        Why = why,
        Next = "Install the .NET SDK on the server, as bin/up asks for it, then deploy again.",
    });
}
