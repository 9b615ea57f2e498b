using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Contracts.Errors;

namespace Slipway.Control.Certificates.Acme;

/// <summary>One certificate for one host, from order to PEM.</summary>
internal static class AcmeOrder
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <param name="publish">Makes the host answer for a token, and returns when it does.</param>
    /// <returns>Chain and key.</returns>
    /// <exception cref="SlipwayException">The authority refused, and why.</exception>
    public static async Task<(string Chain, string Key)> RunAsync(AcmeClient acme, string host, Func<string, string, Task> publish, TimeProvider time, CancellationToken cancel)
    {
        var (address, order) = await acme.OrderAsync(host, cancel);
        if (await acme.ChallengeAsync(order, cancel) is { } challenge)
        {
            await publish(challenge.Token, acme.KeyAuthorization(challenge.Token));
            await acme.AnswerAsync(challenge.Address, cancel);
        }

        order = await UntilAsync(acme, address, host, time, state => state is not "pending", cancel);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if ((string?)order["status"] == "ready")
        {
            await acme.FinalizeAsync(order, Request(host, key), cancel);
            order = await UntilAsync(acme, address, host, time, state => state is "valid" or "invalid", cancel);
        }

        return (await acme.DownloadAsync(order, cancel), key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task<System.Text.Json.Nodes.JsonObject> UntilAsync(AcmeClient acme, Uri address, string host, TimeProvider time, Func<string?, bool> isThere, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var order = await acme.GetAsync(address, cancel);
            var state = (string?)order["status"];
            if (state == "invalid") throw Failed(host, await acme.ReasonAsync(order, cancel));
            if (isThere(state)) return order;
            if (time.GetElapsedTime(started) > Limit) throw Failed(host, $"It was still {state} after {Limit.TotalMinutes:0} minutes.");
            await Task.Delay(Poll, time, cancel);
        }
    }

    private static byte[] Request(string host, ECDsa key)
    {
        var request = new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSigningRequest();
    }

    private static SlipwayException Failed(string host, string why) => new(422, new SlipwayError("acme_failed", $"No certificate for {host} was issued.")
    {
        Why = why, Next = $"Let the DNS of {host} point to this server, reachable on port 80; then: heroku certs:auto:refresh",
    });
}
