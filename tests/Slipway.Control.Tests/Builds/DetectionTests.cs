using Slipway.Contracts.Errors;

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

    [Fact]
    public void A_kind_that_is_chosen_must_exist_and_its_rules_hold_all_the_same()
    {
        Files("notes.txt");
        var unknown = Refused(("PROJECT_KIND", "cobol"));
        Assert.Equal("unknown_kind", unknown.Id);
        Assert.Contains("python, ", unknown.Why);
        Assert.Equal("procfile_missing", Refused(("PROJECT_KIND", "plain")).Id);
    }
}
