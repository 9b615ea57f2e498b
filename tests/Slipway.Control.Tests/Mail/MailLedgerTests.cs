using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;
using Slipway.Control.Events;
using Slipway.Control.Mail;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Mail;

/// <summary>How much is kept, and what follows from the server's key.</summary>
public sealed class MailLedgerTests : IDisposable
{
    private readonly TestStore _store = new();
    private readonly MailFiles _files;
    private readonly MailLedger _ledger;
    private readonly MailApp _app;

    public MailLedgerTests()
    {
        var events = new EventLog(_store, TimeProvider.System);
        _files = new MailFiles(_store.Server);
        _ledger = new MailLedger(_store, _files, new Outgoing(_store, _store.Secrets, events, _store.Server), new MailBell(), events, TimeProvider.System);
        var row = _store.AddApp("blog");
        _app = new MailApp(row.Id, row.Uuid, row.Name, 500);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task The_newest_are_kept_and_the_dropped_are_counted()
    {
        for (var number = 1; number <= MailLimits.Kept + 5; number++) await TakeAsync(10);
        await using var store = _store.CreateDbContext();
        Assert.Equal((MailLimits.Kept, 6, 5L), (await store.Mail.CountAsync(Cancel), await store.Mail.MinAsync(row => row.Number, Cancel), (await store.MailTallies.SingleAsync(Cancel)).Dropped));
        Assert.Equal(MailLimits.Kept, Files());
    }

    [Fact]
    public async Task They_take_so_much_room_and_no_more()
    {
        for (var times = 0; times < 4; times++) await TakeAsync(20 << 20);
        await using var store = _store.CreateDbContext();
        Assert.Equal([3, 4], await store.Mail.Select(row => row.Number).Order().ToListAsync(Cancel));
        Assert.Equal(2, Files());
    }

    [Fact]
    public async Task What_is_yet_to_be_sent_is_never_dropped_but_held_back()
    {
        for (var times = 0; times < 3; times++) await TakeAsync(25 << 20);
        await using var store = _store.CreateDbContext();
        await store.Mail.ExecuteUpdateAsync(change => change.SetProperty(row => row.State, MailState.Queued), Cancel);
        await TakeAsync(25 << 20);
        await TakeAsync(25 << 20);
        Assert.Equal(MailState.Queued, (await store.Mail.AsNoTracking().OrderBy(row => row.Id).FirstAsync(Cancel)).State);
        Assert.True(await _ledger.HasRoomAsync(_app, Cancel));
        await store.Mail.ExecuteUpdateAsync(change => change.SetProperty(row => row.State, MailState.Queued).SetProperty(row => row.Bytes, MailLimits.QueuedBytes / 2), Cancel);
        Assert.False(await _ledger.HasRoomAsync(_app, Cancel));
    }

    [Fact]
    public async Task The_same_message_is_there_once()
    {
        var taken = Taken(10);
        await _ledger.TakeAsync(_app, taken, Cancel);
        await _ledger.TakeAsync(_app, taken, Cancel);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _ledger.TakeAsync(_app, Taken(10), Cancel)));
        await using var store = _store.CreateDbContext();
        Assert.Equal([1, 2, 3, 4, 5, 6], await store.Mail.Select(row => row.Number).Order().ToListAsync(Cancel));
    }

    [Fact]
    public async Task What_was_sent_some_days_ago_has_no_content_any_more()
    {
        await TakeAsync(10);
        await TakeAsync(10);
        await using var store = _store.CreateDbContext();
        await store.Mail.Where(row => row.Number == 1).ExecuteUpdateAsync(change => change.SetProperty(row => row.State, MailState.Sent).SetProperty(row => row.DoneAt, DateTimeOffset.UtcNow - TimeSpan.FromDays(4)), Cancel);
        await _ledger.TidyAsync(Cancel);
        Assert.Equal([false, true], await store.Mail.AsNoTracking().OrderBy(row => row.Number).Select(row => row.HasContent).ToListAsync(Cancel));
        Assert.Equal(1, Files());
    }

    [Fact]
    public async Task A_message_larger_than_any_may_be_leaves_nothing()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => _files.WriteAsync(_app.Uuid, Guid.NewGuid(), new MemoryStream(new byte[MailLimits.Message + 1]), Cancel));
        Assert.Equal(0, Files());
    }

    [Fact]
    public void What_an_app_is_told_is_stable_its_own_and_left_out_where_it_has_a_server_of_its_own()
    {
        var keys = new MailKeys(_store.Server, _store.Secrets);
        var mail = keys.Of(App("blog"), [DomainName.Parse("blog.localhost"), DomainName.Parse("www.example.org")])!;
        Assert.Equal(("mail.slipway.internal", "25", "blog@www.example.org"), (mail.Variables["EMAIL_HOST"], mail.Variables["EMAIL_PORT"], mail.Variables["DEFAULT_FROM_EMAIL"]));
        Assert.Equal(mail.Variables["EMAIL_URL"], $"smtp://{mail.Variables["EMAIL_HOST_USER"]}:{mail.Variables["EMAIL_HOST_PASSWORD"]}@mail.slipway.internal:25");
        Assert.NotEqual(mail.Password, keys.PasswordOf(MailKeys.UserOf("blog", Guid.NewGuid())));
        foreach (var own in (string[])["EMAIL_HOST", "EMAIL_URL", "SMTP_URL"])
        {
            var environment = new Dictionary<string, string> { [own] = "" };
            mail.AddTo(environment);
            Assert.Equal([own], environment.Keys);
            Assert.False(mail.IsUsedBy(environment));
        }

        var told = new Dictionary<string, string> { ["DEFAULT_FROM_EMAIL"] = "me@example.org" };
        mail.AddTo(told);
        Assert.True(mail.IsUsedBy(told));
        Assert.Equal("me@example.org", told["DEFAULT_FROM_EMAIL"]);
        Assert.Null(new MailKeys(_store.Server with { ErrorsPort = 0 }, _store.Secrets).Of(App("blog"), [DomainName.Parse("blog.localhost")]));
    }

    private static AppRow App(string name) => new() { Uuid = new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]), Name = name, GeneratedSecrets = "", ConfigVars = "" };

    private int Files() => Directory.Exists(Path.Combine(_store.Server.ControlDirectory, "mail")) ? Directory.GetFiles(Path.Combine(_store.Server.ControlDirectory, "mail"), "*", SearchOption.AllDirectories).Length : 0;

    private static TakenMail Taken(long bytes) => new(Guid.NewGuid(), DateTimeOffset.UtcNow, "a@example.org", ["b@example.org"], "x", bytes);

    private async Task TakeAsync(long bytes)
    {
        var taken = Taken(bytes);
        await _files.WriteAsync(_app.Uuid, taken.Id, new MemoryStream("Subject: x\r\n\r\n"u8.ToArray()), Cancel);
        await _ledger.TakeAsync(_app, taken, Cancel);
    }
}
