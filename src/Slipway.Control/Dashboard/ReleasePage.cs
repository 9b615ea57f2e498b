using Slipway.Contracts.Api;
using Slipway.Control.Api;
using Slipway.Control.Releases;

namespace Slipway.Control.Dashboard;

/// <summary>One release, and in what it differs from the one before.</summary>
internal static class ReleasePage
{
    public static async Task<IResult> ShowAsync(string release, AppRequest request, ReleaseComparison comparison, TimeProvider time, CancellationToken cancel)
    {
        var row = await ReleasesApi.FindAsync(request, release, cancel);
        var changes = await comparison.OfAsync(request.Store, row, cancel);
        var before = changes.Before is { } version ? Html.Of($"""<a href="/dashboard/apps/{request.App.Name}/releases/{version}">v{version}</a>""") : Html.Of($"nothing: it is the first");
        return new Page($"v{row.Version} of {request.App.Name}", Html.Of($"""
            <div class="title"><h1>v{row.Version}</h1></div>
            <section class="panel"><p>{row.Description}</p><p class="muted">{row.Account?.Email}, {Ago.Draw(row.CreatedAt, time.GetUtcNow())}; compared with {before}</p></section>
            <section class="panel" id="vars"><h2>Config vars and processes</h2>{Names(changes)}</section>
            <section class="panel" id="source"><h2>Source</h2>{Source(changes)}</section>
            """), path: [(request.App.Name, $"/dashboard/apps/{request.App.Name}"), ($"v{row.Version}", $"/dashboard/apps/{request.App.Name}/releases/{row.Version}")]);
    }

    private static Html Names(ReleaseChanges changes)
    {
        var all = changes.ConfigVars.Select(one => ("config var", one)).Concat(changes.ProcessTypes.Select(one => ("process type", one))).ToList();
        return all.Count == 0 ? AppSections.Nothing("The same.") : Html.Of($"""
            <table>{all.Select(one => Html.Of($"""<tr><td><code>{one.one.Name}</code></td><td class="muted">{one.Item1}</td><td class="fit">{one.one.Kind.ToString().ToLowerInvariant()}</td></tr>"""))}</table>
            """);
    }

    private static Html Source(ReleaseChanges changes) => changes switch
    {
        { IsSourceKept: false } => AppSections.Nothing("One of the two sources is not kept any more."),
        { Diff.Count: 0 } => AppSections.Nothing("The same."),
        _ => Html.Of($"""
            <pre class="diff">{changes.Diff.Select(line => Html.Of($"""<span class="{ClassOf(line)}">{line}</span>{"\n"}"""))}</pre>
            {Html.If(!changes.IsWhole, $"""<p class="muted">It goes on; here it ends.</p>""")}
            """),
    };

    private static string ClassOf(string line) => line switch
    {
        _ when line.StartsWith("diff --git", StringComparison.Ordinal) => "file",
        ['+', ..] => "added",
        ['-', ..] => "removed",
        _ => "",
    };
}
