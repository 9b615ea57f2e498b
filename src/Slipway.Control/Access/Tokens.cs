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

    /// <summary>Adds a token to the unit of work.</summary>
    /// <param name="expires">Null for a token that holds until it is deleted.</param>
    /// <returns>The token itself.</returns>
    public string Add(SlipwayStore store, AccountRow account, string description, DateTimeOffset? expires = null)
    {
        var token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        store.Tokens.Add(new TokenRow
        {
            Uuid = Guid.NewGuid(),
            Account = account,
            Hash = Hash(token),
            Description = description,
            CreatedAt = time.GetUtcNow(),
            ExpiresAt = expires,
        });
        return token;
    }

    public async Task<Actor?> FindAsync(string token, CancellationToken cancel)
    {
        if (token.Length > 200) return null;
        var hash = Hash(token);
        var now = time.GetUtcNow();
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Tokens.AsNoTracking()
            .Where(row => row.Hash == hash && (row.ExpiresAt == null || row.ExpiresAt > now))
            .Select(row => new Actor(row.AccountId, row.Account!.Uuid, row.Account.Email, row.Account.Role))
            .FirstOrDefaultAsync(cancel);
    }

    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
