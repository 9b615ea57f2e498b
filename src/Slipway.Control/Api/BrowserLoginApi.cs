using System.Net.Http.Headers;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Dashboard;

namespace Slipway.Control.Api;

/// <summary>What <c>heroku login</c> asks for with HEROKU_LOGIN_HOST set to this server: a page for its user, and an answer to wait for.</summary>
internal static class BrowserLoginApi
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    public static void MapBrowserLogin(this IEndpointRouteBuilder routes)
    {
        // Anonymous: whoever logs in has no token yet. What they get here is a number to show to one who has.
        routes.MapPost("/auth", Begin).WithName("login.begin").AllowAnonymous();
        routes.MapGet("/auth/cli/{login}", Wait).WithName("login.wait").AllowAnonymous();
    }

    private static async Task<IResult> Begin(HttpContext context, BrowserLogins logins)
    {
        var body = await context.ReadOptionalAsync(ContractsJson.Default.BeginLoginRequest);
        var (id, secret) = logins.Begin(body?.Description);
        return ApiJson.Created(new BrowserLogin($"{BrowserLoginPage.Path}/{id}", $"/auth/cli/{id}", secret), ContractsJson.Default.BrowserLogin);
    }

    /// <summary>
    /// The answer begins at once and ends when the user has answered: spaces, which JSON allows before a value, keep the
    /// connection open for whoever between here and there closes what says nothing.
    /// </summary>
    private static async Task Wait(string login, HttpContext context, BrowserLogins logins, TimeProvider time, CancellationToken cancel)
    {
        AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header);
        if (!Guid.TryParse(login, out var id) || !logins.IsOf(id, header?.Parameter)) throw AppRequest.NotFound("login", login);
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.StartAsync(cancel);
        var waiting = logins.WaitAsync(id, cancel);
        while (await Task.WhenAny(waiting, Task.Delay(Heartbeat, time, cancel)) != waiting)
        {
            await context.Response.WriteAsync(" ", cancel);
            await context.Response.Body.FlushAsync(cancel);
        }

        var token = await waiting;
        var answer = token is null ? new LoginAnswer(null, "The login was refused in the browser, or took too long.") : new LoginAnswer(token, null);
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, ContractsJson.Default.LoginAnswer, cancel);
    }
}
