using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>The processes are of one version, and the programs that containers depend on are new enough.</summary>
internal sealed class Versions : Check
{
    /// <summary>The oldest that Slipway is tested with: Debian 12's.</summary>
    private static readonly Version Runc = new(1, 1), Conmon = new(2, 1);

    public override string Name => "versions";

    public override string Looked(ServerFacts facts) => facts.Daemons.Runner is { } runner
        ? $"Slipway {facts.Daemons.Version}, {Path.GetFileName(runner.OciRuntime)} {runner.OciRuntimeVersion}, conmon {runner.ConmonVersion}"
        : $"Slipway {facts.Daemons.Version}";

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        var (version, runner, edge) = (facts.Daemons.Version, facts.Daemons.Runner, facts.Daemons.EdgeVersion);
        if ((runner is not null && runner.Version != version) || (edge is not null && edge != version))
            yield return Found("versions_differ", "The daemons are of different versions") with
            {
                Cause = "An upgrade did not come to its end: one of them was not restarted.",
                Evidence = [Fact("versions", $"slipwayd {version}", $"slipway-runner {runner?.Version ?? "not reached"}", $"slipway-edge {edge ?? "not reached"}")],
                Fix = "Run bin/up again: it restarts what is not current, and no request fails.",
            };
        if (runner is null) yield break;
        if (runner.OciRuntime.EndsWith("runc", StringComparison.Ordinal) && Of(runner.OciRuntimeVersion) is { } runc && runc < Runc) yield return Old("runc", runner.OciRuntimeVersion, Runc);
        if (Of(runner.ConmonVersion) is { } conmon && conmon < Conmon) yield return Old("conmon", runner.ConmonVersion, Conmon);
    }

    private static Diagnosis Old(string program, string version, Version least) => Found("program_old", $"{program} {version} is older than what Slipway is tested with", Confidence.Likely) with
    {
        Cause = $"Containers are started and watched by it; {least} is the oldest that is known to work.",
        Fix = $"apt-get update && apt-get install {program}, or a newer Debian.",
    };

    private static Version? Of(string text) => Version.TryParse(new string([.. text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.')]).Trim('.'), out var version) ? version : null;
}
