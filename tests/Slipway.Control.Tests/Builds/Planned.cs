using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Builds;

namespace Slipway.Control.Tests.Builds;

/// <summary>What preflight decided of a folder.</summary>
internal sealed record Planned(AppKind Kind, BuildPlan Plan, IReadOnlyList<string> Decisions)
{
    /// <summary>What the stacks of this server would list.</summary>
    private static readonly IReadOnlyList<string> Packages = ["python3=3.11.2-1+b1", "php8.2-fpm=8.2.36-1~deb12u1", "nodejs=18.20.4+dfsg-1~deb12u1", "dotnet-runtime=10.0.12"];

    public string Root => Plan.Root;

    public DependencyPlan Dependencies => Plan.Dependencies!;

    public IReadOnlyDictionary<ProcessType, string> ProcessTypes => Plan.ProcessTypes;

    public string? Detail(string name) => Plan.Details.GetValueOrDefault(name);

    /// <exception cref="SlipwayException">What preflight found wrong.</exception>
    public static Planned Of(TemporaryFolder folder, params IEnumerable<(string Key, string Value)> config)
    {
        var preflight = Preflight.Recognize(folder.Path, config.ToDictionary(pair => pair.Key, pair => pair.Value), AppKinds.All);
        var stack = new StackInfo(StackName.Parse("any"), "2026-11-23", Digest.Parse("sha256:" + new string('1', 64)), Packages);
        return new Planned(preflight.Kind, preflight.Plan(new StackPair(stack, stack)), preflight.Survey.Decisions);
    }
}
