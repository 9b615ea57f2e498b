using System.Net.Mail;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

internal sealed class Accounts(IDbContextFactory<SlipwayStore> stores, Tokens tokens, EventLog events, TimeProvider time)
{
    /// <summary>Makes an account and its first token.</summary>
    /// <exception cref="SlipwayException">422: no email address, no role, or the address has an account.</exception>
    public async Task<(AccountRow Account, string Token)> CreateAsync(string? email, string? role, string actor, CancellationToken cancel)
    {
        role ??= Roles.Member;
        if (role is not (Roles.Admin or Roles.Member)) throw Invalid("invalid_role", $"{TypedName.Quote(role)} is not a role.", "Roles are 'admin' and 'member'.");
        if (email is not { Length: <= 254 } || !MailAddress.TryCreate(email, out var address) || address.Address != email)
            throw Invalid("invalid_email", $"{TypedName.Quote(email)} is not an email address.", null);

        await using var store = await stores.CreateDbContextAsync(cancel);
        var account = new AccountRow { Uuid = Guid.NewGuid(), Email = email.ToLowerInvariant(), Role = role, CreatedAt = time.GetUtcNow(), UpdatedAt = time.GetUtcNow() };
        store.Accounts.Add(account);
        var (token, _) = tokens.Add(store, account, "first token");
        events.Add(store, actor, "account.create", new EventTarget($"account {account.Email}"), after: $"role {role}");
        try
        {
            await store.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            throw Invalid("email_taken", $"{account.Email} has an account already.", null);
        }

        return (account, token);
    }

    /// <summary>A new token for the server's first admin, whose account is made if there is none.</summary>
    public async Task<string> NewAdminTokenAsync(string email, string actor, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var account = await store.Accounts.Where(row => row.Role == Roles.Admin).OrderBy(row => row.Id).FirstOrDefaultAsync(cancel);
        if (account is null)
        {
            account = new AccountRow { Uuid = Guid.NewGuid(), Email = email, Role = Roles.Admin, CreatedAt = time.GetUtcNow(), UpdatedAt = time.GetUtcNow() };
            store.Accounts.Add(account);
        }

        var (token, _) = tokens.Add(store, account, "made on the server");
        events.Add(store, actor, "token.create", new EventTarget($"account {account.Email}"));
        await store.SaveChangesAsync(cancel);
        return token;
    }

    private static SlipwayException Invalid(string id, string message, string? why) =>
        new(422, new SlipwayError(id, message) { Why = why });
}
