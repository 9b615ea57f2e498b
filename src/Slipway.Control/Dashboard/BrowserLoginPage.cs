using Slipway.Contracts.Errors;
using Slipway.Control.Access;

namespace Slipway.Control.Dashboard;

/// <summary>Asks whether a program that waits may act for the reader: see <see cref="BrowserLogins"/>.</summary>
internal static class BrowserLoginPage
{
    public const string Path = "/auth/browser";

    public static IResult Show(string login, Actor actor, BrowserLogins logins)
    {
        var description = (Guid.TryParse(login, out var id) ? logins.Find(id) : null) ?? throw Over();
        return new Page("Log in", Html.Of($"""
            <section class="panel narrow">
              <h1>Let it in?</h1>
              <p><strong>{description}</strong> asks for a token that may do all that {actor.Email} may.</p>
              <p class="muted">Say yes only if you started it just now, on a machine of yours.</p>
              <form method="post" action="{Path}/{login}">
                <button class="primary" name="answer" value="yes">Log in</button>
                <button class="quiet" name="answer" value="no">Refuse</button>
              </form>
            </section>
            """));
    }

    public static async Task<IResult> AnswerAsync(string login, HttpContext context, Actor actor, BrowserLogins logins, CancellationToken cancel)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(cancel) : FormCollection.Empty;
        var isYes = form["answer"] == "yes";
        if (!Guid.TryParse(login, out var id) || !await logins.AnswerAsync(id, actor, isYes, cancel)) throw Over();
        return new Page("Log in", Html.Of($"""
            <section class="panel narrow">
              <h1>{(isYes ? "Logged in" : "Refused")}</h1>
              <p>You can close this page.</p>
            </section>
            """));
    }

    private static SlipwayException Over() => new(404, new SlipwayError("not_found", "This login waits no longer.")
    {
        Why = "It was answered, took longer than ten minutes, or the server was restarted.",
        Next = "Begin it again: heroku login",
        Resource = "login",
    });
}
