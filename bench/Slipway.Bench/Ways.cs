using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Slipway.Bench;

/// <summary>From a change to its being live, by each way in, beside what moves the same bytes with no platform behind it.</summary>
internal sealed class Ways(Server server)
{
    private const int Rounds = 5, Many = 10_000;

    public async Task<IReadOnlyList<Result>> MeasureAsync() =>
    [
        await SaveAsync("static", "html", word => word, 10),
        await SaveAsync("static", "html", word => word, Many),
        await SaveAsync("PHP", "php", word => $"<?php echo '{word}';", 10),
        await SaveAsync("PHP", "php", word => $"<?php echo '{word}';", Many),
        await PushAsync(),
        await BigPushAsync(),
        .. await UploadAsync(),
    ];

    private async Task<Result> SaveAsync(string kind, string ending, Func<string, string> page, int files)
    {
        using var folder = new Tree(files);
        var app = $"bench-save-{kind.ToLowerInvariant()}-{files}";
        folder.Write("index." + ending, page("begun"));
        await server.SlipwayAsync(folder.Path, "deploy", "--app", app);
        var url = $"http://{server.Config.ControlHost}:{server.Config.HttpPort}/dav/{app}/";
        var token = await server.TokenAsync();
        await Programs.RunAsync("curl", ["-sSf", "-u", $"me:{token}", "-X", "PROPFIND", "-H", "Depth: 0", "-o", "/dev/null", url]); // the folder is filled

        using var home = new BenchFolder();
        using var apache = await ApacheServer.StartAsync(home);
        var (saves, copies) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var word = $"{kind} {round}";
            var file = folder.Write("index." + ending, page(word));
            saves.Add(await LiveAsync(app, word, () => Programs.RunAsync("curl", ["-sSf", "-u", $"me:{token}", "-T", file, url])));
            copies.Add(await Measure.SecondsAsync(async () =>
            {
                await Programs.RunAsync("cp", [file, apache.DocumentRoot]);
                await Measure.UntilAnsweredAsync("localhost", apache.Port, word);
            }));
        }

