using Slipway.Contracts.Api;

namespace Slipway.Control.Dashboard;

/// <summary>One time that an error happened: the stack with its code, what was asked for and by whom, what led to it.</summary>
internal static class OccurrenceSection
{
    /// <param name="isOpen">Shown in full; else by its title, to be unfolded.</param>
    public static Html Draw(ErrorOccurrence one, DateTimeOffset now, bool isOpen) => Html.Of($"""
        <details class="panel occurrence"{Html.If(isOpen, $" open")}>
          <summary>{Ago.Draw(one.At, now)} in {one.Release}{Html.If(one.Instance is not null, $", {one.Instance}")}<span class="muted"> {Source(one.Origin)}</span></summary>
          {Html.If(one.Exceptions.Count == 0 && one.Message is not null, $"""<pre>{one.Message}</pre>""")}
          {one.Exceptions.Reverse().Select(Exception)}
          {(one.Request is { } request ? Request(request) : Html.Empty)}
          {Pairs("User", one.User)}
          {Breadcrumbs(one.Breadcrumbs)}
          {Pairs("Tags", one.Tags)}
          {Pairs("Further", one.Extra)}
        </details>
        """);

    private static string Source(ErrorOrigin origin) => origin switch
    {
        ErrorOrigin.Sdk => "sent by the app",
        ErrorOrigin.Log => "from the app's log",
        _ => "seen by the router",
    };

    /// <summary>The innermost frame first, as it says why; the app's own are open.</summary>
    private static Html Exception(ErrorException raised) => Html.Of($"""
        <h3>{raised.Type}</h3>
        {Html.If(raised.Message.Length > 0, $"""<pre class="message">{raised.Message}</pre>""")}
        <ol class="frames">{raised.Frames.Reverse().Select(frame => Frame(frame, frame == raised.Frames.LastOrDefault(one => one.InApp)))}</ol>
        """);

    private static Html Frame(ErrorFrame frame, bool isOpen)
    {
        var place = Html.Of($"""<code>{frame.File}{Html.If(frame.Line is not null, $":{frame.Line ?? 0}")}</code>{Html.If(frame.Function is not null, $" in <b>{frame.Function}</b>")}""");
        var tone = frame.InApp ? "own" : "foreign";
        if (frame.Code is null && frame.Variables.Count == 0) return Html.Of($"""<li class="{tone}">{place}</li>""");
        return Html.Of($"""
            <li class="{tone}"><details{Html.If(isOpen, $" open")}><summary>{place}</summary>
              <pre class="code">{frame.Before.Select(Line)}<mark>{frame.Code}
            </mark>{frame.After.Select(Line)}</pre>
              {Table(frame.Variables)}
            </details></li>
            """);
    }

    private static Html Line(string line) => Html.Of($"{line}\n");

    private static Html Request(ErrorHttpRequest request) => Html.Of($"""
        <h3>Request</h3>
        <p><code>{request.Method} {request.Url}{Html.If(request.Query is { Length: > 0 }, $"?{request.Query}")}</code></p>
        {Html.If(request.Body is not null, $"<pre>{request.Body}</pre>")}
        {Table(request.Headers)}
        """);

    private static Html Breadcrumbs(IReadOnlyList<ErrorBreadcrumb> crumbs) => Html.If(crumbs.Count > 0, $"""
        <h3>What led to it</h3>
        <table class="pairs">{crumbs.Reverse().Select(crumb => Html.Of($"""
          <tr><td class="fit muted">{crumb.At?.UtcDateTime.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)}</td><td>{crumb.Category}<div class="muted">{crumb.Message} {crumb.Data}</div></td></tr>
          """))}</table>
        """);

    private static Html Pairs(string title, IReadOnlyDictionary<string, string> pairs) => Html.If(pairs.Count > 0, $"<h3>{title}</h3>{Table(pairs)}");

    private static Html Table(IReadOnlyDictionary<string, string> pairs) => Html.If(pairs.Count > 0, $"""
        <table class="pairs">{pairs.Select(pair => Html.Of($"""<tr><td><code>{pair.Key}</code></td><td><code>{pair.Value}</code></td></tr>"""))}</table>
        """);
}
