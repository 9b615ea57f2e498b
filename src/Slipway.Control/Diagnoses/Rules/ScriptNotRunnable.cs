using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>A script of the app's own with line ends of Windows: the kernel looks for a program called <c>bash\r</c>.</summary>
internal sealed class ScriptLineEnds : ScriptNotRunnable
{
    public override string Code => "script_line_ends";

    protected override Diagnosis? Look(Facts facts, string script)
    {
        if (facts.Source.Read(script) is not { } text || !text.Contains("\r\n", StringComparison.Ordinal)) return null;
        return Found($"{script} has the line ends of Windows") with
        {
            Cause = "Each of its lines ends in CR and LF. Linux takes the CR as part of the line: of the program's name in the first, and of each command in the others.",
            Evidence = [facts.Source.At(script, 1), .. Ended(facts)],
            Fix = $"Save {script} with the line ends of Unix; that git keeps them so, say in .gitattributes: *.sh text eol=lf",
            Action = new FixAction { Files = [facts.Source.Edit(script, text.Replace("\r\n", "\n", StringComparison.Ordinal))] },
        };
    }
}

/// <summary>A script of the app's own that nobody may execute: the x-bit is lost on Windows, and in some archives.</summary>
internal sealed class ScriptNotExecutable : ScriptNotRunnable
{
    public override string Code => "script_not_executable";

    protected override Diagnosis? Look(Facts facts, string script) => facts.Source.IsExecutable(script) ? null : Found($"{script} may not be executed") with
    {
        Cause = "The command starts it as a program, and the file has no x-bit. Windows does not know one.",
        Evidence = [new Evidence(EvidenceKind.File, script, ["mode 644: read by all, executed by none"]) { File = script }, .. Ended(facts)],
        Fix = $"git update-index --chmod=+x {script} (or chmod +x {script}); or start it by its interpreter: sh {script}",
        Action = new FixAction { Files = [facts.Source.MakeExecutable(script)] },
    };
}

/// <summary>The command starts a script of the app's own, and the kernel or the shell could not.</summary>
internal abstract class ScriptNotRunnable : Rule
{
    /// <summary>What a shell exits with, and our init.</summary>
    private const int CannotExecute = 126, NotFound = 127;

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot);

    protected abstract Diagnosis? Look(Facts facts, string script);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.ExitCode is not (CannotExecute or NotFound)) return null;
        foreach (var path in facts.CommandFiles)
            if (facts.Source.Read(path) is { } text && text.StartsWith("#!", StringComparison.Ordinal) && Look(facts, path) is { } found) return found;
        return null;
    }

    protected static IEnumerable<Evidence> Ended(Facts facts)
    {
        if (facts.Instance is { Exit: not null } instance) yield return Seen.Exit(instance);
        if (Seen.End(facts) is { } end) yield return end;
    }
}
