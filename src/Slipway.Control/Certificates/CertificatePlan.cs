using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Control.Reconcile;

namespace Slipway.Control.Certificates;

/// <summary>Which host is served with which certificate. Pure.</summary>
internal static class CertificatePlan
{
    /// <summary>One that ends sooner is replaced, where that is Slipway's to do.</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <summary>Better first, of several that cover a host.</summary>
    private static readonly string[] Preference = [CertificateKind.Uploaded, CertificateKind.Acme, CertificateKind.Server, CertificateKind.Own];

    /// <summary>What goes into a routing revision: in a fixed order, so that the same is equal.</summary>
    public static IReadOnlyList<RouteCertificate> Of(Desired desired)
    {
        var server = desired.Certificates.FirstOrDefault(one => one.Kind == CertificateKind.Server)?.FileId;
        var chosen = desired.Apps.Where(app => !app.Destroyed)
            .SelectMany(app => app.Hosts.Select(host => (Host: host, Id: Choose(desired, app, host)?.FileId)))
            .Where(one => one.Id is not null)
            .ToLookup(one => one.Id!, one => one.Host, StringComparer.Ordinal);
        return [.. chosen.Select(one => one.Key).Union(server is null ? [] : [server], StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(id => new RouteCertificate(id, [.. chosen[id].Distinct().OrderBy(host => host.Value, StringComparer.Ordinal)], IsFallback: id == server))];
    }

    /// <summary>The user's choice, else the best that covers the host; null when there is none.</summary>
    public static DesiredCertificate? Choose(Desired desired, DesiredApp app, DomainName host)
    {
        var mine = desired.Certificates.Where(one => one.App == app.Name || one.Kind == CertificateKind.Server).ToList();
        if (app.Assigned.TryGetValue(host, out var assigned) && mine.FirstOrDefault(one => one.FileId == assigned) is { } wanted) return wanted;
        return mine.Where(one => one.Names.Any(name => CertificateText.Covers(name, host.Value)))
            .OrderBy(one => Array.IndexOf(Preference, one.Kind)).ThenByDescending(one => one.Until).FirstOrDefault();
    }

    /// <summary>The apps for which the own authority has to sign anew, each with all the hosts that it has to cover.</summary>
    public static IReadOnlyList<(AppName App, IReadOnlyList<DomainName> Hosts)> Wanting(Desired desired, DateTimeOffset now)
    {
        var wanting = new List<(AppName, IReadOnlyList<DomainName>)>();
        foreach (var app in desired.Apps.Where(app => !app.Destroyed))
        {
            var chosen = app.Hosts.Select(host => (Host: host, Certificate: Choose(desired, app, host))).ToList();
            var own = chosen.Where(one => one.Certificate is null || one.Certificate.Kind == CertificateKind.Own).ToList();
            if (own.Any(one => one.Certificate is null || one.Certificate.Until - now < RenewBefore)) wanting.Add((app.Name, [.. own.Select(one => one.Host)]));
        }

        return wanting;
    }
}
