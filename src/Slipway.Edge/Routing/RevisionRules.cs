using System.Net;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;

namespace Slipway.Edge.Routing;

/// <summary>What must hold for a revision before any of it is used. All that is wrong is said at once.</summary>
internal static class RevisionRules
{
    private const int MaxBackends = 64;

    /// <exception cref="SlipwayException">422 with one line of evidence for each thing that is wrong.</exception>
    public static void Check(RoutingRevision revision, ServerConfig config)
    {
        var problems = Problems(revision, config).Take(50).ToArray();
        if (problems.Length == 0) return;
        throw new SlipwayException(422, new SlipwayError("invalid_revision", $"Routing revision {revision.Number} was refused; the edge serves the one before.")
        {
            Why = problems[0],
            Evidence = problems,
        });
    }

    private static IEnumerable<string> Problems(RoutingRevision revision, ServerConfig config)
    {
        if (revision.Number < 0) yield return "number: must not be negative.";
        foreach (var problem in CertificateProblems(revision.Certificates)) yield return problem;
        foreach (var (token, answer) in revision.Challenges)
            if (!token.All(IsTokenLetter) || !answer.All(c => IsTokenLetter(c) || c == '.')) yield return $"challenges ({token}): only letters, digits, dashes, underscores and a dot.";
        var hosts = ServerConfig.LoopbackHosts.Append(config.ControlHost).ToDictionary(host => host, _ => "Slipway's own API", StringComparer.Ordinal);
        for (var i = 0; i < revision.Routes.Count; i++)
        {
            var route = revision.Routes[i];
            var at = $"routes[{i}] ({route.App})";
            foreach (var host in route.Hosts)
                if (!hosts.TryAdd(host.Value, route.App.Value))
                    yield return $"{at}.hosts: {host} already belongs to {hosts[host.Value]}.";

            if (route.TimeoutSeconds is < 1 or > 3600) yield return $"{at}.timeout_seconds: {route.TimeoutSeconds} is not within 1 to 3600.";
            if (route.BootTimeoutSeconds is < 0 or > 3600) yield return $"{at}.boot_timeout_seconds: {route.BootTimeoutSeconds} is not within 0 to 3600.";
            if (route.MaxBodyBytes < 0) yield return $"{at}.max_body_bytes: must not be negative.";
            if (route.State is RouteState.Serving && route.Backends.Count == 0 && route.Site is null) yield return $"{at}.backends: a serving route needs at least one.";
            if (route.Backends.Count > MaxBackends) yield return $"{at}.backends: {route.Backends.Count} are more than {MaxBackends}.";
            foreach (var backend in route.Backends)
                if (!IsAddress(backend.Address, config))
                    yield return $"{at}.backends ({backend.Name}): {backend.Address} is neither tcp:IP:PORT nor unix:PATH below {config.InstanceSocketsDirectory}.";

            if (route.Site is { } site)
            {
                if (!IsBelow(site.Directory, config.LayersDirectory)) yield return $"{at}.site: {site.Directory} is not below {config.LayersDirectory}.";
                foreach (var problem in site.Problems()) yield return $"{at}.site: {problem}";
            }

            foreach (var rule in route.Headers)
                if (rule.Prefix is not ("/" or ['/', .., '/']) || rule.Set.Any(header => header.Key.Length == 0 || $"{header.Key}{header.Value}".Any(char.IsControl)))
                    yield return $"{at}.headers ({rule.Prefix}): prefix must begin and end with a slash, and no header be empty or more than one line.";

            foreach (var mount in route.Static)
            {
                if (mount.Prefix is not ['/', .., '/'] || mount.Prefix.Contains("//")) yield return $"{at}.static: prefix '{mount.Prefix}' must begin and end with one slash.";
                var home = mount.Kind is StaticKind.Layer ? config.LayersDirectory : config.VolumesDirectory;
                if (!IsBelow(mount.Directory, home)) yield return $"{at}.static ({mount.Prefix}): {mount.Directory} is not below {home}.";
            }
        }
    }

    private static IEnumerable<string> CertificateProblems(IReadOnlyList<RouteCertificate> certificates)
    {
        var hosts = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < certificates.Count; i++)
        {
            if (!CertificateFile.IsId(certificates[i].Id)) yield return $"certificates[{i}].id: must be the SHA-256 of its chain.";
            foreach (var host in certificates[i].Hosts)
                if (!hosts.Add(host.Value)) yield return $"certificates[{i}].hosts: {host} has a certificate already.";
        }

        if (certificates.Count(certificate => certificate.IsFallback) > 1) yield return "certificates: only one can be the fallback.";
    }

    private static bool IsTokenLetter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    private static bool IsAddress(string address, ServerConfig config) => address switch
    {
        _ when address.StartsWith("unix:", StringComparison.Ordinal) => IsBelow(address["unix:".Length..], config.InstanceSocketsDirectory),
        _ when address.StartsWith("tcp:", StringComparison.Ordinal) => IPEndPoint.TryParse(address["tcp:".Length..], out var end) && end.Port > 0,
        _ => false,
    };

    private static bool IsBelow(string path, string home) =>
        path.StartsWith(home + "/", StringComparison.Ordinal) && Path.GetFullPath(path) == path;
}
