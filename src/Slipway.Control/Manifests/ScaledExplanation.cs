using System.Globalization;
using Slipway.Contracts.Api;
using Slipway.Control.Store;

namespace Slipway.Control.Manifests;

/// <summary>An explanation with the formation as it is now: somebody may have scaled the app since it was built.</summary>
internal static class ScaledExplanation
{
    private const string ByHand = "slipway scale";

    public static IReadOnlyList<ExplainedValue> Of(IReadOnlyList<ExplainedValue> built, IReadOnlyList<FormationRow> formation) =>
    [
        .. from value in built
           let row = formation.FirstOrDefault(row => value.Key.StartsWith($"processes.{row.ProcessType}.", StringComparison.Ordinal))
           let now = row is null ? null : value.Key[(value.Key.LastIndexOf('.') + 1)..] switch
           {
               "quantity" => row.Quantity.ToString(CultureInfo.InvariantCulture),
               "size" => row.Size,
               _ => null,
           }
           select now is null || now == value.Value ? value : value with { Value = now, Origin = ByHand },
    ];
}
