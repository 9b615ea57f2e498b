using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>Debian's programs that Slipway runs.</summary>
internal sealed class Packages : Check
{
    public override string Name => "packages";

    public override string Looked(ServerFacts facts) => facts.Packages.Count == 0 ? "this host has no dpkg" : $"{facts.Packages.Count} Debian packages that Slipway needs";

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        var missing = facts.Packages.Where(one => one.Value is null).Select(one => one.Key).Order(StringComparer.Ordinal).ToList();
        if (missing.Count == 0) yield break;
        yield return Found("package_missing", $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} not installed") with
        {
            Cause = "Slipway runs programs of these packages; something removed them, or an upgrade needs more.",
            Fix = $"apt-get install --no-install-recommends {string.Join(' ', missing)}, or run bin/up again.",
        };
    }
}
