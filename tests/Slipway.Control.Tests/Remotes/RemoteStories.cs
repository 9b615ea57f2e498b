using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Slipway.Control.Tests.Git;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Remotes;

/// <summary>Deploys of what is at an address; here nothing can be built, so each story is about how the source came.</summary>
public sealed class RemoteStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private readonly Slipwayd _server = running.Slipwayd;
    private string _app = "";

    public async ValueTask InitializeAsync()
    {
        _app = await running.NewAppAsync();
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = "allow" });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task This_network_is_out_of_reach_until_an_admin_allows_it()
    {
        await using var forge = await LocalForge.StartAsync(new Dictionary<string, (string, byte[])> { ["/app.tar.gz"] = ("application/gzip", Archive("")) });
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = null });
        foreach (var url in (string[])[forge.Url + "/app.tar.gz", forge.Url + "/app.git", "http://localhost:1/x.tar", "http://[::1]:1/x.git", "http://169.254.169.254/latest/x.tar"])
            Assert.Equal("source_url_private", (await DeployAsync(url)).Error);
        await _server.Admin.FailsAsync(
            HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = "perhaps" }, HttpStatusCode.UnprocessableEntity, "invalid_setting");
    }

    [Theory]
    [InlineData("")]
    [InlineData("blog-3f2a1b0/")]
    public async Task An_archive_is_taken_in_without_the_folder_around_it(string folder)
    {
        await using var forge = await LocalForge.StartAsync(new Dictionary<string, (string, byte[])> { ["/app.tar.gz"] = ("application/gzip", Archive(folder)) });
        var (error, source) = await DeployAsync(forge.Url + "/app.tar.gz");
        Assert.NotEqual("source_url_private", error);
        Assert.True(File.Exists(Path.Combine(source, "Procfile")), error);
        Assert.True(File.Exists(Path.Combine(source, "pages", "index.html")));
        Assert.Equal("../Procfile", new FileInfo(Path.Combine(source, "pages", "link")).LinkTarget);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(source), entry => Path.GetFileName(entry).StartsWith('.'));
    }

    [Fact]
    public async Task A_page_a_missing_file_and_a_closed_port_are_told_apart()
    {
        await using var forge = await LocalForge.StartAsync(new Dictionary<string, (string, byte[])>
        {
            ["/ada/blog"] = ("text/html; charset=utf-8", "<h1>blog</h1>"u8.ToArray()),
            ["/broken.tar"] = ("application/x-tar", "no archive at all"u8.ToArray()),
        });
        Assert.Equal("source_url_invalid", (await DeployAsync(forge.Url + "/ada/blog")).Error);
        Assert.Equal("source_refused", (await DeployAsync(forge.Url + "/gone.tar.gz")).Error);
        Assert.Equal("invalid_archive", (await DeployAsync(forge.Url + "/broken.tar")).Error);
        Assert.Equal("source_fetch_failed", (await DeployAsync(forge.Url + "/ada/blog.git")).Error);
        Assert.Equal("source_unreachable", (await DeployAsync("http://127.0.0.1:1/x.tar")).Error);
        Assert.Equal("source_unreachable", (await DeployAsync("http://no-such-host.invalid/x.tar")).Error);
    }

    [Fact]
    public async Task A_branch_of_a_repository_is_fetched_with_the_password_in_its_address()
    {
        await using var door = new TcpDoor(_server.Config.ControlSocket);
        using var tree = await WorkTree.CreateAsync();
        await tree.CommitAsync("Procfile", "web: python3 -m http.server $PORT");
        var token = _server.Admin.DefaultRequestHeaders.Authorization!.Parameter;
        var url = $"http://git:{token}@127.0.0.1:{door.Port}/{_app}.git";
        await tree.GitAsync("push", "--quiet", url, "main:live");

        var (error, source) = await DeployAsync(url + "#live");
        Assert.True(File.Exists(Path.Combine(source, "Procfile")), error);
        Assert.Equal("source_fetch_failed", (await DeployAsync(url + "#other")).Error);
        Assert.Equal("source_fetch_failed", (await DeployAsync($"http://127.0.0.1:{door.Port}/{_app}.git#live")).Error);
        Assert.Empty(Directory.EnumerateDirectories(_server.Config.GitDirectory, ".new-*"));
        var logs = Directory.EnumerateFiles(Path.Combine(_server.Config.ControlDirectory, "deploys")).Select(File.ReadAllText);
        Assert.DoesNotContain(logs, text => text.Contains(token!, StringComparison.Ordinal));
    }

    /// <returns>The error's id, and the source's folder where there is one.</returns>
    private async Task<(string? Error, string Source)> DeployAsync(string url)
    {
        var build = await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/builds", new { source_blob = new { url } });
        var deploy = $"/slipway/apps/{_app}/deploys/{build.GetProperty("id").GetString()}";
        await _server.Admin.GetStringAsync(deploy + "/events");
        var ended = await _server.Admin.GetJsonAsync(deploy);
        var digest = ended.GetProperty("source_digest").GetString();
        var error = ended.GetProperty("error");
        return (error.ValueKind == JsonValueKind.Null ? null : error.GetProperty("id").GetString(),
            digest is null ? "" : Path.Combine(_server.Config.SourcesDirectory, digest.Replace(':', '-')));
    }

    private static byte[] Archive(string folder)
    {
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            if (folder.Length > 0) tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, folder + "Procfile") { DataStream = new MemoryStream("web: true\n"u8.ToArray()) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, folder + "pages/index.html") { DataStream = new MemoryStream("hello"u8.ToArray()) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, folder + "pages/link") { LinkName = "../Procfile" });
        }

        return content.ToArray();
    }
}
