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
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Tokens tokens, FailedLogins failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "token";

    private bool _limited;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header) || header.Parameter is null)
            return await SessionAsync();
        var token = header.Scheme.ToLowerInvariant() switch
        {
            "bearer" => header.Parameter,
            "basic" => PasswordOf(header.Parameter),
            _ => null,
        };
        var actor = string.IsNullOrEmpty(token) ? null : await tokens.FindAsync(token, Context.RequestAborted);
        if (actor is null)
        {
            _limited = failures.Add(ClientAddress.Of(Context));
            return AuthenticateResult.Fail("wrong token");
        }

        // A browser that was once asked for a password sends it along like a cookie, whoever made it ask.
        if (header.Scheme.Equals("basic", StringComparison.OrdinalIgnoreCase) && SameOrigin.IsBrowser(Request)) SameOrigin.Check(Context);
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

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ApiErrors.WriteAsync(Context, 403, AccessErrors.Forbidden);

    private static string? PasswordOf(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length)) return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':');
        return colon < 0 ? null : pair[(colon + 1)..];
    }
}
