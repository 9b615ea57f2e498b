using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Logs;

namespace Slipway.Control.Stacks;

/// <summary>The stacks of this server; one that is not there yet is built when it is first needed.</summary>
internal sealed partial class StackCatalog(RunnerClient runner, TimeProvider time, ILogger<StackCatalog> log)
{
    /// <summary>Between two attempts at building one aside.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<StackName, Task> _aside = new();

    public static readonly StackName Python = StackName.Parse("python");
    public static readonly StackName PythonBuild = StackName.Parse("python-build");
    public static readonly StackName Php = StackName.Parse("php");
    public static readonly StackName PhpBuild = StackName.Parse("php-build");
    public static readonly StackName Node = StackName.Parse("node");
    public static readonly StackName NodeBuild = StackName.Parse("node-build");
    public static readonly StackName Dotnet = StackName.Parse("dotnet");
    public static readonly StackName DotnetBuild = StackName.Parse("dotnet-build");
    public static readonly StackName Buildpacks = StackName.Parse("buildpacks");
    public static readonly StackName Images = StackName.Parse("images");

    /// <param name="progress">Gets the lines of a build that takes minutes.</param>
    public async Task<StackInfo> FindAsync(StackName name, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        if (await TryFindAsync(name, cancel) is { } found) return found;

        await progress($"Building the stack {name} from Debian packages; this happens once a server.");
        var lines = new LineSplitter(progress);
        var built = await runner.CallAsync(
            RunnerVerb.BuildStack, new StackRequest(name, Rebuild: false), ContractsJson.Default.StackRequest,
            ContractsJson.Default.StackInfo, payload => lines.WriteAsync(payload), cancel);
        await lines.EndAsync();
        return built;
    }

    /// <returns>Null when it was not built yet.</returns>
    public async Task<StackInfo?> TryFindAsync(StackName name, CancellationToken cancel) =>
        (await runner.CallAsync(RunnerVerb.Stacks, ContractsJson.Default.IReadOnlyListStackInfo, cancel)).FirstOrDefault(stack => stack.Name == name);

    /// <summary>Begins to build it, unless that is under way, and waits for nothing: for a server whose stacks were lost, or a store that was restored on another machine.</summary>
    public void BuildAside(StackName name) => _ = _aside.GetOrAdd(name, BuildAsideAsync);

    private async Task BuildAsideAsync(StackName name)
    {
        await Task.Yield();
        try
        {
            await FindAsync(name, Tell, CancellationToken.None);
        }
        catch (Exception e) when (e is SlipwayException or IOException)
        {
            LogNotBuilt(name, e.Message);
            await Task.Delay(Retry, time);
        }
        finally
        {
            _aside.TryRemove(name, out _);
        }
    }

    private ValueTask Tell(string line)
    {
        LogProgress(line);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "{Line}")]
    private partial void LogProgress(string line);

    [LoggerMessage(LogLevel.Error, "The stack {Stack} could not be built: {Why}")]
    private partial void LogNotBuilt(StackName stack, string why);

    /// <summary>The Python that a stack's packages bring.</summary>
    public static Version PythonOf(StackInfo stack) =>
        stack.Packages.Select(package => PythonPackage().Match(package)).FirstOrDefault(match => match.Success) is { } python
            ? new Version(int.Parse(python.Groups[1].Value), int.Parse(python.Groups[2].Value), int.Parse(python.Groups[3].Value))
            : throw new InvalidDataException($"The stack {stack.Name} of {stack.Date} lists no package python3.");

    [GeneratedRegex(@"\Apython3(?:-minimal)?=(\d{1,3})\.(\d{1,3})\.(\d{1,3})", RegexOptions.CultureInvariant)]
    private static partial Regex PythonPackage();
}
