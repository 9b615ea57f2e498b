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
/// them go live and are left alone; and the fix, applied as it is offered, makes the app live.
/// </summary>
public sealed class DiagnosisStory(Platform platform)
{
    private const string Corpus = "tests/diagnosis", Healthy = "healthy";

    /// <summary>Deploys at a time: most of a failing deploy is waiting.</summary>
    private const int AtOnce = 3;

    /// <summary>What a real server sees is written beside each app of these codes, or of <c>all</c>; see docs/diagnosis.md.</summary>
    private static readonly string? Record = Environment.GetEnvironmentVariable("SLIPWAY_RECORD");

    /// <summary>What an app needs besides its files, and what is expected of its fix.</summary>
    private sealed record CaseFile(Dictionary<string, string>? Config, string[]? Requests, bool? Fixable, bool? Asks);

    private sealed record Verdict(string Case, string Said, string? Code, string? Fix, string Detail);

    [Fact]
    public async Task Every_failure_is_named_first_no_healthy_app_is_flagged_and_mechanical_fixes_mend()
    {
        var cases = Directory.EnumerateDirectories(Path.Combine(Platform.Repository, Corpus))
            .SelectMany(code => Directory.EnumerateDirectories(code).Order(StringComparer.Ordinal).Select((variant, at) => (Code: Path.GetFileName(code), Variant: Path.GetFileName(variant), IsFirst: at == 0)))
            .Where(one => Record is null or "all" || Record.Split(' ').Contains(one.Code))
            .OrderBy(one => one.Code, StringComparer.Ordinal).ToList();
        var verdicts = new Verdict[cases.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, cases.Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (at, _) => verdicts[at] = await TryAsync(cases[at].Code, cases[at].Variant, cases[at].IsFirst));

        TestContext.Current.TestOutputHelper!.WriteLine(Table(verdicts));
        Assert.All(verdicts, one => Assert.True(one.Said is "named first" or "left alone", $"{one.Case}: {one.Said} ({one.Code})\n{one.Detail}"));
        Assert.All(verdicts, one => Assert.True(one.Fix is null or "fixed" or "-", $"{one.Case}: {one.Fix}"));
    }

    private async Task<Verdict> TryAsync(string code, string variant, bool isFirst)
    {
        var name = $"d-{code}-{variant}".Replace('_', '-');
        var app = name.Length > 30 ? name[..30].TrimEnd('-') : name;
        var (root, about) = (Path.Combine(Platform.Repository, Corpus, code, variant), new CaseFile(null, null, null, null));
        if (File.Exists(Path.Combine(root, "case.json")))
            about = JsonSerializer.Deserialize<CaseFile>(await File.ReadAllTextAsync(Path.Combine(root, "case.json")), JsonSerializerOptions.Web)!;
        using var folder = await Folder.CopyOfAsync(Path.Combine(Corpus, code, variant, "app"));
        await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app); // of a run that was cut off
        (await platform.Cli.RunAsync("create", app)).MustSucceed();
        if (about.Config is { } config) (await platform.Cli.RunAsync(["config", "set", .. config.Select(one => $"{one.Key}={one.Value}"), "--app", app])).MustSucceed();
        var deploy = await platform.Cli.RunAsync("deploy", folder.Path, "--app", app);
        await VisitAsync(app, about.Requests ?? []);
        var diagnosis = await DiagnoseAsync(app);
        if (Record is not null) await RecordAsync(app, deploy.ExitCode == 0, Path.Combine(root, "facts.json"));
        var said = (variant == Healthy, deploy.ExitCode, diagnosis) switch
        {
            (true, 0, null) => "left alone",
            (true, 0, _) => "false alarm",
            (true, _, _) => "does not go live",
            (false, _, { } found) when found.Code == code => "named first",
            (false, _, { } found) when found.Follows.Count > 0 => "named",
            _ => "missed",
        };
        var fix = variant == Healthy || !isFirst ? null : await FixAsync(app, folder, about, diagnosis);
        await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app);
        return new Verdict($"{code}/{variant}", said, diagnosis?.Code, fix, $"{deploy}");
    }

    /// <param name="requests"><c>/path</c>, or <c>POST /path 5000</c> with a form of so many bytes, or <c>POST /path from https://other</c> over https, as a form on another site sends it.</param>
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
        if (diagnosis?.Action is null || about.Fixable == false || about.Asks == true) return "-";
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
