using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Contracts.Errors;

namespace Slipway.Control.Certificates.Acme;

/// <summary>
/// The part of ACME (RFC 8555) that it takes to get a certificate for a host that answers over HTTP. One account, whose key
/// signs every request. Not thread safe: nonces go one by one.
/// </summary>
internal sealed class AcmeClient(HttpClient http, Uri directory, ECDsa key)
{
    private const int BadNonceTries = 3;

    private readonly string _thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Jwk(key).ToJsonString())));
    private JsonObject? _directory;
    private string? _account;
    private string? _nonce;

    /// <summary>What the host has to answer at <c>/.well-known/acme-challenge/TOKEN</c>.</summary>
    public string KeyAuthorization(string token) => $"{token}.{_thumbprint}";

    /// <returns>Address of the order, and its state.</returns>
    public async Task<(Uri Address, JsonObject Order)> OrderAsync(string host, CancellationToken cancel)
    {
        var body = new JsonObject { ["identifiers"] = new JsonArray(new JsonObject { ["type"] = "dns", ["value"] = host }) };
        var (order, headers) = await PostAsync(await EndpointAsync("newOrder", cancel), body, cancel);
        return (headers.Location ?? throw Unintelligible("an order has no address"), order);
    }

    /// <returns>Null when the host needs no proof any more; else the challenge's address and token.</returns>
    public async Task<(Uri Address, string Token)?> ChallengeAsync(JsonObject order, CancellationToken cancel)
    {
        var authorization = await GetAsync(Address(order["authorizations"]?[0]), cancel);
        if ((string?)authorization["status"] == "valid") return null;
        var challenge = authorization["challenges"]?.AsArray().FirstOrDefault(one => (string?)one?["type"] == "http-01") ?? throw Unintelligible("it offers no proof over HTTP");
        var token = (string?)challenge["token"] ?? "";
        // It becomes a path and a key of routes.
        return token.Length is > 0 and <= 200 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? (Address(challenge["url"]), token) : throw Unintelligible("a token is none");
    }

    /// <summary>Says that the proof is there.</summary>
    public Task AnswerAsync(Uri challenge, CancellationToken cancel) => PostAsync(challenge, [], cancel);

    public async Task<JsonObject> GetAsync(Uri address, CancellationToken cancel) => (await PostAsync(address, null, cancel)).Body;

    /// <summary>The reason that the server gives for refusing the host.</summary>
    public async Task<string> ReasonAsync(JsonObject order, CancellationToken cancel)
    {
        var authorization = await GetAsync(Address(order["authorizations"]?[0]), cancel);
        var error = authorization["challenges"]?.AsArray().Select(one => one?["error"]?["detail"]).FirstOrDefault(detail => detail is not null);
        return (string?)error ?? (string?)order["error"]?["detail"] ?? "It gave no reason.";
    }

    /// <param name="request">A certificate request, DER.</param>
    public async Task FinalizeAsync(JsonObject order, byte[] request, CancellationToken cancel) =>
        await PostAsync(Address(order["finalize"]), new JsonObject { ["csr"] = Base64Url.EncodeToString(request) }, cancel);

    /// <returns>PEM.</returns>
    public async Task<string> DownloadAsync(JsonObject order, CancellationToken cancel)
    {
        using var answer = await SendAsync(Address(order["certificate"]), null, cancel);
        return await answer.Content.ReadAsStringAsync(cancel);
    }

    private async Task<string> AccountAsync(CancellationToken cancel)
    {
        if (_account is not null) return _account;
        var body = new JsonObject { ["termsOfServiceAgreed"] = true };
        using var answer = await SignAndSendAsync(await EndpointAsync("newAccount", cancel), body, new JsonObject { ["jwk"] = Jwk(key) }, cancel);
        return _account = answer.Headers.Location?.ToString() ?? throw Unintelligible("an account has no address");
    }

    private async Task<Uri> EndpointAsync(string name, CancellationToken cancel)
    {
        _directory ??= Parse(await http.GetByteArrayAsync(directory, cancel));
        return Address(_directory[name]);
    }

    /// <param name="body">Null to read.</param>
    private async Task<(JsonObject Body, HttpResponseHeaders Headers)> PostAsync(Uri address, JsonObject? body, CancellationToken cancel)
    {
        using var answer = await SendAsync(address, body, cancel);
        return (Parse(await answer.Content.ReadAsByteArrayAsync(cancel)), answer.Headers);
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, JsonObject? body, CancellationToken cancel) =>
        await SignAndSendAsync(address, body, new JsonObject { ["kid"] = await AccountAsync(cancel) }, cancel);

    private async Task<HttpResponseMessage> SignAndSendAsync(Uri address, JsonObject? body, JsonObject identity, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            _nonce ??= await NonceAsync(cancel);
            var header = new JsonObject { ["alg"] = "ES256", ["nonce"] = _nonce, ["url"] = address.OriginalString };
            foreach (var (name, value) in identity) header[name] = value?.DeepClone();
            _nonce = null;
            var (head, payload) = (Encode(header.ToJsonString()), body is null ? "" : Encode(body.ToJsonString()));
            var signature = key.SignData(Encoding.ASCII.GetBytes($"{head}.{payload}"), HashAlgorithmName.SHA256);
            var signed = new JsonObject { ["protected"] = head, ["payload"] = payload, ["signature"] = Base64Url.EncodeToString(signature) };
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(signed.ToJsonString()) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/jose+json");
            var answer = await http.SendAsync(request, cancel);
            if (answer.Headers.TryGetValues("Replay-Nonce", out var nonces)) _nonce = nonces.First();
            if (answer.IsSuccessStatusCode) return answer;
            using (answer)
            {
                var text = await answer.Content.ReadAsStringAsync(cancel);
                if (text.Contains("urn:ietf:params:acme:error:badNonce", StringComparison.Ordinal) && attempt < BadNonceTries) continue;
                throw Refused((int)answer.StatusCode, text);
            }
        }
    }

    private async Task<string> NonceAsync(CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, await EndpointAsync("newNonce", cancel));
        using var answer = await http.SendAsync(request, cancel);
        return answer.Headers.TryGetValues("Replay-Nonce", out var nonces) ? nonces.First() : throw Unintelligible("it gives no nonce");
    }

    /// <summary>In the order that its thumbprint is taken of (RFC 7638).</summary>
    private static JsonObject Jwk(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject { ["crv"] = "P-256", ["kty"] = "EC", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static JsonObject Parse(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json)?.AsObject() ?? throw Unintelligible("it answered null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Unintelligible("it answered no JSON object");
        }
    }

    private static Uri Address(JsonNode? node) => Uri.TryCreate((string?)node, UriKind.Absolute, out var address) ? address : throw Unintelligible("an address is missing");

    private static SlipwayException Refused(int status, string said)
    {
        string? detail = null;
        try
        {
            detail = (string?)JsonNode.Parse(said)?["detail"];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // then it is no ACME server's
        }

        return new SlipwayException(502, new SlipwayError("acme_refused", $"The certificate authority answered {status}.") { Why = detail ?? said[..Math.Min(said.Length, 200)] });
    }

    private static SlipwayException Unintelligible(string why) => new(502, new SlipwayError("acme_unintelligible", "The certificate authority does not speak ACME as agreed.") { Why = why });
}
