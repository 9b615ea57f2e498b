using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>
/// Every app of tests/diagnosis on the real platform: those that fail are told the cause, first; those that only look like
/// them, and all samples, go live and are left alone; and the fix, applied as it is offered, makes the app live.
/// </summary>
public sealed class DiagnosisStory(Platform platform)
{
    private const string Corpus = "tests/diagnosis", Samples = "samples", Healthy = "healthy";

    /// <summary>The sample whose Dockerfile begins with an image of Docker Hub's, which not every machine reaches; see <see cref="ImageStories"/>.</summary>
    private const string NeedsDockerHub = "docker";

    /// <summary>A forge that asks for a password, where the apps of private_repository say that it is: 10.199.8.2:3000.</summary>
    private const int ForgeHost = 8, ForgePort = 3000;
    private const string ForgePassword = "right-token";

    /// <summary>Deploys at a time: most of a failing deploy is waiting.</summary>
    private const int AtOnce = 3;

    /// <summary>What a real server sees is written beside each app of these codes, or of <c>all</c>; see docs/diagnosis.md.</summary>
    private static readonly string? Record = Environment.GetEnvironmentVariable("SLIPWAY_RECORD");

    /// <summary>What an app needs besides its files, and what is expected of its fix.</summary>
    private sealed record CaseFile
    {
        public Dictionary<string, string> Config { get; init; } = [];

        /// <summary><c>/path</c>, or <c>POST /path 5000</c> with a form of so many bytes, or <c>POST /path from https://other</c> over https, as a form on another site sends it.</summary>
        public string[] Requests { get; init; } = [];

        public string[] Addons { get; init; } = [];

        /// <summary>Seconds after the requests until it is looked into: some things take their time to fail.</summary>
        public int Wait { get; init; }

        /// <summary>The fix makes the app live.</summary>
        public bool Fixable { get; init; } = true;

        /// <summary>The fix needs an answer that only the app's owner knows.</summary>
        public bool Asks { get; init; }
    }

    /// <param name="Code">The diagnosis that it is to get; of a sample <c>samples</c>.</param>
    /// <param name="IsFirst">Of its code: its fix is applied.</param>
    private sealed record Case(string Code, string Variant, bool IsFirst)
    {
        private string Root => Path.Combine(Platform.Repository, Corpus, Code, Variant);

        public bool IsHealthy => Code == Samples || Variant == Healthy;

        public string App => Code == Samples ? Path.Combine(Samples, Variant) : Path.Combine(Corpus, Code, Variant, "app");

        public string FactsFile => Path.Combine(Root, "facts.json");

        public CaseFile About => (Code, Variant) switch
        {
            (Samples, "django-celery" or "django-chat") => new CaseFile { Addons = ["redis"] },
            _ when File.Exists(Path.Combine(Root, "case.json")) => JsonSerializer.Deserialize<CaseFile>(File.ReadAllText(Path.Combine(Root, "case.json")), JsonSerializerOptions.Web)!,
            _ => new CaseFile(),
        };
    }

    private sealed record Verdict(string Case, string Said, string? Code, string? Fix, string Detail);

    [Fact]
    public async Task Every_failure_is_named_first_no_healthy_app_is_flagged_and_mechanical_fixes_mend()
    {
        var cases = Directory.EnumerateDirectories(Path.Combine(Platform.Repository, Corpus))
            .SelectMany(code => Directory.EnumerateDirectories(code).Order(StringComparer.Ordinal).Select((variant, at) => new Case(Path.GetFileName(code), Path.GetFileName(variant), at == 0)))
            .Concat(Directory.EnumerateDirectories(Path.Combine(Platform.Repository, Samples)).Select(sample => new Case(Samples, Path.GetFileName(sample), false)).Where(one => one.Variant != NeedsDockerHub))
            .Where(one => Record is null || Record.Split(' ').Contains(one.Code) || (Record == "all" && one.Code != Samples))
            .OrderBy(one => one.Code, StringComparer.Ordinal).ThenBy(one => one.Variant, StringComparer.Ordinal).ToList();
        await using var outside = await OutsideHost.StartAsync("forge", ForgeHost);
        using var forge = Forge.Open(outside.Server, ForgePassword);
        await outside.ForwardAsync(ForgePort, forge.Port);
        using var parts = Parts();
        await forge.PublishAsync(parts, "parts");
        var verdicts = new Verdict[cases.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, cases.Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (at, _) => verdicts[at] = await TryAsync(cases[at]));

        TestContext.Current.TestOutputHelper!.WriteLine(Table(verdicts));
        Assert.All(verdicts, one => Assert.True(one.Said is "named first" or "left alone", $"{one.Case}: {one.Said} ({one.Code})\n{one.Detail}"));
        Assert.All(verdicts, one => Assert.True(one.Fix is null or "fixed" or "-", $"{one.Case}: {one.Fix}"));
    }

