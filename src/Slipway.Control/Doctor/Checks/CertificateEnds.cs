using System.Globalization;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>Certificates that end soon, and those that could not be had.</summary>
internal sealed class CertificateEnds : Check
{
    /// <summary>What is renewed by itself is renewed a month before its end: with two weeks left, something keeps it from that.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public override string Name => "certificates";

    public override string Looked(ServerFacts facts) => facts.Certificates.Count == 0 ? "none: this server speaks plain HTTP" : string.Create(CultureInfo.InvariantCulture, $"{facts.Certificates.Count} certificates");

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        foreach (var one in facts.Certificates)
        {
            if (one.ExpiresAt is { } end && end < facts.Now + Soon)
                yield return Found("certificate_ends", end < facts.Now ? $"The certificate of {one.Names} has ended" : $"The certificate of {one.Names} ends in {(end - facts.Now).Days} days") with
                {
                    Cause = one.IsRenewed ? "It should have been renewed by itself." : "It was brought by a user, and only they can bring the next.",
                    Evidence = [Fact(one.Names, [$"ends {end:u}", .. one.Trouble is { } trouble ? (string[])[trouble] : []])],
                    Fix = one.IsRenewed ? "See what else doctor says of the clock, DNS and port 80; it is tried again by itself." : $"slipway certs add FILE KEY --app {one.App}, or let it be got by itself: slipway certs auto enable --app {one.App}",
                };
            else if (one.Trouble is { } refused)
                yield return Found("certificate_refused", $"{one.Names} gets no certificate", Confidence.Likely) with
                {
                    Cause = "The certificate authority did not give one.",
                    Evidence = [Fact(one.Names, refused)],
                    Fix = "The authority asks the name on port 80: it must lead to this server, from the internet. It is tried again by itself.",
                };
        }
    }
}
