using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

/// <summary>
/// Logging a program in by the browser: the program begins one and waits, its user says yes on a page of the dashboard, and
/// the program gets a token. They live for ten minutes in memory; after a restart one begins anew.
/// </summary>
internal sealed class BrowserLogins(IDbContextFactory<SlipwayStore> stores, Tokens tokens, EventLog events, TimeProvider time)
{
    private const int Most = 1000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan TokenLife = TimeSpan.FromDays(365);

    private readonly ConcurrentDictionary<Guid, Pending> _pending = new();

    /// <param name="description">What the program says of itself.</param>
    /// <exception cref="SlipwayException">429: too many are waiting.</exception>
    public (Guid Id, string Secret) Begin(string? description)
    {
        var now = time.GetUtcNow();
        foreach (var (id, old) in _pending)
        {
            if (old.Until < now) _pending.TryRemove(id, out _);
        }

        if (_pending.Count >= Most) throw new SlipwayException(429, new SlipwayError("rate_limit", "Too many logins wait for their browser.") { Next = "Wait ten minutes, then try again." });
        var login = new Pending(string.IsNullOrWhiteSpace(description) ? "a program" : Authorizations.Shorten(description), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), now + Life);
        var made = Guid.NewGuid();
        _pending[made] = login;
        return (made, login.Secret);
    }

    /// <returns>What the program says of itself; null when it waits no longer.</returns>
    public string? Find(Guid id) => _pending.TryGetValue(id, out var login) && login.Until >= time.GetUtcNow() && !login.Answer.Task.IsCompleted ? login.Description : null;

    /// <summary>Whether the program that asks is the one that began it.</summary>
    public bool IsOf(Guid id, string? secret) => _pending.TryGetValue(id, out var login) && secret is not null
        && CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(login.Secret), System.Text.Encoding.UTF8.GetBytes(secret));

    /// <returns>The token; null when its user said no, or nothing for too long.</returns>
    public async Task<string?> WaitAsync(Guid id, CancellationToken cancel)
    {
        if (!_pending.TryGetValue(id, out var login)) return null;
        try
        {
            return await login.Answer.Task.WaitAsync(login.Until - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero, time, cancel);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            if (!cancel.IsCancellationRequested) _pending.TryRemove(id, out _);
        }
    }

    /// <returns>False when it waits no longer.</returns>
    public async Task<bool> AnswerAsync(Guid id, Actor actor, bool isYes, CancellationToken cancel)
    {
        if (Find(id) is not { } description || !_pending.TryGetValue(id, out var login)) return false;
        if (!isYes) return login.Answer.TrySetResult(null);
        await using var store = await stores.CreateDbContextAsync(cancel);
        var account = await store.Accounts.SingleAsync(row => row.Id == actor.AccountId, cancel);
        var (token, _) = tokens.Add(store, account, description, time.GetUtcNow() + TokenLife);
        account.LastLoginAt = time.GetUtcNow();
        events.Add(store, actor.Email, "authorization.create", new EventTarget($"account {actor.Email}"), after: $"{description}, by browser");
        await store.SaveChangesAsync(cancel);
        return login.Answer.TrySetResult(token);
    }

    private sealed record Pending(string Description, string Secret, DateTimeOffset Until)
    {
        public TaskCompletionSource<string?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
