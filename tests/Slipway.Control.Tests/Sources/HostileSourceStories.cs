using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Slipway.Control.Tests.Git;
using Slipway.Control.Tests.Remotes;
using Slipway.Control.Tests.Server;
using PackedZip = System.IO.Compression.ZipArchive;

namespace Slipway.Control.Tests.Sources;

/// <summary>What must never get in, through each way in where it can be tried: refused by name, and nothing of it left.</summary>
public sealed class HostileSourceStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private static readonly string LongName = new('n', 256), LongPath = string.Join('/', Enumerable.Repeat(new string('d', 100), 11));

    private readonly Slipwayd _server = running.Slipwayd;
    private string _app = "";

    public static TheoryData<string, string> Cases => new()
    {
        { "path up", "unsafe_archive" },
        { "absolute path", "unsafe_archive" },
        { "link out", "unsafe_archive" },
        { "link to an absolute path", "unsafe_archive" },
        { "through a link", "unsafe_archive" },
        { "device", "unsafe_archive" },
        { "line break in a name", "unsafe_archive" },
        { "escape in a name", "unsafe_archive" },
        { "name that is no UTF-8", "unsafe_archive" },
        { "long name", "unsafe_archive" },
        { "long path", "unsafe_archive" },
        { "bomb", "source_too_large" },
        { "100,001 files", "source_too_large" },
    };

    public async ValueTask InitializeAsync()
    {
        _app = await running.NewAppAsync();
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = "allow" });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task In_an_archive(string what, string id)
    {
        foreach (var archive in (byte[]?[])[Tar(what), Zip(what)])
        {
            if (archive is null) continue;
            var before = Stored();
            var blob = (await _server.Admin.JsonAsync(HttpMethod.Post, "/sources")).GetProperty("source_blob");
            (await _server.Nobody.PutAsync(blob.GetProperty("put_url").GetString(), new ByteArrayContent(archive))).EnsureSuccessStatusCode();
            using (var refused = await _server.Admin.CallAsync(HttpMethod.Post, $"/apps/{_app}/builds", new { source_blob = new { url = blob.GetProperty("get_url").GetString() } }))
            {
                var error = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement;
                Assert.Equal(id, error.GetProperty("id").GetString());
                Assert.DoesNotContain(error.ToString(), c => char.IsControl(c));
            }

            Assert.Equal(before, Stored());
            Assert.Equal(0, (await _server.Admin.GetJsonAsync($"/slipway/apps/{_app}/deploys")).GetArrayLength());

            await using var forge = await LocalForge.StartAsync(new Dictionary<string, (string, byte[])> { ["/app"] = ("application/octet-stream", archive) });
            var build = await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/builds", new { source_blob = new { url = forge.Url + "/app" } });
            var deploy = $"/slipway/apps/{_app}/deploys/{build.GetProperty("id").GetString()}";
            await _server.Admin.GetStringAsync(deploy + "/events");
            Assert.Equal(id, (await _server.Admin.GetJsonAsync(deploy)).GetProperty("error").GetProperty("id").GetString());
            Assert.Equal(before, Stored());
            _app = await running.NewAppAsync();
        }
    }

    [Theory]
    [InlineData("120000", "../../etc/passwd", "out", "leads out of the folder")]
    [InlineData("120000", "/etc/passwd", "out", "leads out of the folder")]
    [InlineData("100644", "x", "line\nbreak", "control characters")]
    [InlineData("100644", "x", "red\u001b[31m", "control characters")]
    [InlineData("100644", "x", "LONG", "255 bytes")]
    public async Task In_a_push(string mode, string content, string name, string why)
    {
        await using var door = new TcpDoor(_server.Config.ControlSocket);
        using var tree = await WorkTree.CreateAsync();
        var before = Stored();
        var blob = (await tree.GitWithInputAsync(content, "hash-object", "-w", "--stdin")).Output.Trim();
        var (_, made, _) = await tree.GitWithInputAsync($"{mode} blob {blob}\t{(name == "LONG" ? LongName : name)}\0", "mktree", "-z");
        var commit = (await tree.GitAsync("commit-tree", "-m", "hostile", made.Trim())).Trim();
        var token = _server.Admin.DefaultRequestHeaders.Authorization!.Parameter;
        var (exit, _, said) = await tree.TryGitAsync("push", $"http://git:{token}@127.0.0.1:{door.Port}/{_app}.git", commit + ":refs/heads/main");
        Assert.Equal(1, exit);
        Assert.Contains(why, said);
        Assert.DoesNotContain('\u001b', said.Replace("\u001b[K", "", StringComparison.Ordinal));
        Assert.Equal(before, Stored());
        Assert.Equal("", (await tree.TryGitAsync("ls-remote", $"http://git:{token}@127.0.0.1:{door.Port}/{_app}.git")).Output);
    }

    [Theory]
    [InlineData("line\nbreak")]
    [InlineData("red\u001b[31m")]
    [InlineData("pipe")]
    public async Task In_a_drop_folder(string name)
    {
        var id = (await _server.Admin.GetJsonAsync($"/apps/{_app}")).GetProperty("id").GetString()!;
        using (var opened = await _server.Admin.SendAsync(new HttpRequestMessage(new HttpMethod("PROPFIND"), $"/dav/{_app}/") { Headers = { { "Depth", "1" } } })) Assert.Equal(207, (int)opened.StatusCode);
        var files = Path.Combine(_server.Config.ControlDirectory, "drops", id, "files");
        var before = Stored();
        if (name == "pipe") await Programs.RunAsync("mkfifo", Path.Combine(files, name));
        else await File.WriteAllTextAsync(Path.Combine(files, name), "x", TestContext.Current.CancellationToken);
        var note = Path.Combine(files, "DEPLOY-FAILED.txt");
        for (var tries = 0; tries < 400 && !File.Exists(note); tries++) await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Contains("cannot be taken in", await File.ReadAllTextAsync(note, TestContext.Current.CancellationToken));
        Assert.Equal(before, Stored());
    }

    /// <summary>All that slipwayd has of sources, whole or not.</summary>
    private string[] Stored() =>
    [
        .. ((string[])["sources", "uploads"]).Select(name => Path.Combine(_server.Config.ControlDirectory, name)).Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFileSystemEntries).Order(StringComparer.Ordinal),
    ];

    private static byte[] Tar(string what)
    {
        using var archive = new Archive();
        archive.File("ok");
        switch (what)
        {
            case "path up": archive.File("../evil"); break;
            case "absolute path": archive.File("/etc/cron.d/evil"); break;
            case "link out": archive.Link("out", "../../etc"); break;
            case "link to an absolute path": archive.Link("out", "/etc"); break;
            case "through a link": archive.Link("out", "..").File("out/evil"); break;
            case "device": archive.Entry(new PaxTarEntry(TarEntryType.CharacterDevice, "null")); break;
            case "line break in a name": archive.Entry(new UstarTarEntry(TarEntryType.RegularFile, "line\nbreak")); break; // a pax header cannot say it
            case "escape in a name": archive.File("red\u001b[31m"); break;
            case "name that is no UTF-8": archive.File("caf\uFFFD"); break;
            case "long name": archive.File(LongName); break;
            case "long path": archive.File(LongPath); break;
            case "bomb": archive.Entry(new PaxTarEntry(TarEntryType.RegularFile, "zeros") { DataStream = new MemoryStream(new byte[100 << 20]) }); break;
            case "100,001 files":
                for (var at = 0; at <= 100_000; at++) archive.Entry(new UstarTarEntry(TarEntryType.RegularFile, $"{at / 1000}/{at}"));
                break;
        }

        return archive.Gzip().ToArray();
    }

    /// <returns>Null where a zip has no such thing.</returns>
    private static byte[]? Zip(string what)
    {
        const int link = 0xA1FF, device = 0x21B6;
        var bytes = new MemoryStream();
        using (var zip = new PackedZip(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, string content = "x", int mode = 0x81A4)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
                entry.ExternalAttributes = mode << 16;
                using var stream = entry.Open();
                stream.Write(Encoding.UTF8.GetBytes(content));
            }

            Add("ok");
            switch (what)
            {
                case "path up": Add("../evil"); break;
                case "absolute path": Add("/etc/cron.d/evil"); break;
                case "link out": Add("out", "../../etc", link); break;
                case "link to an absolute path": Add("out", "/etc", link); break;
                case "through a link": Add("out", "..", link); Add("out/evil"); break;
                case "device": Add("null", "", device); break;
                case "line break in a name": Add("line\nbreak"); break;
                case "escape in a name": Add("red\u001b[31m"); break;
                case "long name": Add(LongName); break;
                case "long path": Add(LongPath); break;
                case "bomb": Add("zeros", new string('\0', 100 << 20)); break;
                case "100,001 files":
                    for (var at = 0; at <= 100_000; at++) zip.CreateEntry($"{at / 1000}/{at}");
                    break;
                default: return null;
            }
        }

        return bytes.ToArray();
    }
}
