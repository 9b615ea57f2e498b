using Slipway.Contracts.Errors;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

/// <summary>Who asks: an account, shown to be itself by a token. An endpoint takes it as a parameter.</summary>
internal sealed record Actor(long AccountId, Guid Uuid, string Email, string Role)
{
    /// <summary>The token that was shown; null where none was: a key of SSH, a password.</summary>
    public long? TokenId { get; init; }

    /// <summary>What the token may be used for.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [Access.Scopes.Global];

    public bool IsAdmin => Role == Roles.Admin;

    public static Actor Of(AccountRow account) => new(account.Id, account.Uuid, account.Email, account.Role);

    public static ValueTask<Actor?> BindAsync(HttpContext context) => ValueTask.FromResult<Actor?>(Of(context));

    /// <exception cref="SlipwayException">401: the request carries no valid token.</exception>
    public static Actor Of(HttpContext context) => Find(context) ?? throw new SlipwayException(401, AccessErrors.Unauthorized);

    public static Actor? Find(HttpContext context) => context.Items[typeof(Actor)] as Actor;

    public void Enter(HttpContext context) => context.Items[typeof(Actor)] = this;
}

internal static class Roles
{
    public const string Admin = "admin";
    public const string Member = "member";
}

internal static class AccessErrors
{
    public static readonly SlipwayError Unauthorized = new("unauthorized", "The request carries no valid token.")
    {
        Why = "Every call needs the header 'Authorization: Bearer TOKEN'; a token may also be the password of Basic authentication.",
        Next = "slipway login",
    };

    public static readonly SlipwayError Forbidden = new("forbidden", "Your account may not do that.")
    {
        Why = "It takes the role 'admin'.",
    };

    public static readonly SlipwayError TooManyFailures = new("rate_limit", "Too many requests with a wrong token came from your address.")
    {
        Next = "Wait a minute, then try again with a valid token.",
    };
}
