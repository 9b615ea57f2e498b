using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app calls somebody over TLS and does not trust the certificate that it is shown.</summary>
internal sealed partial class CertificateRefused : Rule
{
    public override string Code => "certificate_refused";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Lines.LastOrDefault(line => Refused().IsMatch(line)) is not { } said || !facts.HasFailed) return null;
        var own = facts.Tracebacks.LastOrDefault(one => Refused().IsMatch(one.Message) && one.Own is not null)?.Own;
        return Found("The app refuses the certificate of a server that it calls") with
        {
            Cause = Of(said),
            Evidence = [.. own is null ? (Evidence[])[] : [facts.Source.At(own.Path!, own.Line)], Seen.Lines(facts, text => Refused().IsMatch(text))],
            Fix = "It is for whoever runs that server to renew it or send the whole chain. For an authority of your own: put its certificate into the source, and name the file in the config var SSL_CERT_FILE (Python's requests: REQUESTS_CA_BUNDLE; Node: NODE_EXTRA_CA_CERTS). Do not turn the check off: then anybody can be that server.",
        };
    }

    private static string Of(string said) => said switch
    {
        _ when said.Contains("expired", StringComparison.OrdinalIgnoreCase) => "That server's certificate has expired.",
        _ when said.Contains("ostname mismatch", StringComparison.Ordinal) || said.Contains("ALTNAME", StringComparison.Ordinal) || said.Contains("doesn't match", StringComparison.Ordinal) => "The certificate is for another name than the one that was called.",
        _ when said.Contains("self", StringComparison.Ordinal) && said.Contains("signed", StringComparison.Ordinal) => "It is signed by itself or by an authority of somebody's own, which nobody else knows.",
        _ => "It is signed by an authority that the app does not know, or comes without the certificates between.",
    };

    [GeneratedRegex(@"CERTIFICATE_VERIFY_FAILED|certificate verify failed|\bCERT_HAS_EXPIRED\b|\bDEPTH_ZERO_SELF_SIGNED_CERT\b|\bSELF_SIGNED_CERT_IN_CHAIN\b|\bUNABLE_TO_VERIFY_LEAF_SIGNATURE\b|\bERR_TLS_CERT_ALTNAME_INVALID\b", RegexOptions.CultureInvariant)]
    private static partial Regex Refused();
}
