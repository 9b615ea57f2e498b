using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Errors;
using Slipway.Control.Doctor;

namespace Slipway.Control.Alerts;

/// <summary>Asks the doctor now and then, and raises what he finds of disk, certificates and backups.</summary>
internal sealed partial class ServerWatch(ServerGatherer gatherer, AlertBook book, TimeProvider time, ILogger<ServerWatch> log) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1), Every = TimeSpan.FromMinutes(10);

    /// <summary>By the name of the check.</summary>
    private static readonly IReadOnlyDictionary<string, AlertKind> Kinds = new Dictionary<string, AlertKind>
    {
        ["disk"] = AlertKind.Disk,
        ["certificates"] = AlertKind.Certificate,
        ["backups"] = AlertKind.Backup,
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(First, time, stoppingToken);
            using var timer = new PeriodicTimer(Every, time);
            do
            {
                try
                {
                    await LookAsync(DoctorServices.Look(await gatherer.GatherAsync(stoppingToken)), stoppingToken);
                }
                catch (Exception e) when (e is DbException or DbUpdateException or IOException or SlipwayException)
                {
                    LogTrouble(e);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    public async Task LookAsync(Checkup checkup, CancellationToken cancel)
    {
        foreach (var part in checkup.Parts)
        {
            if (!Kinds.TryGetValue(part.Name, out var kind)) continue;
            foreach (var found in part.Found) await book.RaiseAsync(new Alarm(kind, null, KeyOf(found), found), cancel);
            await book.EndOthersAsync(kind, null, [.. part.Found.Select(KeyOf)], cancel);
        }
    }

    /// <summary>Titles hold numbers that change; what it is about does not.</summary>
    private static string KeyOf(Diagnosis found) => found.Evidence.Count > 0 ? $"{found.Code} {found.Evidence[0].Title}" : found.Code;

    [LoggerMessage(LogLevel.Error, "The server could not be looked at; trying again later")]
    private partial void LogTrouble(Exception e);
}
