using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Slipway.Control.Access;
using Slipway.Control.Store;

namespace Slipway.Control.Git;

/// <summary>
/// The git processes that run now and may receive a push. Each has a token, which its hook names it by; it lives as long as
/// the pusher's connection, so that a hook which outlives it (or slipwayd) is nobody's.
/// </summary>
internal sealed class Pushes
{
    private readonly ConcurrentDictionary<string, Push> _open = new(StringComparer.Ordinal);

    /// <param name="gone">The pusher let go.</param>
    public Push Begin(AppRow app, string repository, Actor actor, CancellationToken gone)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return _open[token] = new Push(token, app, repository, actor, gone, () => _open.TryRemove(token, out _));
    }

    public Push? Find(string token) => _open.GetValueOrDefault(token);
}

/// <param name="Repository">Path of the bare repository.</param>
internal sealed record Push(string Token, AppRow App, string Repository, Actor Actor, CancellationToken Gone, Action End) : IDisposable
{
    public void Dispose() => End();
}
