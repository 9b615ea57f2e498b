using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Slipway.Control.Api;

namespace Slipway.Control.Access;

/// <summary>
/// Bearer tokens; Basic with the token as password and any user name (git, curl, Heroku's client send that); the cookie
/// of a browser's <see cref="Sessions">session</see>.
/// </summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Tokens tokens, Passwords passwords, FailedLogins failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "token";
    public const string Basic = "basic";

    private bool _limited;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header) || header.Parameter is null)
            return await SessionAsync();
        var (user, token) = header.Scheme.ToLowerInvariant() switch
        {
            "bearer" => ("", header.Parameter),
            Basic => PairOf(header.Parameter),
            _ => ("", ""),
        };
        var actor = token.Length == 0 ? null : await tokens.FindAsync(token, Context.RequestAborted) ?? await ByPasswordAsync(user, token);
        if (actor is null)
        {
            _limited = failures.Add(ClientAddress.Of(Context));
            return AuthenticateResult.Fail("wrong token");
        }

        // A browser that was once asked for a password sends it along like a cookie, whoever made it ask.
        if (header.Scheme.Equals(Basic, StringComparison.OrdinalIgnoreCase) && SameOrigin.IsBrowser(Request)) SameOrigin.Check(Context);
        return Enter(actor);
    }

    /// <summary>One that has run out is no attempt at guessing: its owner logs in again.</summary>
    private async Task<AuthenticateResult> SessionAsync()
    {
        if (Sessions.TokenOf(Request) is not { } token) return AuthenticateResult.NoResult();
        if (await tokens.FindAsync(token, Context.RequestAborted) is not { } actor) return AuthenticateResult.NoResult();
        SameOrigin.Check(Context);
        return Enter(actor);
    }

    private async Task<Actor?> ByPasswordAsync(string user, string password)
    {
        if (user.Length == 0 || Context.GetEndpoint()?.Metadata.GetMetadata<PasswordLogin>() is null || failures.IsOver(ClientAddress.Of(Context))) return null;
        return await passwords.FindAsync(user, password, Context.RequestAborted);
    }

    private AuthenticateResult Enter(Actor actor)
    {
        actor.Enter(Context);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, actor.Email), new Claim(ClaimTypes.Role, actor.Role)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (!_limited)
        {
            // git asks its user for a password only where it is told 'Basic'; a browser would too, so nobody else is.
            var scheme = Context.GetEndpoint()?.Metadata.GetMetadata<GitClient>() is null ? "Bearer" : "Basic";
            Response.Headers.WWWAuthenticate = scheme + " realm=\"Slipway\"";
            return ApiErrors.WriteAsync(Context, 401, AccessErrors.Unauthorized);
        }

        Response.Headers.RetryAfter = ((int)FailedLogins.Window.TotalSeconds).ToString();
        return ApiErrors.WriteAsync(Context, 429, AccessErrors.TooManyFailures);
    }

    /// <summary>Either the account's role or the token's scopes do not allow it.</summary>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var actor = Actor.Of(Context);
        return ApiErrors.WriteAsync(Context, 403, Scopes.Allow(Context, actor) ? AccessErrors.Forbidden : Scopes.Lacking(Context, actor));
    }

    private static (string User, string Password) PairOf(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length)) return ("", "");
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':');
        return colon < 0 ? ("", "") : (pair[..colon], pair[(colon + 1)..]);
    }
}
