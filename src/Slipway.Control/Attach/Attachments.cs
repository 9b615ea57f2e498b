using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Slipway.Control.Instances;

namespace Slipway.Control.Attach;

/// <summary>
/// One-offs that were started and wait for their client to come and talk to them. What they write meanwhile waits in
/// their stream. A client that does not come in time has hung up.
/// </summary>
internal sealed class Attachments(TimeProvider time)
{
    private static readonly TimeSpan WaitFor = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);

    /// <returns>Token by which the client takes it, once.</returns>
    public string Offer(Guid app, OneOff oneOff)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        _waiting[token] = new Waiting(app, oneOff);
        _ = ExpireAsync(token);
        return token;
    }

    /// <returns>Null when nothing waits under that token for that app.</returns>
    public OneOff? Take(string token, Guid app) =>
        _waiting.TryGetValue(token, out var waiting) && waiting.App == app && _waiting.TryRemove(token, out _) ? waiting.OneOff : null;

    /// <summary>The same for who has nothing to show but the token.</summary>
    public OneOff? Take(string token) => _waiting.TryRemove(token, out var waiting) ? waiting.OneOff : null;

    private async Task ExpireAsync(string token)
    {
        await Task.Delay(WaitFor, time);
        if (_waiting.TryRemove(token, out var waiting)) await waiting.OneOff.DisposeAsync();
    }

    private sealed record Waiting(Guid App, OneOff OneOff);
}

internal static class AttachServices
{
    public static IServiceCollection AddAttach(this IServiceCollection services) => services
        .AddSingleton<Attachments>()
        .AddHostedService<Rendezvous>();
}
