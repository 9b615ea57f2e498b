using Slipway.Contracts.Errors;
using Slipway.Control.AppFiles;
using Slipway.Control.Releases;

namespace Slipway.Control.Tests.AppFiles;

/// <summary>app.json, as people and other platforms write it.</summary>
public sealed class AppFileTests
{
    private const string Whole = """
        {
          "name": "Small Sharp Tool",
          "description": "This app does one little thing, and does it well.",
          "keywords": ["productivity", "HTML5"],
          "website": "https://small.example.org/",
          "repository": "https://git.example.org/small.git",
          "logo": "https://small.example.org/logo.svg",
          "success_url": "/welcome",
          "scripts": {"postdeploy": "python manage.py seed", "pr-predestroy": "python manage.py bye"},
          "env": {
            "SECRET_TOKEN": {"description": "Signs cookies.", "generator": "secret"},
            "WEB_CONCURRENCY": {"description": "Processes.", "value": "5"},
            "MAIL_FROM": {"description": "Sender"},
            "MOTTO": {"required": false},
            "PLAIN": "text", "COUNT": 3, "ON": true
          },
          "formation": {"web": {"quantity": 2, "size": "Standard-1X"}, "worker": {"quantity": 1}},
          "image": "heroku/python", "stack": "heroku-24",
          "addons": ["openredis", {"plan": "heroku-postgresql:mini", "as": "MAIN", "options": {"version": "16"}}],
          "buildpacks": [{"url": "heroku/python"}],
          "environments": {
            "test": {"scripts": {"test": "pytest"}},
            "review": {"addons": ["postgresql"], "env": {"PLAIN": "review", "DEBUG": "1"}, "scripts": {"postdeploy": "seed --few"}}
          }
        }
        """;

    [Theory]
    [InlineData("{\n\"name\": \"\\ud800\"}", 2)]
    [InlineData("{\n\n\"\\ud800\": 1}", 3)]
    public void Half_a_character_is_told_with_its_line(string text, int line) =>
        Assert.Equal(line, Assert.Single(AppFileReader.Parse(text).Problems).Finding.Line);

    [Fact]
    public void A_file_that_would_fill_the_memory_is_not_read() =>
        Assert.Contains("too long", Assert.Single(AppFileReader.Parse("[" + string.Join(',', Enumerable.Repeat("1", 200_000)) + "]").Problems).Finding.Message);

    [Fact]
    public void Everything_that_there_is_can_be_said()
    {
        var reading = AppFileReader.Parse(Whole);
        Assert.Empty(reading.Problems);
        Assert.Empty(reading.Notes);
        var file = reading.MustBeGood();
        Assert.Equal(("Small Sharp Tool", "/welcome", "https://small.example.org/logo.svg"), (file.Name, file.SuccessUrl, file.Logo!.ToString()));
        Assert.Equal(
            [
                new AppVariable("SECRET_TOKEN", "Signs cookies.", null, true, true), new AppVariable("WEB_CONCURRENCY", "Processes.", "5", true, false),
                new AppVariable("MAIL_FROM", "Sender", null, true, false), new AppVariable("MOTTO", null, null, false, false),
                new AppVariable("PLAIN", null, "text", true, false), new AppVariable("COUNT", null, "3", true, false), new AppVariable("ON", null, "true", true, false),
            ],
            file.Env);
        Assert.Equal(new WantedScale(2, "standard-1x"), file.Formation["web"]);
        Assert.Equal(["openredis", "heroku-postgresql:mini"], file.Addons.Select(addon => addon.Plan));
        Assert.Equal(("MAIN", "version"), (file.Addons[1].Attachment, Assert.Single(file.Addons[1].Options)));
        Assert.Equal("python manage.py seed", file.Scripts[AppFile.PostDeployScript]);
    }

    [Fact]
    public void An_environment_is_put_over_the_whole()
    {
        var file = AppFileReader.Parse(Whole).File;
        var review = file.For("review");
        Assert.Equal("postgresql", Assert.Single(review.Addons).Plan);
        Assert.Equal("review", review.Env.Single(one => one.Key == "PLAIN").Value);
        Assert.Equal(8, review.Env.Count);
        Assert.Equal(("seed --few", "python manage.py bye"), (review.Scripts["postdeploy"], review.Scripts["pr-predestroy"]));
        Assert.Equal(file.Formation, review.Formation);
        Assert.Same(file, file.For("production"));
        Assert.Equal(2, file.For("test").Addons.Count);
    }

