using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Store;

namespace Slipway.Control.Diagnoses;

/// <summary>A diagnosis with what it was made of.</summary>
internal sealed record Diagnosed(Diagnosis Diagnosis, Facts Facts);

/// <summary>Keeps diagnoses, the newest of each app.</summary>
internal static class DiagnosisLedger
{
    private const int KeptPerApp = 100;

    /// <summary>Of an app as it runs, the same cause found again within this time is the same diagnosis.</summary>
    private static readonly TimeSpan Same = TimeSpan.FromHours(1);

    /// <summary>Part of the caller's transaction.</summary>
    public static async Task<DiagnosisRow> AddAsync(SlipwayStore store, long appId, long? deployId, int? release, Diagnosed diagnosed, DateTimeOffset now, CancellationToken cancel = default)
    {
        var since = now - Same;
        var row = deployId is not null ? null : await store.Diagnoses.FirstOrDefaultAsync(
            one => one.AppId == appId && one.DeployId == null && one.Release == release && one.Code == diagnosed.Diagnosis.Code && one.At > since, cancel);
        var body = JsonSerializer.Serialize(diagnosed.Diagnosis, ContractsJson.Default.Diagnosis);
        if (row is null)
        {
            row = new DiagnosisRow
            {
                Uuid = Guid.CreateVersion7(), AppId = appId, DeployId = deployId, Release = release, Code = diagnosed.Diagnosis.Code, Body = body, Facts = diagnosed.Facts.ToJson(), At = now,
            };
            store.Diagnoses.Add(row);
        }
        else
        {
            (row.Body, row.Facts, row.At) = (body, diagnosed.Facts.ToJson(), now);
        }

        var old = await store.Diagnoses.Where(one => one.AppId == appId).OrderByDescending(one => one.Id).Skip(KeptPerApp).Select(one => one.Id).ToListAsync(cancel);
        if (old.Count > 0) await store.Diagnoses.Where(one => old.Contains(one.Id)).ExecuteDeleteAsync(cancel);
        return row;
    }

    /// <param name="row">With its deploy.</param>
    public static StoredDiagnosis View(DiagnosisRow row) =>
        new(row.Uuid, row.At, row.Deploy?.Uuid, row.Release, JsonSerializer.Deserialize(row.Body, ContractsJson.Default.Diagnosis)!);
}
