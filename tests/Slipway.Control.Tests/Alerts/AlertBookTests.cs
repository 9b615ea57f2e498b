using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Server;
using Slipway.Control.Alerts;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Alerts;

/// <summary>What is told, to whom and how often.</summary>
public sealed class AlertBookTests : IDisposable
{
    private readonly TestStore _store = new();
    private readonly Clock _clock = new();
    private readonly AppRow _app;
    private readonly AlertBook _book;

    public AlertBookTests()
    {
        _app = _store.AddApp("blog");
        _book = new AlertBook(_store, _clock);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(AlertKind.FailedDeploy, 59, 1)]
    [InlineData(AlertKind.FailedDeploy, 61, 2)]
    [InlineData(AlertKind.Disk, 23 * 60, 1)]
    [InlineData(AlertKind.Disk, 25 * 60, 2)]
    public async Task The_same_again_is_counted_and_told_of_again_after_a_while(AlertKind kind, int minutes, int told)
    {
        await _book.RaiseAsync(Alarm(kind), default);
        _clock.Now += TimeSpan.FromMinutes(minutes);
        await _book.RaiseAsync(Alarm(kind), default);
        var all = await AllAsync();
        Assert.Equal((2, told), (all.Sum(one => (int)one.Count), all.Sum(one => one.Deliveries.Count)));
    }

    [Fact]
    public async Task What_is_over_begins_anew_and_other_keys_apps_and_kinds_are_others()
    {
        var other = _store.AddApp("shop");
        await _book.RaiseAsync(Alarm(AlertKind.CrashLoop, key: "web"), default);
        await _book.RaiseAsync(Alarm(AlertKind.CrashLoop, key: "worker"), default);
        await _book.RaiseAsync(Alarm(AlertKind.CrashLoop, key: "web", app: other.Id), default);
        await _book.RaiseAsync(Alarm(AlertKind.FailedDeploy, key: "web"), default);
        await _book.EndOthersAsync(AlertKind.CrashLoop, _app.Id, ["worker"], default);
        Assert.Equal([true, false, false, false], (await AllAsync()).Select(one => one.OverAt is not null));
        await _book.RaiseAsync(Alarm(AlertKind.CrashLoop, key: "web"), default);
        Assert.Equal(5, (await AllAsync()).Count);
    }

    [Fact]
    public async Task The_owner_is_told_unless_an_address_was_named_and_a_webhook_is_no_address()
    {
        await _book.RaiseAsync(Alarm(AlertKind.FailedDeploy, key: "1"), default);
        await AddTargetAsync(null, webhook: "https://chat.example.org/a");
        await _book.RaiseAsync(Alarm(AlertKind.FailedDeploy, key: "2"), default);
        await AddTargetAsync(_app.Id, mail: "ops@example.org");
        await AddTargetAsync(_store.AddApp("shop").Id, mail: "shop@example.org");
        await _book.RaiseAsync(Alarm(AlertKind.FailedDeploy, key: "3"), default);
        await _book.RaiseAsync(new Alarm(AlertKind.Disk, null, "disk", Diagnosis), default);
        Assert.Equal(
            ["ada@example.org", "webhook ada@example.org", "webhook ops@example.org", "webhook ada@example.org"],
            (await AllAsync()).Select(one => string.Join(' ', one.Deliveries.Select(delivery => delivery.To))));
    }

    [Fact]
    public async Task A_storm_is_kept_and_only_its_beginning_told()
    {
        for (var at = 0; at < AlertBook.MostAnHour + 10; at++) await _book.RaiseAsync(Alarm(AlertKind.NewError, key: $"{at}"), default);
        Assert.Equal((AlertBook.MostAnHour + 10, AlertBook.MostAnHour), ((await AllAsync()).Count, (await AllAsync()).Sum(one => one.Deliveries.Count)));
        _clock.Now += TimeSpan.FromMinutes(61);
        await _book.RaiseAsync(Alarm(AlertKind.NewError, key: "later"), default);
        Assert.Single((await AllAsync())[^1].Deliveries);
    }

    [Fact]
    public async Task A_storm_in_one_unit_of_work_is_one_too()
    {
        await using (var store = _store.CreateDbContext())
        {
            for (var at = 0; at < AlertBook.MostAnHour + 10; at++) await _book.AddAsync(store, Alarm(AlertKind.NewError, key: $"{at}"), default);
            await store.SaveChangesAsync();
        }

        Assert.Equal((AlertBook.MostAnHour + 10, AlertBook.MostAnHour), ((await AllAsync()).Count, (await AllAsync()).Sum(one => one.Deliveries.Count)));
    }

    [Fact]
    public async Task So_many_are_kept_and_no_more()
    {
        for (var at = 0; at < AlertBook.Kept + 5; at++) await _book.RaiseAsync(Alarm(AlertKind.NewError, key: $"{at}"), default);
        Assert.InRange((await AllAsync()).Count, AlertBook.Kept, AlertBook.Kept + 1);
    }

    [Theory]
    [InlineData("ada@example.org", true)]
    [InlineData("admin@localhost", false)]
    [InlineData("admin@slipway.localhost", false)]
    [InlineData("root@server.local", false)]
    public void Mail_goes_only_where_it_may_arrive(string address, bool reachable) => Assert.Equal(reachable, AlertBook.IsReachable(address));

    [Fact]
    public void It_is_told_with_the_diagnosis_and_no_title_breaks_a_header()
    {
        var diagnosis = Diagnosis with { Title = "web.1\r\nBcc: everybody@example.org", Fix = "Turn it off and on again." };
        var alert = new Alert(Guid.NewGuid(), AlertKind.CrashLoop, "blog", diagnosis, 3, _clock.Now, _clock.Now, null, []);
        var server = new ServerConfig();
        var message = AlertText.Message(alert, server);
        Assert.Contains("fix:      Turn it off and on again.", message.Text);
        Assert.EndsWith("/dashboard/apps/blog", message.Url);
        using var mail = AlertText.Mail(alert, message, server);
        Assert.Equal("[slipway] blog crashes again and again: web.1  Bcc: everybody@example.org", mail.Subject);
        Assert.Empty(mail.Bcc);
    }

    private static Diagnosis Diagnosis => new("out_of_memory", "web.1 needs more memory") { Confidence = Confidence.Certain };

    private Alarm Alarm(AlertKind kind, string key = "key", long? app = null) => new(kind, app ?? _app.Id, key, Diagnosis);

    private async Task AddTargetAsync(long? app, string? mail = null, string? webhook = null)
    {
        await using var store = _store.CreateDbContext();
        store.AlertTargets.Add(new AlertTargetRow { Uuid = Guid.NewGuid(), AppId = app, Mail = mail, Webhook = webhook });
        await store.SaveChangesAsync();
    }

    private async Task<List<AlertRow>> AllAsync()
    {
        await using var store = _store.CreateDbContext();
        return await store.Alerts.Include(row => row.Deliveries).OrderBy(row => row.Id).ToListAsync();
    }
}
