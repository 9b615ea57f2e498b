using System.IO.Compression;
using System.Text.Json;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>What is handed to somebody else tells what happened, and no secret; the same holds for every explanation.</summary>
public sealed class SupportBundleStory(Platform platform)
{
    private const string App = "bundled";

    private static readonly Dictionary<string, string> Config = new() { ["GREETING"] = "Ahoi \"von\" Bord & gut", ["PAYMENT_API_KEY"] = "sk_live_0123456789", ["TWO_LINES"] = "first line here\nsecond line here" };

    [Fact]
    public async Task No_value_of_a_config_var_no_token_and_no_key_is_in_it()
    {
        using var folder = await Folder.CopyOfSampleAsync("django");
        using var outside = Folder.Empty("out");
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", App)).MustSucceed();
        (await cli.RunAsync(["config", "set", .. Config.Select(one => $"{one.Key}={one.Value}"), "--app", App])).MustSucceed();
        (await cli.RunAsync("deploy", "--app", App)).MustSucceed();
        // The app itself writes them to its log.
        (await cli.RunAsync("run", "--detach", "--app", App, "--", "env")).MustSucceed();
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        var environment = (await cli.RunAsync("run", "--app", App, "--", "env", "-0")).MustSucceed().Output.Split('\0')
            .Select(entry => entry.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0].Trim(), pair => pair[1]);
        List<string> secrets =
        [
            .. Config.Values.SelectMany(value => value.Split('\n')), JsonSerializer.Serialize(Config["GREETING"]).Trim('"'), environment["DATABASE_URL"], new Uri(environment["DATABASE_URL"]).UserInfo.Split(':')[1], environment["SLIPWAY_SECRET_KEY"],
            cli.Token, (await File.ReadAllTextAsync(Path.Combine(platform.Config.ControlDirectory, "keys", "master.key"), TestContext.Current.CancellationToken)).Trim(),
        ];

        var file = Path.Combine(outside.Path, "support.zip");
        (await cli.RunAsync("support-bundle", App, "-o", file)).MustSucceed();
        var texts = new Dictionary<string, string>();
        using (var zip = ZipFile.OpenRead(file))
        {
            foreach (var entry in zip.Entries)
            {
                using var reader = new StreamReader(entry.Open());
                texts[entry.FullName] = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            }
        }

        foreach (var part in new[] { "deploy", "route", "env", "instance", "build", "settings" }) texts["explain " + part] = (await cli.RunAsync("explain", App, part)).MustSucceed().Output;
        foreach (var (name, text) in texts)
            foreach (var secret in secrets) Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{name} has {secret}");

        Assert.Contains("GREETING=••••", texts["app/log.txt"], StringComparison.Ordinal);
        Assert.Contains("\"disk\"", texts["server/checkup.json"], StringComparison.Ordinal);
        Assert.Contains("conmon", texts["explain instance"], StringComparison.Ordinal);
        Assert.Contains("\"ociVersion\"", texts["app/instance.txt"], StringComparison.Ordinal);
        Assert.Contains("overlay", texts["explain instance"], StringComparison.Ordinal);
        Assert.Contains("table bridge", texts["explain instance"], StringComparison.Ordinal);
        Assert.Contains("# add-on", texts["explain env"], StringComparison.Ordinal);
        Assert.Contains("/static/", texts["explain route"], StringComparison.Ordinal);
        Assert.Contains("stack python", texts["explain build"], StringComparison.Ordinal);
        (await cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
    }
}
