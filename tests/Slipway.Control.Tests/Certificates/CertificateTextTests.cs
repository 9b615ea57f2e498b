using Slipway.Contracts.Errors;
using Slipway.Control.Certificates;

namespace Slipway.Control.Tests.Certificates;

public sealed class CertificateTextTests
{
    private readonly Issuer _issuer = new();

    [Fact]
    public void AGoodOneIsKeptInTheOrderOfServing()
    {
        var (leaf, key) = _issuer.Leaf(["www.example.org", "*.Example.org"]);
        foreach (var chain in new[] { leaf + _issuer.Middle + _issuer.Root, _issuer.Root + _issuer.Middle + leaf, $"Bag Attributes\n{leaf}\r\n\r\n{_issuer.Middle}{_issuer.Root}" })
        {
            var text = CertificateText.Check(chain, key, Issuer.Now);
            Assert.Equal((leaf + _issuer.Middle).ReplaceLineEndings(), text.Chain.ReplaceLineEndings());
            Assert.Equal(["www.example.org", "*.example.org"], text.Names);
            Assert.Equal(Issuer.Now.AddDays(90), text.Until);
        }
    }

    [Fact]
    public void RsaKeysAreTakenFromTwoThousandBitsOn()
    {
        var (leaf, key) = _issuer.Leaf(["www.example.org"], rsaBits: 2048);
        Assert.Equal(["www.example.org"], CertificateText.Check(leaf + _issuer.Middle + _issuer.Root, key, Issuer.Now).Names);
        var (weak, weakKey) = _issuer.Leaf(["www.example.org"], rsaBits: 1024);
        Fails("certificate_weak", weak + _issuer.Middle + _issuer.Root, weakKey);
    }

    [Fact]
    public void WhatCannotBeServedIsRefusedWithTheReason()
    {
        var (leaf, key) = _issuer.Leaf(["www.example.org"]);
        var (_, otherKey) = _issuer.Leaf(["www.example.org"]);
        var whole = leaf + _issuer.Middle + _issuer.Root;

        Fails("certificate_unreadable", null, key);
        Fails("certificate_unreadable", "", key);
        Fails("certificate_unreadable", "hello", key);
        Assert.Contains("swapped", Fails("certificate_unreadable", key, key).Why);
        Fails("certificate_unreadable", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", key);
        Fails("certificate_unreadable", "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n", key);
        Fails("certificate_unreadable", string.Concat(Enumerable.Repeat(leaf, 11)), key);
        Fails("certificate_unreadable", new string('x', 100_000), key);

        Fails("key_unreadable", whole, null);
        Assert.Contains("swapped", Fails("key_unreadable", whole, leaf).Why);
        Fails("key_unreadable", whole, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        Fails("key_unreadable", whole, new string('x', 100_000));
        Fails("key_encrypted", whole, Issuer.Encrypted(key));
        Fails("key_encrypted", whole, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        Fails("key_mismatch", whole, otherKey);

        Assert.Contains("Test authority", Fails("chain_incomplete", leaf, key).Why);
        Assert.Contains("Test root", Fails("chain_incomplete", leaf + _issuer.Middle, key).Why);

        var (old, oldKey) = _issuer.Leaf(["www.example.org"], from: -90, until: -1);
        Assert.Contains("2026-05-31", Fails("certificate_expired", old + _issuer.Middle + _issuer.Root, oldKey).Why);
        var (young, youngKey) = _issuer.Leaf(["www.example.org"], from: 1);
        Fails("certificate_not_yet_valid", young + _issuer.Middle + _issuer.Root, youngKey);
        var (nameless, namelessKey) = _issuer.Leaf([]);
        Fails("certificate_without_names", nameless + _issuer.Middle + _issuer.Root, namelessKey);
    }

    [Theory]
    [InlineData("www.example.org", "www.example.org", true)]
    [InlineData("*.example.org", "www.example.org", true)]
    [InlineData("*.example.org", "a.www.example.org", false)]
    [InlineData("*.example.org", "example.org", false)]
    [InlineData("*.example.org", "*.example.org", true)]
    [InlineData("*.example.org", "*.www.example.org", false)]
    [InlineData("www.example.org", "example.org", false)]
    public void AStarStandsForOneLabel(string name, string host, bool covers) => Assert.Equal(covers, CertificateText.Covers(name, host));

    private static SlipwayError Fails(string id, string? chain, string? key)
    {
        var error = Assert.Throws<SlipwayException>(() => CertificateText.Check(chain, key, Issuer.Now));
        Assert.Equal((422, id), (error.Status, error.Error.Id));
        Assert.NotNull(error.Error.Why);
        Assert.NotNull(error.Error.Next);
        return error.Error;
    }
}