    private async Task<Verdict> TryAsync(Case one)
    {
        var name = $"d-{one.Code}-{one.Variant}".Replace('_', '-');
        var (app, about) = (name.Length > 30 ? name[..30].TrimEnd('-') : name, one.About);
        using var folder = await Folder.CopyOfAsync(one.App);
        await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app); // of a run that was cut off
        (await platform.Cli.RunAsync("create", app)).MustSucceed();
        if (about.Config.Count > 0) (await platform.Cli.RunAsync(["config", "set", .. about.Config.Select(var => $"{var.Key}={var.Value}"), "--app", app])).MustSucceed();
        foreach (var addon in about.Addons) (await platform.Cli.RunAsync("addons", "create", addon, "--app", app)).MustSucceed();
        var deploy = await platform.Cli.RunAsync("deploy", folder.Path, "--app", app);
        await VisitAsync(app, about.Requests);
        await Task.Delay(TimeSpan.FromSeconds(about.Wait), TestContext.Current.CancellationToken);
        var diagnosis = await DiagnoseAsync(app);
        if (Record is not null && one.Code != Samples) await RecordAsync(app, deploy.ExitCode == 0, one.FactsFile);
        var said = (one.IsHealthy, deploy.ExitCode, diagnosis) switch
        {
            (true, 0, null) => "left alone",
            (true, 0, _) => "false alarm",
            (true, _, _) => "does not go live",
            (false, _, { } found) when found.Code == one.Code => "named first",
            (false, _, { } found) when found.Follows.Count > 0 => "named",
            _ => "missed",
        };
        var fix = one.IsHealthy || !one.IsFirst ? null : await FixAsync(app, folder, about, diagnosis);
        await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app);
        return new Verdict($"{one.Code}/{one.Variant}", said, diagnosis?.Code, fix, $"{deploy}");
    }

    /// <summary>A package for both of those who ask for it.</summary>
    private static Folder Parts()
    {
        var folder = Folder.Empty("parts");
        folder.Write("setup.py", "from setuptools import setup\n\nsetup(name=\"acme-parts\", version=\"1.0\", py_modules=[\"acme_parts\"])\n");
        folder.Write("acme_parts.py", "count = 3\n");
        folder.Write("package.json", """{"name": "acme-parts", "version": "1.0.0", "main": "parts.js"}""");
        folder.Write("parts.js", "exports.count = 3;\n");
        return folder;
    }

    /// <param name="requests"><see cref="CaseFile.Requests"/></param>
    private async Task VisitAsync(string app, IEnumerable<string> requests)
    {
        using var site = platform.Site(app);
        // Whose certificate it is, is not what is looked into.
        using var secure = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, platform.Config.HttpsPort, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        })
        { BaseAddress = new Uri($"https://{app}.{platform.Config.Domain}:{platform.Config.HttpsPort}") };
        foreach (var request in requests)
        {
            try
            {
                switch (request.Split(' '))
                {
                    case ["POST", var path, "from", var origin]:
                        using (var message = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { { "Origin", origin }, { "Referer", origin + "/" }, { "Cookie", $"csrftoken={new string('a', 64)}" } } })
                            (await secure.SendAsync(message)).Dispose();
                        break;
                    case ["POST", var path, .. var size]:
                        var form = new Dictionary<string, string> { ["text"] = new('x', size is [var bytes] ? int.Parse(bytes) : 10) };
                        (await site.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) })).Dispose();
                        break;
                    default:
                        (await site.GetAsync(request)).Dispose();
                        break;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // That it does not answer is what is looked into next.
            }
        }

        // The edge writes its log a moment after the answer.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
    }

    private async Task<Diagnosis?> DiagnoseAsync(string app) =>
        JsonSerializer.Deserialize((await platform.Cli.RunAsync("diagnose", "--app", app, "--json")).MustSucceed().Output, ContractsJson.Default.Diagnosis);

    private async Task<string> FixAsync(string app, Folder folder, CaseFile about, Diagnosis? diagnosis)
    {
        if (diagnosis?.Action is null || !about.Fixable || about.Asks) return "-";
        var fixedNow = await platform.Cli.RunAsync("fix", folder.Path, "--app", app, "--yes");
        return fixedNow.ExitCode == 0 ? "fixed" : $"not fixed: {fixedNow}";
    }

    private async Task RecordAsync(string app, bool runs, string file)
    {
        using var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{platform.Config.HttpPort}") };
        api.DefaultRequestHeaders.Host = $"slipway.{platform.Config.Domain}:{platform.Config.HttpPort}";
        api.DefaultRequestHeaders.Authorization = new("Bearer", await platform.Cli.TokenAsync());
        var path = $"/slipway/apps/{app}/facts";
        if (!runs)
        {
            var kept = JsonSerializer.Deserialize(await api.GetStringAsync($"/slipway/apps/{app}/diagnoses"), ContractsJson.Default.IReadOnlyListStoredDiagnosis)!;
            path = $"/slipway/apps/{app}/diagnoses/{kept[0].Id}/facts";
        }

        await File.WriteAllTextAsync(file, await api.GetStringAsync(path) + "\n");
    }

    private static string Table(IReadOnlyList<Verdict> verdicts) => string.Join('\n',
    [
        "| App | Verdict | Fix |", "|---|---|---|",
        .. verdicts.Select(one => $"| {one.Case} | {one.Said} | {one.Fix?.Split('\n')[0]} |"),
        $"{verdicts.Count(one => one.Said == "named first")} named first, {verdicts.Count(one => one.Said == "named")} named, {verdicts.Count(one => one.Said == "missed")} missed, "
            + $"{verdicts.Count(one => one.Said == "left alone")} healthy and left alone, {verdicts.Count(one => one.Said is "false alarm")} false alarms",
    ]);
}
