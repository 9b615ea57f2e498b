using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>People as calls name them: by email address or id.</summary>
internal static class AccountNames
{
    /// <exception cref="SlipwayException">422: nobody here is called that.</exception>
    public static async Task<AccountRow> FindAsync(SlipwayStore store, string? named, CancellationToken cancel)
    {
        var wanted = named?.Trim().ToLowerInvariant();
        var found = Guid.TryParse(named, out var uuid)
            ? await store.Accounts.AsNoTracking().FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : await store.Accounts.AsNoTracking().FirstOrDefaultAsync(row => row.Email == wanted, cancel);
        return found ?? throw new SlipwayException(422, new SlipwayError("no_such_account", $"{TypedName.Quote(named)} has no account on this server.")
        {
            Next = "An admin can make one: slipway accounts create EMAIL",
        });
    }
}
