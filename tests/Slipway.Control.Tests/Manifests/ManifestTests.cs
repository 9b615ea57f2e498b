using Slipway.Control.Builds;
using Slipway.Control.Manifests;

namespace Slipway.Control.Tests.Manifests;

/// <summary>Files as people write them, right and wrong, and what is said of each line.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (Manifest Manifest, List<Finding> Findings) Read(string text)
    {
        _folder.File("slipway.toml", text);
        var findings = new List<Finding>();
        return (Manifest.Read(new SourceFiles(_folder.Path), [""], findings), findings);
    }

    private Finding Wrong(string text) => Assert.Single(Read(text).Findings);

    [Fact]
    public void Values_know_their_line()
    {
        var (manifest, findings) = Read("server = 'uwsgi'\n\n[processes.worker]\ncommand = 'work'\nquantity = 3\n");
        Assert.Empty(findings);
        Assert.Equal(("uwsgi", 3), (manifest.Text("server"), manifest.Number("processes", "worker", "quantity")));
        Assert.Equal("slipway.toml:5", manifest.OriginOf(manifest.Find("processes", "worker", "quantity")!));
    }

    [Fact]
    public void No_file_says_nothing()
    {
        Assert.Same(Manifest.None, Manifest.Read(new SourceFiles(_folder.Path), [""], []));
    }

    [Theory]
    [InlineData("[processes.worker]\ncommand = 'work'\n")]
    [InlineData("[processes]\nworker = 'work'\n")]
    [InlineData("[processes]\nworker = { command = 'work' }\n")]
    [InlineData("[processes]\nworker.command = 'work'\n")]
    [InlineData("processes.worker.command = 'work'\n")]
    [InlineData("processes = { worker = 'work' }\n")]
    public void Every_spelling_of_toml_means_the_same(string text)
    {
        var (manifest, findings) = Read(text);
        Assert.Empty(findings);
        Assert.Equal("work", manifest.Text("processes", "worker", "command"));
    }

    [Theory]
    [InlineData("sever = 'uwsgi'", 1, "'server'")]
    [InlineData("\n[helth]\npath = '/'", 2, "'health'")]
    [InlineData("[health]\npaht = '/'", 2, "'health.path'")]
    [InlineData("[hooks]\npre_build = 'x'", 2, "'hooks.pre-build'")]
    [InlineData("[hooks]\npostDeploy = 'x'", 2, "'hooks.post-deploy'")]
    [InlineData("[processes.worker]\ncommand = 'x'\nquantitiy = 2", 3, "'processes.worker.quantity'")]
    [InlineData("[processes]\nworker = { comand = 'x' }", 2, "'processes.worker.command'")]
    [InlineData("volume.media = '/data/media'", 1, "'volumes'")]
    public void An_unknown_key_is_told_with_its_line_and_the_key_that_was_meant(string text, int line, string meant)
    {
        var finding = Wrong(text);
        Assert.Equal(("unknown_key", "slipway.toml", line), (finding.Id, finding.File, finding.Line));
        Assert.Contains($"Did you mean {meant}?", finding.Message);
    }

    [Fact]
    public void A_key_like_no_other_gets_the_list_and_no_guess()
    {
        var finding = Wrong("[health]\nzebra = 1");
        Assert.DoesNotContain("Did you mean", finding.Message);
        Assert.Contains("path, timeout", finding.Next);
    }

    [Theory]
    [InlineData("server = 3", "must be a text")]
    [InlineData("server = ['uwsgi']", "must be a text")]
    [InlineData("server = { name = 'uwsgi' }", "must be a text")]
    [InlineData("packages = 'ffmpeg'", "must be a list")]
    [InlineData("packages = [1, 2]", "must be a list")]
    [InlineData("health.timeout = '60s'", "must be a whole number")]
    [InlineData("health.timeout = 0", "may be 1 to 600")]
    [InlineData("health = '/'", "is no key")]
    [InlineData("[[processes]]\nweb = 'x'", "makes a list of tables")]
    [InlineData("server = 'uwsgy'", "Did you mean 'uwsgi'?")]
    [InlineData("processes.web.size = 'standrad'", "Did you mean 'standard'?")]
    [InlineData("root = '../elsewhere'", "without '..'")]
    [InlineData("root = '/srv'", "without '..'")]
    [InlineData("packages = ['ffmpeg; rm -rf /']", "is not the name of a Debian package")]
    [InlineData("wsgi = 'mysite.wsgi'", "is not module:name")]
    [InlineData("python = 'latest'", "is not a version of Python")]
    [InlineData("processes.'2nd' = 'x'", "is not a valid process type")]
    [InlineData("processes.web = ' '", "The command is empty")]
    [InlineData("static.assets = 'dist'", "with a slash at both ends")]
    [InlineData("static.'/assets/' = '/etc'", "without '..'")]
    [InlineData("headers.'/'.'X Y' = 'z'", "is not the name of a header")]
    [InlineData("headers.'/'.Content-Length = '1'", "the server's own business")]
    [InlineData("headers.'/'.X-Y = \"a\\r\\nSet-Cookie: b\"", "plain ASCII")]
    [InlineData("volumes.media = '/etc'", "neither below /data/")]
    [InlineData("volumes.media = '/data/../etc'", "without '..'")]
    [InlineData("volumes.media = { path = 'm', size = '10 GB' }", "is not a size")]
    [InlineData("volumes.media = { path = 'm', size = '1 MiB' }", "at least 16 MiB")]
    [InlineData("volumes.media.url = '/media/'", "has no path")]
    [InlineData("processes.release.quantity = 2", "runs once")]
    public void A_value_that_cannot_be_is_told_with_what_could(string text, string said)
    {
        var finding = Wrong(text);
        Assert.Equal(1, finding.Line);
        Assert.Contains(said, finding.Message);
    }

    [Theory]
    [InlineData("server = 'uwsgi'\nprocesses.web = 'python serve.py'")]
    [InlineData("wsgi = 'a:b'\nasgi = 'a:c'")]
    [InlineData("processes.release = 'x'\nhooks.release = 'y'")]
    [InlineData("server = 'daphne'\nwsgi = 'a:b'")]
    [InlineData("processes.web = 'a'\nprocesses.web.command = 'b'")]
    public void Two_answers_to_one_question_are_told_by_their_lines(string text) => Assert.Equal(2, Wrong(text).Line);

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var (_, findings) = Read("sever = 'uwsgi'\nhealth.timeout = 'x'\n[hooks]\nbuild = 'x'\n");
        Assert.Equal([1, 2, 4], findings.Select(finding => finding.Line!.Value));
    }

    [Fact]
    public void What_is_no_toml_is_told_with_its_line()
    {
        var findings = Read("server = 'uwsgi'\nhealth = \n").Findings;
        Assert.Contains(findings, finding => finding is { Id: "invalid_toml", Line: 2 });
    }

    [Fact]
    public void Toml_itself_refuses_a_key_that_is_there_twice()
    {
        var findings = Read("server = 'uwsgi'\nserver = 'gunicorn'\n").Findings;
        Assert.Contains(findings, finding => finding.Line == 2);
    }
}
