using Slipway.Control.Instances;
using Slipway.Control.Store;

namespace Slipway.Control.Releases;

/// <summary>What slipway.toml says of a process type's instances; null where it says nothing.</summary>
internal sealed record WantedScale(int? Quantity, string? Size)
{
    /// <summary>
    /// How a process type is scaled once a release is live. What the file says holds when it is new or other than in the
    /// release before; else what somebody scaled by hand since is left alone.
    /// </summary>
    public static (int Quantity, string Size) Of(string type, FormationRow? row, WantedScale? before, WantedScale? now)
    {
        var quantity = now?.Quantity is { } count && (row is null || count != before?.Quantity) ? count : row?.Quantity ?? (type == "web" ? 1 : 0);
        var size = now?.Size is { } name && (row is null || name != before?.Size) ? name : row?.Size ?? InstanceSize.Default.Name;
        return (quantity, size);
    }
}
