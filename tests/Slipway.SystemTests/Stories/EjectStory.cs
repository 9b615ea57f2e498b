using System.Net;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>An app with rows and a file is taken out, and runs where nothing of Slipway is, by the commands of its own README.</summary>
public sealed class EjectStory(Platform platform)
{
    private const string App = "ejected-boats", Boat = "Zuversicht von Warnemünde";

    private static readonly byte[] Photo = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3, 4, 5];

    [Fact]
    public async Task An_ejected_app_has_its_rows_its_files_and_its_secrets_and_needs_no_Slipway()
    {
        using var folder = await Folder.CopyOfSampleAsync("django");
        using var site = platform.Site(App);
        using var outside = Folder.Empty("out");
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", App)).MustSucceed();
        (await cli.RunAsync("config", "set", "GREETING=it's \"all\" $HOME, 100%", "--app", App)).MustSucceed();
        (await cli.RunAsync("deploy", "--app", App)).MustSucceed();
        using (var made = await site.UploadAsync("/boats/new/", "photo", "boat.png", Photo,
            ("name", Boat), ("kind", "sloop"), ("built", "1962"), ("length", "9.5"), ("story", "She came in for a new mast.")))
            Assert.Equal(HttpStatusCode.Found, made.StatusCode);

        var ejected = Path.Combine(outside.Path, "boats");
        var told = (await cli.RunAsync("eject", App, ejected)).MustSucceed();
        Assert.Contains("README.md", told.ToString(), StringComparison.Ordinal);
        foreach (var secret in new[] { ".env", "kubernetes/secret.yaml", "databases/DATABASE.env", "databases/DATABASE.create.sql", "databases/DATABASE.dump", "volumes/media.tar" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(ejected, secret)));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(outside.Path), path => path.EndsWith(".part", StringComparison.Ordinal));
        (await cli.RunAsync("eject", App, ejected)).MustFail(2);

        // The app is gone from Slipway before it runs elsewhere.
        (await cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
        var answers = Directory.CreateDirectory(Path.Combine(outside.Path, "answers")).FullName;
        (await Run.ProgramAsync(Path.Combine(Platform.Repository, "tests/eject/by-hand"), [ejected, App, site.Url.Host, answers, "/", "/media/boats/boat.png", "/static/site.css"])).MustSucceed();
        foreach (var way in new[] { "systemd", "oci" })
        {
            Assert.Contains(Boat, await File.ReadAllTextAsync(Path.Combine(answers, way + ".1"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal(Photo, await File.ReadAllBytesAsync(Path.Combine(answers, way + ".2"), TestContext.Current.CancellationToken));
            Assert.Equal(
                await File.ReadAllTextAsync(Path.Combine(folder.Path, "static/site.css"), TestContext.Current.CancellationToken),
                await File.ReadAllTextAsync(Path.Combine(answers, way + ".3"), TestContext.Current.CancellationToken));
        }
    }
}
