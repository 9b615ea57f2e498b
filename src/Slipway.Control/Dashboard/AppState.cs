using Slipway.Control.Instances;
using Slipway.Control.Store;

namespace Slipway.Control.Dashboard;

/// <summary>How an app is, in one word and one colour.</summary>
/// <param name="Word">For people.</param>
/// <param name="Tone">Class of the style: <c>good</c>, <c>busy</c>, <c>bad</c> or <c>idle</c>.</param>
internal sealed record AppState(string Word, string Tone)
{
    /// <param name="instances">Null when they are not known: slipway-runner has not answered yet.</param>
    public static AppState Of(AppRow app, bool isDeploying, IReadOnlyList<AppInstance>? instances)
    {
        if (isDeploying) return new("deploying", "busy");
        if (app.CurrentReleaseId is null) return new("nothing deployed", "idle");
        if (app.Maintenance) return new("maintenance", "idle");
        var web = instances?.Where(one => one.ProcessType != "run" && one.State != "down").ToList();
        return web switch
        {
            null => new("not known", "idle"),
            [] => new("scaled to 0", "idle"),
            _ when web.Any(one => one.State == "crashed") => new("crashed", "bad"),
            _ when web.Any(one => one.State != "up") => new("starting", "busy"),
            _ => new("live", "good"),
        };
    }

    public Html Draw() => Html.Of($"""<span class="state {Tone}">{Word}</span>""");
}
