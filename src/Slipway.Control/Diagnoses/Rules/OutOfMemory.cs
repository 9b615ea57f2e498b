using Slipway.Contracts.Diagnoses;
using Slipway.Control.Instances;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The kernel ended a process because the instance had no memory left. Its own counter says so, and nothing else does.</summary>
internal sealed class OutOfMemory : Rule
{
    public override string Code => "out_of_memory";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Instance is not { OomKills: > 0 } instance) return null;
        var type = instance.Name[..instance.Name.IndexOf('.')];
        var bigger = InstanceSize.All.FirstOrDefault(size => size.Limits.MemoryBytes > instance.MemoryLimit);
        var workers = instance.Processes.Count(process => process.Command.Contains("gunicorn", StringComparison.Ordinal)) - 1;
        return Found($"{instance.Name} needs more than its {instance.MemoryLimit >> 20} MiB of memory") with
        {
            Cause = $"The kernel ended {(instance.OomKills == 1 ? "one of its processes" : $"{instance.OomKills} of its processes")} for memory.{(workers > 1 ? $" It runs {workers} workers, each with a copy of the app." : "")}",
            Evidence = [Seen.Memory(instance), .. instance.Processes.Count > 0 ? (Evidence[])[Seen.Processes(instance)] : [], .. Seen.End(facts) is { } end ? (Evidence[])[end] : []],
            Fix = bigger is null
                ? "It has the largest size there is: run fewer workers, or have it use less."
                : $"Give it the size {bigger.Name} ({bigger.Limits.MemoryBytes >> 20} MiB), or have it use less: fewer workers, data read in parts.",
            Action = bigger is null ? null : Size(facts, type, bigger.Name),
        };
    }

    /// <summary>In slipway.toml rather than by <c>slipway scale</c>: a first deploy has nothing to scale yet.</summary>
    private static FixAction? Size(Facts facts, string type, string size)
    {
        const string file = "slipway.toml";
        return facts.Source.Read(file)?.Contains($"[processes.{type}]", StringComparison.Ordinal) == true
            ? null
            : new FixAction { Files = [facts.Source.Append(file, $"{(facts.Source.Has(file) ? "\n" : "")}[processes.{type}]\nsize = \"{size}\"")] };
    }
}