    [Theory]
    [InlineData("""{"name": 5}""", "name is not a text")]
    [InlineData("""[1]""", "It is not an object")]
    [InlineData("""{"env": []}""", "env is not an object")]
    [InlineData("""{"env": {"a b": "x"}}""", "'a b' cannot be the name of a config var")]
    [InlineData("""{"env": {"A": {"generator": "uuid"}}}""", "env.A.generator is 'uuid', which there is not")]
    [InlineData("""{"env": {"A": {"required": "no"}}}""", "env.A.required is neither true nor false")]
    [InlineData("""{"env": {"A": {"value": ["x"]}}}""", "env.A.value is not a text")]
    [InlineData("""{"env": {"A": ["x"]}}""", "env.A is neither a text nor an object")]
    [InlineData("""{"formation": {"web": 2}}""", "formation.web is not an object")]
    [InlineData("""{"formation": {"web": {"quantity": -1}}}""", "formation.web.quantity is not a whole number")]
    [InlineData("""{"formation": {"We B": {"quantity": 1}}}""", "'We B' cannot be a process type")]
    [InlineData("""{"addons": "redis"}""", "addons is not a list")]
    [InlineData("""{"addons": [{"as": "X"}]}""", "addons[0] has no plan")]
    [InlineData("""{"addons": [7]}""", "addons[0] is neither a text nor an object")]
    [InlineData("""{"buildpacks": [{"name": "x"}]}""", "buildpacks[0] is not an object with a url")]
    [InlineData("""{"scripts": {"postdeploy": ["a", "b"]}}""", "scripts.postdeploy is not a command")]
    [InlineData("""{"environments": {"review": {"env": {"B": {"generator": "x"}}}}}""", "environments.review.env.B.generator")]
    [InlineData("""{"success_url": "javascript:alert(1)"}""", "success_url is neither a path nor a URL")]
    [InlineData("""{"success_url": "//evil.example.org/"}""", "success_url is neither a path nor a URL")]
    [InlineData("""{"name": "a" "b"}""", "It is not JSON")]
    [InlineData("""{} {}""", "It is not JSON")]
    [InlineData("", "It is not JSON")]
    public void What_is_wrong_is_said_with_its_place(string json, string message)
    {
        var finding = Assert.Single(AppFileReader.Parse(json).Problems).Finding;
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Equal(("app.json", 1), (finding.File, finding.Line));
    }

    [Fact]
    public void All_of_it_at_once_each_with_its_line()
    {
        var reading = AppFileReader.Parse("{\n  \"env\": {\n    \"1A\": \"x\",\n    \"B\": {\"generator\": \"x\"}\n  },\n  \"addons\": {},\n  \"cron\": [{\"command\": \"a\"}]\n}");
        Assert.Equal([3, 4, 6, 7], reading.Problems.Select(problem => problem.Finding.Line!.Value));
        Assert.Equal(["env", "env", "addons", "cron"], reading.Problems.Select(problem => problem.Key));
        var error = Assert.Throws<SlipwayException>(reading.MustBeGood).Error;
        Assert.Equal(4, error.Evidence!.Count);
        Assert.Contains("app.json:4: env.B.generator", string.Join('\n', error.Evidence), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"addon": []}""", "app.json:1: 'addon' means nothing to Slipway. Did you mean 'addons'?")]
    [InlineData("""{"env": {"A": {"descripton": "x"}}}""", "'env.A.descripton' means nothing to Slipway. Did you mean 'description'?")]
    [InlineData("""{"engines": {"node": "20"}}""", "'engines' means nothing to Slipway.")]
    [InlineData("""{"scripts": {"post-deploy": "x"}}""", "'scripts.post-deploy' means nothing to Slipway. Did you mean 'postdeploy'?")]
    [InlineData("""{"logo": "logo.png"}""", "logo is not an http or https URL")]
    public void What_has_no_meaning_here_is_told(string json, string note)
    {
        var reading = AppFileReader.Parse(json);
        Assert.Empty(reading.Problems);
        Assert.Contains(note, Assert.Single(reading.Notes), StringComparison.Ordinal);
    }
}
