using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Logs;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;

namespace Slipway.Control.Reconcile;

/// <summary>An instance failed: the inner exception of the one that says so, for whoever looks for the cause.</summary>
internal sealed class InstanceFailedException(Crash crash, InstanceSpec spec) : Exception
{
    public Crash Crash => crash;

    public InstanceSpec Spec => spec;
}

/// <summary>Turns the failure of an instance into words, with the last lines that it wrote.</summary>
internal static partial class CrashWords
{
    private const int Lines = 20;
    private const int BytesPerLine = 800;

    public static SlipwayException Of(Crash crash, InstanceSpec spec)
    {
        var name = $"{spec.Name} of v{spec.Release}";
        var tail = Tail(crash.LogFile);
        if (crash.Exit is not { } exit)
        {
            var error = crash.Error ?? new SlipwayError("instance_failed", $"{name} failed.");
            return new SlipwayException(422, error with { Evidence = [.. (error.Evidence ?? []).Concat(tail).TakeLast(50)] }, new InstanceFailedException(crash, spec));
        }

        if (exit is { OomKills: 0, MonitorLost: false, Code: not 0 } && tail.LastOrDefault(line => RootOnly().IsMatch(line)) is { } telling)
        {
            return new SlipwayException(422, new SlipwayError("needs_root", $"{name} {Ending(exit)}: it wants to be root, or another user.")
            {
                Why = $"Its log says: {telling.Trim()}. Every app runs as a user of its own without privileges, whatever USER an image names, and all files of an image are that user's.",
                Next = "Start it as any user: many images have a setting or a variant for that (…-unprivileged, -rootless), or leave out the step that changes the user or the owner. docs/deploy-docker.md says what works.",
                Evidence = tail,
            }, new InstanceFailedException(crash, spec));
        }

        return new SlipwayException(422, new SlipwayError(exit.OomKills > 0 ? "out_of_memory" : "instance_exited", $"{name} {Ending(exit)}.")
        {
            Why = Why(exit, spec),
            Next = exit.OomKills > 0 ? Bigger(spec) : "Correct it, then: slipway deploy",
            Evidence = tail,
        }, new InstanceFailedException(crash, spec));
    }

    /// <summary>The last lines of a log in conmon's form; empty when there is none.</summary>
    public static IReadOnlyList<string> Tail(string logFile, int lines = Lines)
    {
        try
        {
            using var file = new FileStream(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(lines * BytesPerLine, file.Length), SeekOrigin.End);
            using var reader = new StreamReader(file);
            return [.. Whole(reader.ReadToEnd().Split('\n')).TakeLast(lines)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    /// <summary>Lines as they were written: what a program flushed in pieces is several records.</summary>
    private static IEnumerable<string> Whole(IEnumerable<string> records)
    {
        var begun = new Dictionary<string, string>();
        foreach (var record in records)
        {
            if (!LogLine.TryParse(record, out var line)) continue;
            var text = begun.GetValueOrDefault(line.Stream) + line.Text;
            if (line.Partial) begun[line.Stream] = text;
            else yield return text;
            if (!line.Partial) begun.Remove(line.Stream);
        }

        foreach (var rest in begun.Values) yield return rest;
    }

    /// <summary>What programs say who may not become another user, or give files to one.</summary>
    [GeneratedRegex(@"(must|needs? to|should|has to) be (run|started|executed)?\s*(as|by) (the )?root|(are you|not) root\b|(set(e|re|res)?[ug]id|setgroups|initgroups|chown|setpriv|gosu|su-exec|failed switching|switch(ing)? (to )?user|drop(ping)? privileges?).{0,120}(not permitted|denied|failed)|(not permitted|denied).{0,80}(set(e|re|res)?[ug]id|setgroups|initgroups)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RootOnly();

    private static string Bigger(InstanceSpec spec) =>
        InstanceSize.All.FirstOrDefault(size => size.Limits.MemoryBytes > spec.Limits.MemoryBytes) is { } bigger
            ? $"Give it more memory (1 is how many there are to be): slipway scale {spec.Name[..spec.Name.IndexOf('.')]}=1:{bigger.Name}"
            : "It has the largest size there is: make it use less memory, then: slipway deploy";

    private static string Ending(InstanceExit exit) => exit switch
    {
        { MonitorLost: true } => "ended, and its monitor with it",
        { Code: > 128 and < 160 } => $"was ended by signal {exit.Code - 128}",
        _ => $"exited with status {exit.Code}",
    };

    private static string? Why(InstanceExit exit, InstanceSpec spec) => exit switch
    {
        { OomKills: > 0 } => $"It used more than its {spec.Limits.MemoryBytes >> 20} MiB of memory, so the kernel ended it.",
        { MonitorLost: true } => "conmon, which watches it, was killed, so its exit status is not known.",
        { Code: 127 } => $"The program {spec.Command[0]} was not found in the image.",
        { Code: 126 } => $"The program {spec.Command[0]} may not be executed.",
        { Code: 0 } => "It ended by itself; a process type is to run until it is stopped.",
        _ => null,
    };
}
