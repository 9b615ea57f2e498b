using Slipway.Contracts.Errors;
using Slipway.Control.Api;

namespace Slipway.Control.Dashboard;

/// <summary>A failure as a page: what, why, what next, and the request's id for whoever looks into the log.</summary>
internal static class FailurePage
{
    public static Task WriteAsync(HttpContext context, int status, SlipwayError error)
    {
        if (status == 401)
        {
            LoginPage.Send(context);
            return Task.CompletedTask;
        }

        var title = status == 404 ? "Not there" : "That did not work";
        return new Page(title, Html.Of($"""
            <section class="panel narrow">
              <h1>{title}</h1>
              {Draw(error)}
              <p class="muted">Request {RequestId.Of(context)}</p>
              <p><a href="/">All apps</a></p>
            </section>
            """), status).ExecuteAsync(context);
    }

    /// <summary>The same words that the CLI prints, in the same order.</summary>
    public static Html Draw(SlipwayError error) => Html.Of($"""
        <div class="failure" role="alert" data-id="{error.Id}">
          <p class="what">{error.Message}</p>
          {Html.If(error.Why is not null, $"""<p class="why">{error.Why}</p>""")}
          {Html.If(error.Evidence is { Count: > 0 }, $"""<pre class="evidence">{string.Join('\n', error.Evidence ?? [])}</pre>""")}
          {Html.If(error.Next is not null, $"""<p class="next">{error.Next}</p>""")}
        </div>
        """);
}
