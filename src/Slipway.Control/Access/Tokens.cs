using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

/// <summary>Tokens are 256 random bits; the store keeps their hash alone, so a token is shown once and never again.</summary>
internal sealed class Tokens(IDbContextFactory<SlipwayStore> stores, TimeProvider time)
{
    /// <summary>Begins every token, so that a leaked one is recognized for what it is.</summary>
    private const string Prefix = "slipway-";

    // In Heroku's form, by which its client finds which of the listed authorizations is its own.
    private const string Hidden = "**********";
    private const int Shown = 4;

    /// <summary>Adds a token to the unit of work.</summary>
    /// <param name="expires">Null for a token that holds until it is deleted.</param>
    /// <param name="scopes">Null for all that the account may do.</param>
    public (string Token, TokenRow Row) Add(
        SlipwayStore store, AccountRow account, string description, DateTimeOffset? expires = null, IReadOnlyList<string>? scopes = null)
    {
        var now = time.GetUtcNow();
        var row = new TokenRow
        {
            Uuid = Guid.NewGuid(),
            Account = account,
            Hash = "",
            Hint = "",
            Scopes = Scopes.Join(scopes ?? [Scopes.Global]),
            Description = description,
            CreatedAt = now,
            UpdatedAt = now,
            ExpiresAt = expires,
        };
        store.Tokens.Add(row);
        return (Renew(row), row);
    }

    /// <summary>Another token in the place of the row's, which is none from then on.</summary>
    public string Renew(TokenRow row)
    {
        var token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        (row.Hash, row.Hint, row.UpdatedAt) = (Hash(token), token[..(Prefix.Length + Shown)] + Hidden + token[^Shown..], time.GetUtcNow());
        return token;
    }

    public async Task<Actor?> FindAsync(string token, CancellationToken cancel)
    {
        if (token.Length > 200) return null;
        var hash = Hash(token);
        var now = time.GetUtcNow();
        await using var store = await stores.CreateDbContextAsync(cancel);
        var found = await store.Tokens.AsNoTracking()
            .Where(row => row.Hash == hash && (row.ExpiresAt == null || row.ExpiresAt > now))
            .Select(row => new { Actor = new Actor(row.AccountId, row.Account!.Uuid, row.Account.Email, row.Account.Role), row.Id, row.Scopes })
            .FirstOrDefaultAsync(cancel);
        return found is null ? null : found.Actor with { TokenId = found.Id, Scopes = Scopes.Split(found.Scopes) };
    }

    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
