using System.Security.Cryptography.X509Certificates;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Control.Certificates;
using Slipway.Control.Reconcile;

namespace Slipway.Control.Tests.Certificates;

public sealed class CertificatePlanTests
{
    private static readonly DateTimeOffset Now = Issuer.Now;

    [Fact]
    public void EachHostHasTheBestThatIsForIt()
    {
        var desired = Desired(
            App("blog", ["blog.example.net", "www.example.org", "shop.example.org"]),
            Certificate("server", CertificateKind.Server, null, "*.example.net"),
            Certificate("own", CertificateKind.Own, "blog", "shop.example.org", "www.example.org"),
            Certificate("mine", CertificateKind.Uploaded, "blog", "www.example.org"),
            Certificate("foreign", CertificateKind.Uploaded, "shop", "shop.example.org"));
        Assert.Equal(["mine: www.example.org", "own: shop.example.org", "server: blog.example.net (fallback)"], Lines(desired));
        Assert.Empty(CertificatePlan.Wanting(desired, Now));
    }

    [Fact]
    public void TheUsersChoiceStandsAboveTheBest()
    {
        var app = App("blog", ["www.example.org"]) with { Assigned = new Dictionary<DomainName, string> { [DomainName.Parse("www.example.org")] = "second" } };
        var desired = Desired(app, Certificate("first", CertificateKind.Uploaded, "blog", "www.example.org"), Certificate("second", CertificateKind.Uploaded, "blog", "www.example.org"));
        Assert.Equal(["second: www.example.org"], Lines(desired));
    }

    [Fact]
    public void WhatHasNoneOrOneThatEndsSoonIsIssuedAnewWithAllThatItHadToCover()
    {
        var blog = App("blog", ["blog.localhost", "www.example.org"]);
        Assert.Equal(["blog.localhost", "www.example.org"], Wanting(Desired(blog)));
        Assert.Equal(["blog.localhost", "www.example.org"], Wanting(Desired(blog, Certificate("own", CertificateKind.Own, "blog", "blog.localhost"))));
        Assert.Equal(["blog.localhost"], Wanting(Desired(blog, Certificate("mine", CertificateKind.Uploaded, "blog", "www.example.org"))));
        Assert.Empty(Wanting(Desired(blog, Certificate("own", CertificateKind.Own, "blog", "blog.localhost", "www.example.org"))));
        Assert.NotEmpty(Wanting(Desired(blog, Certificate("own", CertificateKind.Own, "blog", "blog.localhost", "www.example.org") with { Until = Now.AddDays(29) })));
        // One that a user brought is theirs to renew, however soon it ends.
        Assert.Empty(Wanting(Desired(App("blog", ["www.example.org"]), Certificate("mine", CertificateKind.Uploaded, "blog", "www.example.org") with { Until = Now.AddDays(1) })));
    }

    [Fact]
    public void AnIssuedOneIsGoodForItsHostsUnderTheAuthorityAlone()
    {
        var authority = OwnAuthority.Create("example.net", Now);
        var issued = OwnAuthority.Issue(new CertificateFile(authority.Chain, authority.Key), ["blog.example.net", "10.0.0.1"], Now);
        Assert.Equal(["blog.example.net"], issued.Names);
        Assert.InRange(issued.Until - Now, TimeSpan.FromDays(300), TimeSpan.FromDays(398));

        using var leaf = X509Certificate2.CreateFromPem(issued.Chain, issued.Key);
        using var root = X509Certificate2.CreateFromPem(authority.Chain);
        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck, VerificationTime = Now.UtcDateTime },
        };
        Assert.True(chain.Build(leaf), string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation)));
        Assert.True(leaf.MatchesHostname("blog.example.net"));
        Assert.False(leaf.MatchesHostname("other.example.net"));
        Assert.True(leaf.MatchesHostname("10.0.0.1"));
    }

    private static Desired Desired(DesiredApp app, params DesiredCertificate[] certificates) => new([app], []) { Certificates = certificates };

    private static DesiredApp App(string name, string[] hosts) => new() { Name = AppName.Parse(name), Hosts = [.. hosts.Select(DomainName.Parse)] };

    private static DesiredCertificate Certificate(string id, string kind, string? app, params string[] names) =>
        new(id, kind, app is null ? null : AppName.Parse(app), names, Now.AddDays(90));

    private static IEnumerable<string> Lines(Desired desired) =>
        CertificatePlan.Of(desired).Select(one => $"{one.Id}: {string.Join(' ', one.Hosts)}{(one.IsFallback ? " (fallback)" : "")}");

    private static IEnumerable<string> Wanting(Desired desired) => CertificatePlan.Wanting(desired, Now).SelectMany(one => one.Hosts).Select(host => host.Value);
}
