using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Alerts;
using Slipway.Control.Errors;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Errors;

public sealed class ErrorLedgerTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly IReadOnlyDictionary<long, long> NoneRefused = new Dictionary<long, long>();

    private readonly TestStore _store = new();
    private readonly AppRow _app;
    private readonly ErrorLedger _ledger;

    public ErrorLedgerTests()
    {
        _app = _store.AddApp("blog", ("DATABASE_URL", "postgres://blog:s3cr3tpass@db/blog"), ("GREETING", "hello"), ("STRIPE_KEY", "sk_live_4242424242"));
        _ledger = new ErrorLedger(_store, _store.Secrets, new ErrorKeys(_store.Server, _store.Secrets), new SourceStore(_store.Server, new SourceLimits(), TimeProvider.System), new AlertBook(_store, TimeProvider.System));
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Every_occurrence_is_counted_and_the_last_ones_are_kept()
    {
        await RecordAsync(Enumerable.Range(0, 600).Select(at => Report("ValueError", at)));
        await RecordAsync(Enumerable.Range(600, 3).Select(at => Report("ValueError", at)).Append(Report("KeyError", 1)));
        var errors = await ErrorsAsync();
        Assert.Equal([(1, "ValueError: x", 603L), (2, "KeyError: x", 1L)], errors.Select(one => (one.Number, one.Title, one.Count)));
        Assert.Equal((Start, Start.AddSeconds(602), "v1", "v1"), (errors[0].FirstSeen, errors[0].LastSeen, errors[0].FirstRelease, errors[0].LastRelease));
        Assert.Equal([598, 599, 600, 601, 602, 1], (await KeptAsync()).Select(one => (int)(one.At - Start).TotalSeconds));
    }

    [Fact]
    public async Task Resolved_it_opens_again_in_a_later_release_only_and_ignored_not_at_all()
    {
        await RecordAsync([Report("ValueError", 0, "v4"), Report("KeyError", 0, "v4")]);
        await SetAsync("ValueError", ErrorStatus.Resolved, 5);
        await SetAsync("KeyError", ErrorStatus.Ignored, null);

        await RecordAsync([Report("ValueError", 1, "v4"), Report("ValueError", 2, "v5"), Report("KeyError", 2, "v9")]);
        var errors = await ErrorsAsync();
        Assert.Equal((ErrorStatus.Resolved, 3L, null, ErrorStatus.Ignored, 2L), (errors[0].Status, errors[0].Count, errors[0].RegressedAt, errors[1].Status, errors[1].Count));

        await RecordAsync([Report("ValueError", 3, "v6")]);
        errors = await ErrorsAsync();
        Assert.Equal((ErrorStatus.Open, 4L, Start.AddSeconds(3), null, "v4", "v6"), (errors[0].Status, errors[0].Count, errors[0].RegressedAt, errors[0].ResolvedIn, errors[0].FirstRelease, errors[0].LastRelease));
    }

    [Fact]
    public async Task What_comes_late_does_not_move_the_last_time()
    {
        await RecordAsync([Report("ValueError", 10, "v2")]);
        await RecordAsync([Report("ValueError", 4, "v1")]);
        var one = Assert.Single(await ErrorsAsync());
        Assert.Equal((Start.AddSeconds(4), Start.AddSeconds(10), "v2", 2L), (one.FirstSeen, one.LastSeen, one.LastRelease, one.Count));
    }

    [Fact]
    public async Task Config_vars_are_in_nothing_that_is_kept()
    {
        var frame = new ErrorFrame("/app/a.py", "a", "f", 1, true, ["KEY = 'sk_live_4242424242'"], "connect('postgres://blog:s3cr3tpass@db/blog')", [])
        {
            Variables = new Dictionary<string, string> { ["url"] = "'postgres://blog:s3cr3tpass@db/blog'", ["greeting"] = "'hello'" },
        };
        await RecordAsync([new Report(_app.Id, new ErrorOccurrence(Guid.NewGuid(), Start)
        {
            Exceptions = [new ErrorException("OperationalError", "password s3cr3tpass refused", [frame])],
            Request = new ErrorHttpRequest("GET", "/pay/sk_live_4242424242", null, new Dictionary<string, string> { ["X-Key"] = "sk_live_4242424242" }, "k sk_live_4242424242"),
            Breadcrumbs = [new ErrorBreadcrumb(null, "http", null, "sk_live_4242424242", "s3cr3tpass")],
            Extra = new Dictionary<string, string> { ["e"] = "s3cr3tpass" },
        }, "print")]);
        await using var store = _store.CreateDbContext();
        var all = string.Join('\n', [.. (await store.ErrorOccurrences.ToListAsync(TestContext.Current.CancellationToken)).Select(one => one.Body), .. (await ErrorsAsync()).Select(one => one.Title + one.Culprit)]);
        Assert.DoesNotContain("4242", all, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3tpass", all, StringComparison.Ordinal);
        Assert.Contains("hello", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_new_error_has_a_number_of_its_own_and_the_longest_unseen_go()
    {
        await RecordAsync(Enumerable.Range(0, ErrorLedger.MostErrors).Select(at => Report($"E{at}Error", at)));
        await RecordAsync([Report("OneMoreError", 9999), Report("E0Error", 10_000)]);
        var errors = await ErrorsAsync();
        Assert.Equal(ErrorLedger.MostErrors, errors.Count);
        Assert.Equal(501, errors.Single(one => one.Type == "OneMoreError").Number);
        Assert.Contains(errors, one => one.Type == "E0Error");
        Assert.DoesNotContain(errors, one => one.Type == "E1Error");
    }

    [Fact]
    public async Task An_app_keeps_no_more_bytes_than_it_may()
    {
        var large = new string('y', 2000);
        var extra = Enumerable.Range(0, 25).ToDictionary(n => $"k{n}", _ => large);
        for (var batch = 0; batch < 4; batch++)
            await RecordAsync(Enumerable.Range(batch * 100, 100).Select(at => Report($"E{at}Error", at) is var one ? one with { Occurrence = one.Occurrence with { Extra = extra } } : one));
        await using var store = _store.CreateDbContext();
        var kept = await store.ErrorOccurrences.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken);
        Assert.InRange(kept.Sum(one => (long)one.Bytes), ErrorLedger.MostBytes * 9 / 10, ErrorLedger.MostBytes);
        Assert.Equal(400, (await ErrorsAsync()).Count);
    }

    [Fact]
    public async Task What_was_refused_is_counted_and_an_app_that_is_gone_is_none()
    {
        await _ledger.RecordAsync([Report("ValueError", 0), Report("ValueError", 1) with { AppId = 999 }], new Dictionary<long, long> { [_app.Id] = 40, [999] = 3 }, TestContext.Current.CancellationToken);
        await _ledger.RecordAsync([], new Dictionary<long, long> { [_app.Id] = 2 }, TestContext.Current.CancellationToken);
        await using var store = _store.CreateDbContext();
        var tally = Assert.Single(await store.ErrorTallies.ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal((1L, 42L), (tally.Accepted, tally.Refused));
        store.Apps.Remove(await store.Apps.SingleAsync(TestContext.Current.CancellationToken));
        await store.SaveChangesAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await KeptAsync());
    }

    [Fact]
    public void The_oldest_go_first_and_the_last_of_each_error_last()
    {
        KeptOccurrence[] kept = [new(1, 1, 10), new(2, 1, 10), new(3, 2, 10), new(4, 1, 10)];
        Assert.Empty(Thinning.Choose(kept, 40));
        Assert.Equal([1, 2], Thinning.Choose(kept, 20));
        Assert.Equal([1, 2, 3], Thinning.Choose(kept, 15));
        Assert.Equal([1, 2, 3, 4], Thinning.Choose(kept, 0));
    }

    private Report Report(string type, int seconds, string release = "v1")
    {
        var one = new ErrorOccurrence(Guid.NewGuid(), Start.AddSeconds(seconds)) { Exceptions = [new ErrorException(type, "x", [])], Release = release };
        return new Report(_app.Id, one, Grouping.FingerprintOf(one, []));
    }

    private Task RecordAsync(IEnumerable<Report> reports) => _ledger.RecordAsync([.. reports], NoneRefused, TestContext.Current.CancellationToken);

    private async Task<List<ErrorRow>> ErrorsAsync()
    {
        await using var store = _store.CreateDbContext();
        return await store.Errors.AsNoTracking().OrderBy(row => row.Number).ToListAsync(TestContext.Current.CancellationToken);
    }

    private async Task<List<ErrorOccurrence>> KeptAsync()
    {
        await using var store = _store.CreateDbContext();
        return [.. (await store.ErrorOccurrences.AsNoTracking().OrderBy(row => row.ErrorId).ThenBy(row => row.Id).ToListAsync(TestContext.Current.CancellationToken))
            .Select(row => JsonSerializer.Deserialize(row.Body, ContractsJson.Default.ErrorOccurrence)!)];
    }

    private async Task SetAsync(string type, ErrorStatus status, int? resolvedIn)
    {
        await using var store = _store.CreateDbContext();
        await store.Errors.Where(row => row.Type == type)
            .ExecuteUpdateAsync(change => change.SetProperty(row => row.Status, status).SetProperty(row => row.ResolvedIn, resolvedIn), TestContext.Current.CancellationToken);
    }
}
