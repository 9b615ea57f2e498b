using System.Text;
using Slipway.Control.Access;

namespace Slipway.Control.Dashboard;

/// <summary>A whole page as an answer, with what keeps a browser from doing anything but show it.</summary>
/// <param name="title">Of the window.</param>
/// <param name="path">From the list of apps to here: what the header shows, as links.</param>
internal sealed class Page(string title, Html body, int status = 200, params (string Name, string Href)[] path) : IResult
{
    /// <summary>Nothing inline, nothing from elsewhere, in nobody's frame.</summary>
    private const string ContentPolicy =
        "default-src 'none'; frame-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";
        return response.WriteAsync(Render(Actor.Find(httpContext)).ToString(), Encoding.UTF8, httpContext.RequestAborted);
    }

    private Html Render(Actor? actor) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title} · Slipway</title>
        <link rel="icon" href="{Assets.Url("slipway.svg")}">
        <link rel="stylesheet" href="{Assets.Url("dashboard.css")}">
        <script type="module" src="{Assets.Url("dashboard.js")}"></script>
        </head>
        <body>
        <header class="top">
          <nav aria-label="Where you are">
            <a class="brand" href="/"><img src="{Assets.Url("slipway.svg")}" alt="" width="26" height="26">Slipway</a>
            {path.Select(step => Html.Of($"""<span class="slash">/</span><a href="{step.Href}">{step.Name}</a>"""))}
          </nav>
          {(actor is null ? Html.Empty : Account(actor))}
        </header>
        <main>
        {body}
        </main>
        </body>
        </html>
        """);

    private static Html Account(Actor actor) => Html.Of($"""
        <form class="account" method="post" action="{LoginPage.OutPath}">
          <span class="email" title="{actor.Role}">{actor.Email}</span>
          <button class="quiet">Log out</button>
        </form>
        """);
}
