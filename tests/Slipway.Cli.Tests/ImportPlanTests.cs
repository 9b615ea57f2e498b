using Slipway.Cli.Import;

namespace Slipway.Cli.Tests;

public sealed class ImportPlanTests
{
    private static readonly Present Nothing = new(false, new Dictionary<string, string>(), [], [], false);

    private static readonly HerokuFacts Blog = new()
    {
        App = new HerokuApp("blog", null, null, null, null, false, true),
        Config = new Dictionary<string, string>
        {
            ["DATABASE_URL"] = "postgres://u:p@ec2-1.compute.amazonaws.com:5432/d", ["HEROKU_POSTGRESQL_AMBER_URL"] = "postgres://u:p@ec2-1.compute.amazonaws.com:5432/d",
            ["REDIS_URL"] = "rediss://h:1", ["SECRET_KEY"] = "s", ["SENDGRID_API_KEY"] = "k", ["HEROKU_APP_NAME"] = "blog", ["PORT"] = "5000",
        },
        Addons =
        [
            new HerokuAddon("1", "postgresql-round-1", new HerokuName("heroku-postgresql"), new HerokuName("heroku-postgresql:essential-0"), null, ["DATABASE_URL", "HEROKU_POSTGRESQL_AMBER_URL"]),
            new HerokuAddon("2", "redis-flat-2", new HerokuName("heroku-redis"), null, null, ["REDIS_URL"]),
            new HerokuAddon("3", "sendgrid-1", new HerokuName("sendgrid"), null, null, ["SENDGRID_API_KEY"]),
            new HerokuAddon("4", "papertrail-1", new HerokuName("papertrail"), null, null, []),
        ],
        Domains = [new HerokuDomain("blog-1234.herokuapp.com", "heroku"), new HerokuDomain("www.example.org", "custom")],
        Formation = [new HerokuProcess("web", 2, "Basic"), new HerokuProcess("worker", 1, "performance-m")],
        Dump = "latest.dump",
    };

    [Fact]
    public void Everything_that_has_a_counterpart_is_brought_and_the_rest_is_listed()
    {
        var plan = ImportPlan.Of(Blog, Nothing);
        Assert.True(plan.CreateApp);
        Assert.Equal(["postgresql", "redis"], plan.Addons);
        Assert.Equal(["SECRET_KEY", "SENDGRID_API_KEY"], plan.Config.Keys);
        Assert.True(plan.Restore);
        Assert.Equal(["www.example.org"], plan.Domains);
        Assert.Equal(new Dictionary<string, int> { ["web"] = 2, ["worker"] = 1 }, plan.Formation);
        foreach (var left in new[] { "sendgrid", "papertrail", "HEROKU_APP_NAME", "PORT", "redis-flat-2", "performance-m", "automatic certificates", "DNS of www.example.org" })
            Assert.Contains(plan.Left, line => line.Contains(left, StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_run_does_what_the_first_one_did_not()
    {
        var here = new Present(true, new Dictionary<string, string> { ["SECRET_KEY"] = "s", ["DATABASE_URL"] = "postgres://inside" }, ["postgresql"], ["www.example.org"], Restored: true);
        var plan = ImportPlan.Of(Blog, here);
        Assert.False(plan.CreateApp);
        Assert.Equal(["redis"], plan.Addons);
        Assert.Equal(["SENDGRID_API_KEY"], plan.Config.Keys);
        Assert.False(plan.Restore);
        Assert.Empty(plan.Domains);
        Assert.Contains(plan.Left, line => line.Contains("--restore", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_list_of_add_ons_their_config_vars_tell_of_them()
    {
        var plan = ImportPlan.Of(Blog with { Addons = null }, Nothing);
        Assert.Equal(["postgresql", "redis"], plan.Addons.Order());
        Assert.DoesNotContain("DATABASE_URL", plan.Config.Keys);
        Assert.DoesNotContain("REDIS_URL", plan.Config.Keys);
    }

    [Fact]
    public void Files_of_the_client_are_read_and_what_is_none_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("slw-import-").FullName;
        try
        {
            Assert.Equal("nothing_to_import", Assert.Throws<Failure>(() => HerokuFiles.Read(folder)).Error.Id);
            File.WriteAllText(Path.Combine(folder, "config.json"), """{"A": "1"}""");
            File.WriteAllText(Path.Combine(folder, "ps.json"), """[{"type": "web", "size": "Basic", "state": "up"}, {"type": "web", "size": "Basic"}, {"type": "run"}]""");
            File.WriteAllText(Path.Combine(folder, "info.json"), """{"app": {"name": "blog", "acm": false}, "addons": [], "dynos": [], "collaborators": [{"user": {"email": "a@b.c"}}]}""");
            var facts = HerokuFiles.Read(folder);
            Assert.Equal("blog", facts.App!.Name);
            Assert.Equal([new HerokuProcess("web", 2, "Basic")], facts.Formation);
            File.WriteAllText(Path.Combine(folder, "domains.json"), "<html>");
            var failure = Assert.Throws<Failure>(() => HerokuFiles.Read(folder));
            Assert.Equal("import_file_unreadable", failure.Error.Id);
            Assert.Contains("heroku domains --json", failure.Error.Next);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