        await server.DestroyAsync(app);
        return new("g", $"drop folder of {files:N0} files: one saved, live ({kind})", Measure.Median(saves), $"cp into the document root of a running Apache{(ending == "php" ? " with PHP" : "")}", Measure.Median(copies), "s", "≤ 1 s");
    }

    private async Task<Result> PushAsync()
    {
        using var site = await DjangoSite.CreateAsync("warm");
        using var bare = new Tree(0);
        await using var hand = new ByHand();
        await hand.StartDatabaseAsync();
        await hand.InstallAsync(site, server.Index);
        await hand.RedeployAsync(site);
        const string app = "bench-push";
        await server.SlipwayAsync("/", "create", app);
        await GitAsync(site.Folder, "init", "--quiet", "--initial-branch=main");
        await GitAsync(bare.Path, "init", "--quiet", "--bare");
        var url = await UrlAsync(app);
        await CommitAsync(site.Folder);
        await GitAsync(site.Folder, "push", "--quiet", url, "main");
        await GitAsync(site.Folder, "push", "--quiet", bare.Path, "main");

        var (pushes, floor) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            site.Edit();
            await CommitAsync(site.Folder);
            pushes.Add(await LiveAsync(app, site.Text, () => GitAsync(site.Folder, "push", "--quiet", url, "main")));
            var push = await Measure.SecondsAsync(() => GitAsync(site.Folder, "push", "--quiet", bare.Path, "main"));
            floor.Add(push + await hand.RedeployAsync(site));
        }

        await server.DestroyAsync(app);
        return new("h", "git push of one line of Django, live", Measure.Median(pushes), "git push to a bare repository, then row a by hand", Measure.Median(floor), "s", "≤ 1.5×");
    }

    /// <summary>The first push of a repository that does not compress, as a static site.</summary>
    private async Task<Result> BigPushAsync()
    {
        const int pieces = 25, megabytes = 20;
        using var tree = new Tree(0);
        using var bare = new Tree(0);
        using var unpacked = new Tree(0);
        const string app = "bench-big";
        await server.SlipwayAsync("/", "create", app);
        tree.Write("index.html", "big");
        for (var piece = 0; piece < pieces; piece++) await File.WriteAllBytesAsync(Path.Combine(tree.Path, $"{piece}.bin"), RandomNumberGenerator.GetBytes(megabytes << 20));
        await GitAsync(tree.Path, "init", "--quiet", "--initial-branch=main");
        await CommitAsync(tree.Path);
        await GitAsync(bare.Path, "init", "--quiet", "--bare");
        var url = await UrlAsync(app);
        var push = await Measure.SecondsAsync(() => GitAsync(tree.Path, "push", "--quiet", url, "main"));
        var floor = await Measure.SecondsAsync(async () =>
        {
            await GitAsync(tree.Path, "push", "--quiet", bare.Path, "main");
            await GitAsync(bare.Path, "archive", "--format=tar", "-o", Path.Combine(unpacked.Path, "all.tar"), "main");
            await Programs.RunAsync("tar", ["-xf", "all.tar"], unpacked.Path);
        });
        await server.DestroyAsync(app);
        return new("i", $"git push of a repository of {pieces * megabytes} MB, live", push, "git push to a bare repository, git archive, tar -x", floor, "s", "≤ 3×");
    }

    private async Task<IReadOnlyList<Result>> UploadAsync()
    {
        using var folder = new Tree(Many);
        using var outside = new Tree(0);
        const string app = "bench-upload";
        folder.Write("index.html", "begun");
        await server.SlipwayAsync(folder.Path, "deploy", "--app", app);
        var (deploys, wholes, tars) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            folder.Write("index.html", $"upload {round}");
            deploys.Add(await LiveAsync(app, $"upload {round}", () => server.SlipwayAsync(folder.Path, "deploy", "--app", app)));
            folder.Write("index.html", $"whole {round}");
            wholes.Add(await LiveAsync(app, $"whole {round}", () => SendAllAsync(app, folder.Path, outside.Path)));
            tars.Add(await Measure.SecondsAsync(async () =>
            {
                await Programs.RunAsync("tar", ["-czf", Path.Combine(outside.Path, "all.tar.gz"), "."], folder.Path);
                await Programs.RunAsync("tar", ["-xzf", "all.tar.gz"], outside.Path);
            }));
        }

        await server.DestroyAsync(app);
        var what = $"slipway deploy of {Many:N0} files of which one changed, live";
        return
        [
            new("j", what, Measure.Median(deploys), "tar and curl of all of them to the same API, live", Measure.Median(wholes), "s", "≤ 1×"),
            new("j", what, Measure.Median(deploys), "tar -cz of the folder and tar -xz, and nothing more", Measure.Median(tars), "s", "≤ 2×"),
        ];
    }

    /// <summary>As Heroku's API has it, and as most clients of most platforms do it.</summary>
    private async Task SendAllAsync(string app, string folder, string outside)
    {
        var archive = Path.Combine(outside, "sent.tar.gz");
        await Programs.RunAsync("tar", ["-czf", archive, "."], folder);
        using var source = JsonDocument.Parse(await ApiAsync("/sources"));
        var blob = source.RootElement.GetProperty("source_blob");
        await Programs.RunAsync("curl", ["-sSf", "-T", archive, blob.GetProperty("put_url").GetString()!]);
        await ApiAsync($"/apps/{app}/builds", $$$"""{"source_blob": {"url": "{{{blob.GetProperty("get_url").GetString()}}}"}}""");
    }

    private async Task<string> ApiAsync(string path, string body = "{}") => await Programs.RunAsync("curl",
    [
        "-sSf", "-u", $":{await server.TokenAsync()}", "-H", "Accept: application/vnd.heroku+json; version=3", "-H", "Content-Type: application/json", "-d", body,
        $"http://{server.Config.ControlHost}:{server.Config.HttpPort}{path}",
    ]);

    /// <summary>Seconds from the beginning of something until the app answers with a text; returns when that is over, too.</summary>
    private async Task<double> LiveAsync(string app, string text, Func<Task> begin)
    {
        var began = Stopwatch.GetTimestamp();
        var (doing, answered) = (begin(), Measure.UntilAnsweredAsync($"{app}.{server.Config.Domain}", server.Config.HttpPort, text));
        if (await Task.WhenAny(answered, doing) == doing) await doing; // it may have failed
        await answered;
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await doing;
        return seconds;
    }

    private async Task<string> UrlAsync(string app) => $"http://me:{await server.TokenAsync()}@{server.Config.ControlHost}:{server.Config.HttpPort}/{app}.git";

    private static Task<string> GitAsync(string folder, params string[] arguments) =>
        Programs.RunAsync("git", ["-c", "user.name=Bench", "-c", "user.email=bench@localhost", "-c", "core.compression=1", .. arguments], folder);

    private static async Task CommitAsync(string folder)
    {
        await GitAsync(folder, "add", "--all");
        await GitAsync(folder, "commit", "--quiet", "-m", "a change");
    }

    /// <summary>A folder with so many small files, a hundred in each folder.</summary>
    private sealed class Tree : IDisposable
    {
        private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("slipway-bench-");

        public Tree(int files)
        {
            for (var file = 0; file < files; file++) Write($"pages/{file / 100}/{file}.html", $"<p>{file}</p>" + new string('x', 1000));
        }

        public string Path => _temporary.FullName;

        public string Write(string path, string content)
        {
            var file = System.IO.Path.Combine(Path, path);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
            return file;
        }

        public void Dispose() => _temporary.Delete(recursive: true);
    }
}
