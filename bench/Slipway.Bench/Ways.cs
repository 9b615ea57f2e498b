using System.Diagnostics;
using System.Security.Cryptography;

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
        await UploadAsync(),
    ];

    private async Task<Result> SaveAsync(string kind, string ending, Func<string, string> page, int files)
    {
        using var folder = new Tree(files);
        using var beside = new Tree(0);
        var app = $"bench-save-{kind.ToLowerInvariant()}-{files}";
        folder.Write("index." + ending, page("begun"));
        await server.SlipwayAsync(folder.Path, "deploy", "--app", app);
        var url = $"http://{server.Config.ControlHost}:{server.Config.HttpPort}/dav/{app}/";
        var token = await server.TokenAsync();
        await Programs.RunAsync("curl", ["-sSf", "-u", $"me:{token}", "-X", "PROPFIND", "-H", "Depth: 0", "-o", "/dev/null", url]); // the folder is filled

        var (saves, rsyncs) = (new List<double>(), new List<double>());
        using var web = StartWeb(beside.Path, out var port);
        for (var round = 0; round < Rounds; round++)
        {
            var word = $"{kind} {round}";
            var file = folder.Write("index." + ending, page(word));
            saves.Add(await Measure.SecondsAsync(async () =>
            {
                await Programs.RunAsync("curl", ["-sSf", "-u", $"me:{token}", "-T", file, url]);
                await Measure.UntilAnsweredAsync($"{app}.{server.Config.Domain}", server.Config.HttpPort, word);
            }));
            folder.Write("index.html", word); // any web server's answer
            rsyncs.Add(await Measure.SecondsAsync(async () =>
            {
                await Programs.RunAsync("rsync", ["-a", folder.Path + "/", beside.Path + "/"]);
                await Measure.UntilAnsweredAsync("localhost", port, word);
            }));
            if (ending != "html") File.Delete(Path.Combine(folder.Path, "index.html"));
        }

        web.Kill();
        await server.DestroyAsync(app);
        return new("g", $"drop folder of {files:N0} files: one saved, live ({kind})", Measure.Median(saves), "rsync of the folder, and python3 -m http.server answers", Measure.Median(rsyncs), "s", "≤ 1 s");
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
            pushes.Add(await Measure.SecondsAsync(async () =>
            {
                var pushing = GitAsync(site.Folder, "push", "--quiet", url, "main");
                await Task.WhenAny(pushing, Measure.UntilAnsweredAsync($"{app}.{server.Config.Domain}", server.Config.HttpPort, site.Text));
            }));
            await Measure.UntilAnsweredAsync($"{app}.{server.Config.Domain}", server.Config.HttpPort, site.Text);
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

    private async Task<Result> UploadAsync()
    {
        using var folder = new Tree(Many);
        const string app = "bench-upload";
        folder.Write("index.html", "begun");
        await server.SlipwayAsync(folder.Path, "deploy", "--app", app);
        var (deploys, tars) = (new List<double>(), new List<double>());
        using var outside = new Tree(0);
        for (var round = 0; round < Rounds; round++)
        {
            folder.Write("index.html", $"upload {round}");
            deploys.Add(await Measure.SecondsAsync(async () =>
            {
                var deploying = server.SlipwayAsync(folder.Path, "deploy", "--app", app);
                await Task.WhenAny(deploying, Measure.UntilAnsweredAsync($"{app}.{server.Config.Domain}", server.Config.HttpPort, $"upload {round}"));
                await deploying;
            }));
            tars.Add(await Measure.SecondsAsync(async () =>
            {
                await Programs.RunAsync("tar", ["-czf", Path.Combine(outside.Path, "all.tar.gz"), "."], folder.Path);
                await Programs.RunAsync("tar", ["-xzf", "all.tar.gz"], outside.Path);
            }));
        }

        await server.DestroyAsync(app);
        return new("j", $"slipway deploy of {Many:N0} files of which one changed, live", Measure.Median(deploys), "tar -cz of the folder and tar -xz", Measure.Median(tars), "s", "≤ 2×");
    }

    private async Task<string> UrlAsync(string app) => $"http://me:{await server.TokenAsync()}@{server.Config.ControlHost}:{server.Config.HttpPort}/{app}.git";

    private static Task<string> GitAsync(string folder, params string[] arguments) =>
        Programs.RunAsync("git", ["-c", "user.name=Bench", "-c", "user.email=bench@localhost", "-c", "core.compression=1", .. arguments], folder);

    private static async Task CommitAsync(string folder)
    {
        await GitAsync(folder, "add", "--all");
        await GitAsync(folder, "commit", "--quiet", "-m", "a change");
    }

    private static Process StartWeb(string folder, out int port)
    {
        port = BenchFolder.FreePort();
        return Programs.Start("python3", ["-m", "http.server", "--bind", "127.0.0.1", $"{port}"], folder);
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
