using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Import;

/// <summary>Facts from a host that speaks Heroku's API: Heroku itself, or another server of Slipway's.</summary>
internal sealed class HerokuHost(Uri host, string token, string app) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BackupLimit = TimeSpan.FromHours(2);

    private readonly ApiClient _api = new(host, token);

    /// <summary>Heroku has its databases' API at another host; others have it at the same.</summary>
    private readonly ApiClient _data = new(host.Host == "api.heroku.com" ? new Uri("https://api.data.heroku.com") : host, token);

    private string Path(string part) => $"/apps/{Uri.EscapeDataString(app)}{part}";

    /// <exception cref="Failure">The host cannot be reached, or does not let this token see the app.</exception>
    public async Task<HerokuFacts> ReadAsync(CancellationToken cancel) => new()
    {
        App = (await _api.GetAsync(Path(""), HerokuJson.Default.HerokuApp, cancel)).Value,
        Config = (await _api.GetAsync(Path("/config-vars"), HerokuJson.Default.IReadOnlyDictionaryStringString, cancel)).Value,
        Addons = (await _api.ListAsync(Path("/addons"), HerokuJson.Default.IReadOnlyListHerokuAddon, cancel)).Value,
        Domains = (await _api.ListAsync(Path("/domains"), HerokuJson.Default.IReadOnlyListHerokuDomain, cancel)).Value,
        Formation = (await _api.ListAsync(Path("/formation"), HerokuJson.Default.IReadOnlyListHerokuProcess, cancel)).Value,
    };

    /// <summary>A new backup of a database there, brought here. The file is the caller's to delete.</summary>
    public async Task<string> DumpAsync(HerokuAddon addon, Action<string> progress, CancellationToken cancel)
    {
        progress("asking for a backup");
        var asked = (await _data.SendAsync(HttpMethod.Post, $"/client/v11/databases/{Uri.EscapeDataString(addon.Id ?? addon.Name!)}/backups", null, HerokuJson.Default.HerokuTransfer, cancel)).Value;
        var started = TimeProvider.System.GetTimestamp();
        while (asked.FinishedAt is null)
        {
            if (TimeProvider.System.GetElapsedTime(started) > BackupLimit) throw Failed("It did not end within two hours.");
            await Task.Delay(Poll, cancel);
            asked = (await _data.GetAsync($"/client/v11{Path($"/transfers/{asked.Num}")}", HerokuJson.Default.HerokuTransfer, cancel)).Value;
            progress("the backup is being made");
        }

        if (asked.Succeeded is not true) throw Failed($"heroku pg:backups:info b{asked.Num:000} -a {app}");
        var url = IsHere(asked.ToUrl) ?? (await _data.SendAsync(HttpMethod.Post, $"/client/v11{Path($"/transfers/{asked.Num}/actions/public-url")}", null, HerokuJson.Default.HerokuUrl, cancel)).Value.Url ?? throw Failed("It has no address.");
        var file = System.IO.Path.GetTempFileName();
        try
        {
            // The address is the permission; the token stays with the API's own host.
            using var http = new HttpClient { Timeout = BackupLimit };
            await using var from = await http.GetStreamAsync(url, cancel);
            await using var to = File.Create(file);
            await from.CopyToAsync(to, cancel);
            progress($"{Visible.Bytes(to.Length)} of backup");
            return file;
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    /// <summary>A server of Slipway's says where the backup is, at the address by which it was asked.</summary>
    private Uri? IsHere(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Authority == host.Authority ? address : null;

    public void Dispose()
    {
        _api.Dispose();
        _data.Dispose();
    }

    private static Failure Failed(string why) => new(ExitCode.Failure, new SlipwayError("backup_failed", "The other host made no backup of the database.") { Why = why });
}
