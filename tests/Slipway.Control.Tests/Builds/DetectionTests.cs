using Slipway.Contracts.Errors;
using Slipway.Control.Builds;

namespace Slipway.Control.Tests.Builds;

/// <summary>What a source is taken for, what is said of it, and where nothing is guessed.</summary>
public sealed class DetectionTests : IDisposable
{
    private const string ManagePy = "import django\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <param name="files">Names, with content after '='; a file that is named only is empty.</param>
    private void Files(string files)
    {
        foreach (var file in files.Split(';', StringSplitOptions.TrimEntries))
        {
            var (name, content) = file.Split('=', 2) is [var left, var right] ? (left, right) : (file, "");
            _folder.File(name, name.EndsWith("manage.py", StringComparison.Ordinal) ? ManagePy : content);
        }
    }

    private SlipwayError Refused(params IEnumerable<(string, string)> config) => Assert.Throws<SlipwayException>(() => Planned.Of(_folder, config)).Error;

    [Theory]
    [InlineData("manage.py", "python")]
    [InlineData("site/manage.py; requirements.txt=Django", "python")]
    [InlineData("requirements.txt=flask; Procfile=web: ./start", "python")]
    [InlineData("Procfile=web: gunicorn app:app", "python")]
    [InlineData("Procfile=web: PORT=80 exec /usr/bin/python3 -m http.server $PORT", "python")]
    [InlineData("Procfile=web: ./server; server", "plain")]
    [InlineData("Procfile=worker: ./work", "plain")]
    [InlineData("index.php; index.html; .htaccess", "php")]
    [InlineData("artisan; public/index.php; composer.json={}; package.json={}", "php")]
    [InlineData("index.html; contact.php", "php")]
    [InlineData("composer.json={}; Procfile=web: vendor/bin/heroku-php-apache2 site; site/start.php", "php")]
    [InlineData("index.php; requirements.txt", "php")]
    [InlineData("server.js; package.json={}", "node")]
    [InlineData("""package.json={"scripts":{"start":"node x.js"}}; index.html""", "node")]
    [InlineData("""package.json={"scripts":{"build":"vite build"}}; index.html""", "node")]
    [InlineData("""package.json={"scripts":{"test":"x"},"devDependencies":{"sass":"1"}}; index.html""", "static")]
    [InlineData("""manage.py; package.json={"scripts":{"start":"webpack serve"}}""", "python")]
    [InlineData("""requirements.txt; package.json={"scripts":{"start":"node x.js"}}; Procfile=web: npm start""", "node")]
    [InlineData("index.html; style.css", "static")]
    [InlineData("README.md; dist/index.html", "static")]
    [InlineData("index.html; Procfile=web: ./server", "plain")]
    [InlineData("manage.py; index.html; templates/index.html", "python")]
    public void A_source_is_taken_for_what_its_files_say(string files, string kind)
    {
        Files(files);
        var planned = Planned.Of(_folder);
        Assert.Equal(kind, planned.Kind.Name);
        Assert.Contains(planned.Decisions, line => line.StartsWith($"Kind: {kind}, because ", StringComparison.Ordinal));
    }

    [Fact]
    public void What_it_might_have_been_is_said_with_the_way_to_have_it_so()
    {
        Files("manage.py; Procfile=worker: ./work");
        Assert.Contains(Planned.Of(_folder).Decisions, line => line.StartsWith("Not plain, though there is Procfile", StringComparison.Ordinal) && line.Contains("slipway config set PROJECT_KIND=plain"));
        var chosen = Planned.Of(_folder, ("PROJECT_KIND", "plain"));
        Assert.Equal("plain", chosen.Kind.Name);
        Assert.Contains("Kind: plain, as PROJECT_KIND says", chosen.Decisions);
    }

    [Theory]
    [InlineData("index.php; manage.py", "python (manage.py of a Django project)", "php (index.php)")]
    [InlineData("composer.json={}; requirements.txt", "python (requirements.txt)", "php (composer.json)")]
    [InlineData("""requirements.txt; package.json={"scripts":{"start":"node x.js"}}""", "python (requirements.txt)", "node (package.json with a start script)")]
    public void Between_two_of_the_same_weight_nothing_is_guessed(string files, string one, string other)
    {
        Files(files);
        var error = Refused();
        Assert.Equal("ambiguous_kind", error.Id);
        Assert.Contains($"{one} or {other}", error.Message);
        foreach (var kind in new[] { one, other }.Select(text => text.Split(' ')[0]))
        {
            Assert.Contains($"PROJECT_KIND={kind}", error.Next);
            Assert.Equal(kind, Preflight.Recognize(_folder.Path, new Dictionary<string, string> { ["PROJECT_KIND"] = kind }, AppKinds.All).Kind.Name);
        }
    }

    [Fact]
    public void The_program_of_a_procfiles_web_line_settles_it()
    {
        Files("index.php; manage.py; Procfile=web: gunicorn site.wsgi");
        var planned = Planned.Of(_folder);
        Assert.Equal("python", planned.Kind.Name);
        Assert.Contains("Kind: python, because the web line of Procfile starts gunicorn", planned.Decisions);
        Assert.Contains(planned.Decisions, line => line.StartsWith("Not php, though there is index.php", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_several_sites_that_tools_have_left_none_is_guessed()
    {
        Files("dist/index.html; public/index.html");
        var error = Refused();
        Assert.Equal("several_sites", error.Id);
        Assert.Contains("public/, dist/", error.Message);
        Assert.Equal("", Planned.Of(_folder, ("PROJECT_PATH", "dist")).Plan.Site);
    }

    [Fact]
    public void A_kind_that_is_chosen_must_exist_and_its_rules_hold_all_the_same()
    {
        Files("notes.txt");
        var unknown = Refused(("PROJECT_KIND", "cobol"));
        Assert.Equal("unknown_kind", unknown.Id);
        Assert.Contains("python, ", unknown.Why);
        Assert.Equal("procfile_missing", Refused(("PROJECT_KIND", "plain")).Id);
        Assert.Equal("index_missing", Refused(("PROJECT_KIND", "static")).Id);
    }
}
