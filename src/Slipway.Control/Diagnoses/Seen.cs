using Slipway.Contracts.Diagnoses;
using Slipway.Control.Instances;

namespace Slipway.Control.Diagnoses;

/// <summary>Facts as evidence for people.</summary>
internal static class Seen
{
    private const int LogLines = 20;

    /// <summary>All there is, the most telling first.</summary>
    public static IEnumerable<Evidence> At(Facts facts)
    {
        if (facts.Tracebacks is [.., var last])
        {
            yield return Of(last);
            if (last.Own is { } own) yield return facts.Source.At(own.Path!, own.Line);
        }

        if (facts.Probe is { } probe) yield return Of(probe);
        if (facts.Instance is { } instance)
        {
            if (instance.Exit is not null) yield return Exit(instance);
            else yield return Sockets(instance);
            if (instance.Processes.Count > 0) yield return Processes(instance);
            if (instance.OomKills > 0) yield return Memory(instance);
        }

        if (facts.Tracebacks.Count == 0 && End(facts) is { } end) yield return end;
    }

    public static Evidence Of(Traceback traceback) =>
        new(EvidenceKind.Log, "the traceback", traceback.Lines.Count <= 14 ? traceback.Lines : [traceback.Lines[0], "  …", .. traceback.Lines.TakeLast(12)]);

    public static Evidence Of(Exchange exchange) => new(EvidenceKind.Http, "what the probe asked, and the answer", [.. exchange.Lines.Take(20)]);

    public static Evidence Exit(InstanceLook instance) => new(EvidenceKind.Exit, $"{instance.Name} ended",
    [
        $"command: {string.Join(' ', instance.Command)}",
        instance.Exit is { Code: > 128 and < 160 } signalled ? $"ended by signal {signalled.Code - 128}" : $"exit status {instance.Exit?.Code}",
    ]);

    public static Evidence Sockets(InstanceLook instance) => new(EvidenceKind.Sockets, $"sockets of {instance.Name} after {instance.Age:0} s; $PORT is {instance.Port}",
    [
        .. instance.Listening.Select(one => $"listens on {one}"),
        .. instance.Connecting.Select(one => $"connects to {one}, no answer"),
        .. instance.Listening.Count + instance.Connecting.Count == 0 ? (string[])["listens on nothing"] : [],
    ]);

    public static Evidence Processes(InstanceLook instance) => new(EvidenceKind.Processes, $"processes of {instance.Name}",
        [.. instance.Processes.Take(20).Select(process => $"{process.State} {process.CpuSeconds,6:0.0} s  {new string(' ', process.Depth * 2)}{process.Command}")]);

    public static Evidence Memory(InstanceLook instance) => new(EvidenceKind.Cgroup, $"memory of {instance.Name}, as the kernel counts it",
    [
        $"limit {instance.MemoryLimit >> 20} MiB",
        .. instance.Memory is { } used ? (string[])[$"used {used >> 20} MiB"] : [],
        $"oom_kill {instance.OomKills}",
    ]);

    /// <summary>The end of the log; null when nothing was written.</summary>
    public static Evidence? End(Facts facts) =>
        facts.Lines.TakeLast(LogLines).ToList() is { Count: > 0 } lines ? new Evidence(EvidenceKind.Log, $"the end of the log{(facts.Instance is { } instance ? $" of {instance.Name}" : "")}", lines) : null;

    /// <summary>These lines of the log.</summary>
    public static Evidence Lines(Facts facts, Func<string, bool> telling) =>
        new(EvidenceKind.Log, $"the log{(facts.Instance is { } instance ? $" of {instance.Name}" : "")}", [.. facts.Lines.Where(telling).TakeLast(8)]);
}
