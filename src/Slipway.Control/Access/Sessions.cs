using Microsoft.EntityFrameworkCore;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

/// <summary>Browsers' logins: each is a token of its own that runs out, in a cookie that no script can read.</summary>
internal sealed class Sessions(IDbContextFactory<SlipwayStore> stores, Tokens tokens, TimeProvider time)
{
    private const string Cookie = "slipway_session";
    public const string Description = "dashboard session";
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    public static string? TokenOf(HttpRequest request) => request.Cookies[Cookie] is { Length: > 0 } token ? token : null;

    public async Task BeginAsync(HttpContext context, Actor actor, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var store = await stores.CreateDbContextAsync(cancel);
        await store.Tokens.Where(row => row.AccountId == actor.AccountId && row.ExpiresAt < now).ExecuteDeleteAsync(cancel);
        var account = await store.Accounts.SingleAsync(row => row.Id == actor.AccountId, cancel);
        var (token, _) = tokens.Add(store, account, Description, now + Life);
        account.LastLoginAt = now;
        await store.SaveChangesAsync(cancel);
        context.Response.Cookies.Append(Cookie, token, Options(context, Life));
    }

    /// <summary>The token is nothing any more, also where somebody copied the cookie.</summary>
    public async Task EndAsync(HttpContext context, CancellationToken cancel)
    {
        if (TokenOf(context.Request) is { } token)
        {
            var hash = Tokens.Hash(token);
            await using var store = await stores.CreateDbContextAsync(cancel);
            await store.Tokens.Where(row => row.Hash == hash && row.Description == Description).ExecuteDeleteAsync(cancel);
        }

        context.Response.Cookies.Delete(Cookie, Options(context, null));
    }

    // Lax, so that a link to the dashboard finds one logged in; what changes anything is guarded by SameOrigin.
    private static CookieOptions Options(HttpContext context, TimeSpan? life) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.Headers["X-Forwarded-Proto"].ToString() == "https",
        Path = "/",
        MaxAge = life,
        IsEssential = true,
    };
}
