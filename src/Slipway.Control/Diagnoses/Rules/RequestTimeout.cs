using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>A request took longer than the edge waits.</summary>
internal sealed class RequestTimeout : Rule
{
    public override string Code => "request_timeout";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        var late = facts.Router.Select(RouterLine.Parse).OfType<RouterLine>().Where(line => line.Code == "H12").ToList();
        if (late.Count == 0) return null;
        var path = late.GroupBy(line => line.Path.Split('?')[0]).MaxBy(group => group.Count())!;
        return Found($"{path.Key} takes longer than the edge waits") with
        {
            Happened = $"{late.Count} of the last requests {(late.Count == 1 ? "was" : "were")} answered with 503 after {path.Max(line => line.Service.TotalSeconds):0} s without a byte (H12).",
            Cause = "The view is at work, or waits for somebody, for longer than anybody waits for a page.",
            Evidence = [new Evidence(EvidenceKind.Http, "the router's log", [.. late.TakeLast(5).Select(line => line.Text)]), .. facts.Instance is { } instance ? (Evidence[])[Seen.Sockets(instance)] : []],
            Fix = "Do long work in a worker process and answer at once; give calls to others a time limit; send the first byte early where the answer is long.",
        };
    }
}
