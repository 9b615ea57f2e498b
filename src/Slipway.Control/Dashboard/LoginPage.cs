using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Control.Dashboard;

/// <summary>What somebody without a session sees: that this is a Slipway, and how to log in. Nothing about what runs on it.</summary>
internal static class LoginPage
{
    public const string Path = "/dashboard/login";
    public const string OutPath = "/dashboard/logout";

    private static readonly SlipwayError WrongToken = new("wrong_token", "That is not a valid token of this server.")
    {
        Why = "It was mistyped, it ended, or it belongs to another server.",
        Next = "Copy the whole of it, from 'slipway-' to its end, or make a new one as below.",
    };

    public static IResult Show(HttpContext context) =>
        Actor.Find(context) is null ? Draw(context, context.Request.Query["next"], null, 200) : TypedResults.Redirect(Inside(context.Request.Query["next"]));

    /// <summary>Takes the form's token once, and gives a session for it.</summary>
    public static async Task<IResult> EnterAsync(HttpContext context, Tokens tokens, Sessions sessions, FailedLogins failures, CancellationToken cancel)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(cancel) : FormCollection.Empty;
        var token = form["token"].ToString().Trim();
        if (await tokens.FindAsync(token, cancel) is not { } actor)
        {
            var (status, error) = failures.Add(ClientAddress.Of(context)) ? (429, AccessErrors.TooManyFailures) : (401, WrongToken);
            return Draw(context, form["next"], error, status);
        }

        await sessions.BeginAsync(context, actor, cancel);
        return SeeOther(context, Inside(form["next"]));
    }

    public static async Task<IResult> LeaveAsync(HttpContext context, Sessions sessions, CancellationToken cancel)
    {
        await sessions.EndAsync(context, cancel);
        return SeeOther(context, "/");
    }

    /// <summary>Answers somebody who came to a page without a session: log in, and then there.</summary>
    public static void Send(HttpContext context)
    {
        var wanted = context.Request.Path + context.Request.QueryString.ToString();
        context.Response.StatusCode = 303;
        context.Response.Headers.Location = $"{Path}?next={Uri.EscapeDataString(wanted)}";
    }

    private static IResult SeeOther(HttpContext context, string path)
    {
        context.Response.Headers.Location = path;
        return TypedResults.StatusCode(303);
    }

    /// <summary>A path of this very host: neither another site (<c>//evil</c>, <c>/\evil</c>) nor anything that is not a path.</summary>
    private static string Inside(string? next) =>
        next is ['/', not ('/' or '\\'), ..] && !next.Any(char.IsControl) ? next : "/";

    private static Page Draw(HttpContext context, string? next, SlipwayError? error, int status)
    {
        var server = context.RequestServices.GetRequiredService<ServerConfig>();
        return new Page("Log in", Html.Of($"""
            <section class="panel login">
              <h1>Log in</h1>
              <p class="muted">This server runs apps with Slipway.</p>
              {(error is null ? Html.Empty : FailurePage.Draw(error))}
              <form method="post" action="{Path}">
                <input type="text" name="user" value="slipway" autocomplete="username" hidden>
                <label for="token">Token</label>
                <input id="token" name="token" type="password" autocomplete="current-password" placeholder="slipway-…" required autofocus>
                <input type="hidden" name="next" value="{Inside(next)}">
                <button class="primary">Log in</button>
              </form>
              <details>
                <summary>Where do I get a token?</summary>
                <p>Ask the server's admin for one, or make one on the server itself:</p>
                <pre>sudo {Environment.ProcessPath} admin-token</pre>
                <p>The command line has its own login, with the same token:</p>
                <pre>slipway login --server {server.ApiUrl("").ToString().TrimEnd('/')}</pre>
              </details>
            </section>
            """), status);
    }
}
