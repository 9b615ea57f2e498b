using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Stacks;

/// <summary>Installs Debian packages into a folder: an empty one becomes a system, one that is a system gets more.</summary>
internal static partial class Mmdebstrap
{
    private static readonly string[] Excluded =
    [
        "path-exclude=/usr/share/man/*", "path-exclude=/usr/share/info/*", "path-exclude=/usr/share/locale/*", "path-exclude=/usr/share/doc/*",
        "path-include=/usr/share/doc/*/copyright", "path-exclude=/usr/share/lintian/*", "path-exclude=/usr/share/bug/*",
    ];

    /// <summary>Variants of mmdebstrap's: a small new system; only what is asked for, in the system that is there.</summary>
    public const string New = "minbase", More = "custom";

    /// <param name="variant"><see cref="New"/> or <see cref="More"/>.</param>
    /// <exception cref="SlipwayException">422 <c>package_unknown</c>; 502 <c>stack_not_built</c>, <c>packages_not_installed</c>.</exception>
    public static async Task RunAsync(
        string root, string variant, IReadOnlyList<string> packages, DateTimeOffset now, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        // postgresql-common would make a database cluster while it is installed with a new system.
        var preset = root + "-preset";
        Directory.CreateDirectory(preset + "/etc/postgresql-common");
        await File.WriteAllTextAsync(preset + "/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n", cancel);
        try
        {
            var command = new Command("/usr/bin/mmdebstrap",
            [
                "--mode=root", "--variant=" + variant, "--format=directory", "--skip=check/empty", "--keyring=" + DebianArchive.Keyring, "--include=" + string.Join(',', packages),
                .. (await DebianArchive.ProxyOptionsAsync(cancel)).Select(o => "--aptopt=" + o),
                "--aptopt=Acquire::Retries \"3\"", "--aptopt=APT::Install-Recommends \"false\"", "--dpkgopt=force-unsafe-io",
                .. Excluded.Select(e => "--dpkgopt=" + e),
                .. variant == New
                    ? [$"--essential-hook=sync-in {preset} /"]
                    // apt's own user cannot write to the folder of a layer, and apt warns of it each time.
                    : new[] { "--aptopt=APT::Sandbox::User \"root\"" },
                DebianArchive.Suite, root, .. DebianArchive.Sources(),
            ]);
            var environment = new Dictionary<string, string>(command.Environment)
            {
                ["SOURCE_DATE_EPOCH"] = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                ["TMPDIR"] = Path.GetDirectoryName(root)!,
            };
            foreach (var proxy in (string[])["http_proxy", "https_proxy", "no_proxy"])
            {
                if (Environment.GetEnvironmentVariable(proxy) is { } value) environment[proxy] = value;
            }

            command = command with { Environment = environment };
            var result = await command.TryRunAsync(cancel, progress);
            if (result.ExitCode != 0) throw Failed(variant, command, result, packages);
        }
        finally
        {
            Folders.Remove(preset);
        }
    }

    private static SlipwayException Failed(string variant, Command command, CommandResult result, IReadOnlyList<string> packages)
    {
        // apt names what it does not know, in any of several sentences.
        var unknown = result.Tail.Select(l => Unknown().Match(l)).Where(m => m.Success).Select(m => m.Groups["name"].Value).Where(packages.Contains).Distinct().ToList();
        if (unknown.Count > 0)
            return new SlipwayException(422, new SlipwayError("package_unknown", $"Debian {DebianArchive.Suite} has no package {string.Join(", ", unknown)}.")
            {
                Next = "apt-cache search WORD finds its name; https://packages.debian.org/" + DebianArchive.Suite + " lists them all.",
            });
        var telling = result.Tail.LastOrDefault(l => l.StartsWith("E: ", StringComparison.Ordinal)) ?? result.LastLine;
        var (id, message) = variant == New
            ? ("stack_not_built", "The stack could not be built from Debian packages.")
            : ("packages_not_installed", "The Debian packages could not be installed on the stack.");
        return new SlipwayException(502, new SlipwayError(id, message)
        {
            Why = telling,
            Next = "Check that this machine reaches its Debian mirror (apt-get update), then deploy again.",
            Evidence = [.. result.Tail.TakeLast(20), command.ToString()],
        });
    }

    [GeneratedRegex(@"(Unable to locate package |Package '?|Couldn't find any package by (glob|regex) ')(?<name>[a-z0-9][a-z0-9+.-]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Unknown();
}
