using Slipway.Control.AppFiles;
using Slipway.Control.Releases;
using Slipway.Control.Setups;

namespace Slipway.Control.Tests.Setups;

/// <summary>What an app.json comes to on this server.</summary>
public sealed class SetupPlanTests
{
    [Fact]
    public void Values_are_those_given_then_those_there_then_made_ones_then_the_files()
    {
        const string json = """{"env": {"A": "one", "B": {"value": "two", "required": false}, "KEY": {"generator": "secret"}, "C": {"required": false}, "D": {"description": "Sender"}}}""";
        var plan = Plan(json, new() { ["D"] = "d", ["B"] = "", ["MORE"] = "m" });
        Assert.Equal(["A", "D", "KEY", "MORE"], plan.Config.Keys.Order());
        Assert.Equal(("one", "d", "m"), (plan.Config["A"], plan.Config["D"], plan.Config["MORE"]));
        Assert.Matches("^[0-9a-f]{64}$", plan.Config["KEY"]);
        Assert.Empty(plan.Missing);
        Assert.NotEqual(plan.Config["KEY"], Plan(json, new() { ["D"] = "d" }).Config["KEY"]);
        Assert.Equal("mine", Plan(json, new() { ["D"] = "d", ["KEY"] = "mine" }).Config["KEY"]);
        Assert.Equal("kept", SetupPlan.Of(AppFileReader.Parse(json).File, new Dictionary<string, string> { ["D"] = "d" }, new Dictionary<string, string> { ["KEY"] = "kept" }).Config["KEY"]);
    }

    [Fact]
    public void All_values_that_are_missing_are_told()
    {
        var plan = Plan("""{"env": {"A": {"description": "Who sends"}, "B": {"required": true}, "C": {"value": "x"}}}""", new() { ["C"] = "" });
        Assert.Equal(["app.json: env.A needs a value, and there is none.", "app.json: env.B needs a value, and there is none.", "app.json: env.C needs a value, and there is none."], plan.Missing.Select(one => one.ToString()));
    }

    [Fact]
    public void What_has_no_counterpart_here_is_told_and_left_out()
    {
        var plan = Plan(
            """{"env": {"PORT": "80"}, "addons": ["papertrail", "heroku-postgresql:mini", {"plan": "redis:cache", "as": "CACHE", "options": {"v": "7"}}], "formation": {"web": {"quantity": 2, "size": "performance-9x"}}}""", []);
        Assert.Equal(["postgresql", "redis"], plan.Addons.Select(one => one.Kind.Service));
        Assert.Equal("CACHE", plan.Addons[1].Attachment);
        Assert.Equal(new WantedScale(2, null), plan.Formation["web"]);
        Assert.Empty(plan.Config);
        Assert.Contains(plan.Notes, note => note.StartsWith("env.PORT", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, note => note.StartsWith("'papertrail' is left out", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, note => note.Contains("options of redis:cache", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, note => note.Contains("performance-9x", StringComparison.Ordinal));
    }

    private static SetupPlan Plan(string json, Dictionary<string, string> given) => SetupPlan.Of(AppFileReader.Parse(json).MustBeGood(), given, new Dictionary<string, string>());
}
