using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

/// <summary>
/// Says of a route that an account's email address and password are as good as a token there: where one gets the token.
/// Nowhere else, so that what can be guessed is tried in one place, which counts.
/// </summary>
internal sealed record PasswordLogin;

/// <summary>Passwords, for those who log in by one. An account has none until its owner or an admin sets it.</summary>
internal sealed class Passwords(IDbContextFactory<SlipwayStore> stores, FailedLogins failures, EventLog events, TimeProvider time)
{
    private const int Shortest = 10;
    private const int Longest = 200;

    private static readonly PasswordHasher<AccountRow> Hasher = new();

    // Checked against where there is no account or no password, so that the time it takes does not tell which.
    private static readonly string NobodysHash = Hasher.HashPassword(null!, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    /// <exception cref="SlipwayException">422: too short, too long.</exception>
    public async Task SetAsync(long accountId, string? password, string actor, CancellationToken cancel)
    {
        if (password is null || password.Length is < Shortest or > Longest)
        {
            throw new SlipwayException(422, new SlipwayError("invalid_password", "That cannot be a password here.")
            {
                Why = $"A password has {Shortest} to {Longest} characters.",
            });
        }

        await using var store = await stores.CreateDbContextAsync(cancel);
        var account = await store.Accounts.SingleAsync(row => row.Id == accountId, cancel);
        account.PasswordHash = Hasher.HashPassword(account, password);
        account.UpdatedAt = time.GetUtcNow();
        events.Add(store, actor, "account.password", new EventTarget($"account {account.Email}"));
        await store.SaveChangesAsync(cancel);
    }

    /// <summary>The same by someone who has to say what it was, as Heroku asks: a token that was found is not enough to lock its owner out.</summary>
    /// <exception cref="SlipwayException">422: <c>wrong_password</c>, too short, too long.</exception>
    public async Task ReplaceAsync(Actor actor, string? password, string wanted, CancellationToken cancel)
    {
        if (await FindAsync(actor.Email, password ?? "", cancel) is null)
        {
            throw new SlipwayException(422, new SlipwayError("wrong_password", "The password was not changed: the present one is another.")
            {
                Next = "Forgotten, or never set: slipway accounts password sets one.",
            });
        }

        await SetAsync(actor.AccountId, wanted, actor.Email, cancel);
    }

    /// <returns>Null when it is not the password of that account, or too many wrong ones were tried.</returns>
    public async Task<Actor?> FindAsync(string email, string password, CancellationToken cancel)
    {
        if (password.Length > Longest || email.Length > 254) return null;
        var key = "account:" + email.ToLowerInvariant();
        if (failures.IsOver(key)) return null;
        await using var store = await stores.CreateDbContextAsync(cancel);
        var wanted = email.ToLowerInvariant();
        var account = await store.Accounts.FirstOrDefaultAsync(row => row.Email == wanted, cancel);
        var isRight = Hasher.VerifyHashedPassword(account!, account?.PasswordHash ?? NobodysHash, password) != PasswordVerificationResult.Failed;
        if (!isRight || account?.PasswordHash is null)
        {
            failures.Add(key);
            return null;
        }

        account.LastLoginAt = time.GetUtcNow();
        await store.SaveChangesAsync(cancel);
        return Actor.Of(account);
    }
}
