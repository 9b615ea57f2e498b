using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Alerts;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Alerts;

/// <summary>What the doctor finds of disk, certificates and backups is told, and is over when he finds it no more.</summary>
public sealed class ServerWatchTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task It_is_told_once_however_its_numbers_change_and_ends()
    {
        using var watch = new ServerWatch(null!, new AlertBook(_store, TimeProvider.System), TimeProvider.System, NullLogger<ServerWatch>.Instance);
        await watch.LookAsync(Found(("disk", "disk_nearly_full", "The disk is nearly full: 1.9 GiB are free", "disk"), ("backups", "backup_absent", "orders has no backup", "orders"), ("clock", "clock_not_kept", "The clock drifts", "clock")), default);
        await watch.LookAsync(Found(("disk", "disk_nearly_full", "The disk is nearly full: 1.2 GiB are free", "disk"), ("backups", "backup_absent", "orders has no backup", "orders"), ("backups", "backup_absent", "mails has no backup", "mails")), default);
        await watch.LookAsync(Found(("disk", "", "", ""), ("backups", "backup_absent", "mails has no backup", "mails")), default);
        await using var store = _store.CreateDbContext();
        var all = await store.Alerts.OrderBy(row => row.Id).Select(row => new { row.Kind, row.Key, row.Count, IsOver = row.OverAt != null, Told = row.Deliveries.Count }).ToListAsync();
        Assert.Equal(
            [(AlertKind.Disk, "disk_nearly_full disk", 2L, true, 1), (AlertKind.Backup, "backup_absent orders", 2L, true, 1), (AlertKind.Backup, "backup_absent mails", 2L, false, 1)],
            all.Select(one => (one.Kind, one.Key, one.Count, one.IsOver, one.Told)));
    }

    private static Checkup Found(params (string Part, string Code, string Title, string Of)[] found) => new(DateTimeOffset.UnixEpoch,
        [.. found.GroupBy(one => one.Part).Select(part => new CheckupPart(part.Key, "", [.. part.Where(one => one.Code.Length > 0)
            .Select(one => new Diagnosis(one.Code, one.Title) { Evidence = [new Evidence(EvidenceKind.Fact, one.Of, [])] })]))]);
}
