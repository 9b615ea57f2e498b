using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Diagnoses;
using Slipway.Control.Doctor;
using Slipway.Control.Explanations;
using Slipway.Control.Logs;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Support;

/// <summary>
/// One archive to hand to somebody else: what is known of the server, and of one app. All texts pass the same mask, which
/// knows every value that was ever set for the apps that they may tell of.
/// </summary>
internal sealed class SupportBundle(IDbContextFactory<SlipwayStore> stores, ServerGatherer gatherer, Explainer explainer, AppSecrets secrets, AppLogs logs)
{
    private const int MaxEvents = 500, MaxDiagnoses = 20, MaxFacts = 5, MaxLogLines = 2000;

    /// <summary>Characters of one file; the end is kept.</summary>
    private const int MaxText = 2 << 20;

    /// <summary>'settings' would start an instance of an app that may be ill.</summary>
    private static readonly IEnumerable<string> Parts = ExplainedParts.All.Where(part => part != "settings");

    /// <param name="app">Null for the server alone.</param>
    /// <param name="withServer">Also what only admins may see.</param>
    /// <returns>A zip archive.</returns>
    public async Task<byte[]> MakeAsync(AppRow? app, bool withServer, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        // A checkup and events name other apps than the one that is asked for.
        var told = app is null || withServer ? await store.Apps.AsNoTracking().ToListAsync(cancel) : [app];
        var masks = new List<Redaction>();
        foreach (var one in told) masks.Add(await secrets.OfAsync(one, cancel));

        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            if (withServer) Add("server/checkup.json", JsonSerializer.Serialize(DoctorServices.Look(await gatherer.GatherAsync(cancel)), ContractsJson.Default.Checkup));
            if (app is null)
            {
                Add("server/events.json", Events(await store.Events.AsNoTracking().OrderByDescending(row => row.Id).Take(MaxEvents).ToListAsync(cancel)));
            }
            else
            {
                foreach (var part in Parts) Add($"app/{part}.txt", await ExplainAsync(app, part, cancel));
                var diagnoses = await store.Diagnoses.AsNoTracking().Include(row => row.Deploy).Where(row => row.AppId == app.Id).OrderByDescending(row => row.Id).Take(MaxDiagnoses).ToListAsync(cancel);
                Add("app/diagnoses.json", JsonSerializer.Serialize([.. diagnoses.Select(DiagnosisLedger.View)], ContractsJson.Default.IReadOnlyListStoredDiagnosis));
                foreach (var row in diagnoses.Take(MaxFacts)) Add($"app/facts-{row.Uuid}.json", row.Facts);
                Add("app/events.json", Events(await store.Events.AsNoTracking().Where(row => row.AppUuid == app.Uuid).OrderByDescending(row => row.Id).Take(MaxEvents).ToListAsync(cancel)));
                await foreach (var lines in logs.ReadAsync(app, new CreateLogSessionRequest(MaxLogLines, Tail: false, null, null), null, cancel)) Add("app/log.txt", string.Join('\n', lines));
            }

            void Add(string name, string text)
            {
                // Masked before it is cut: half of a secret would not be known for one.
                foreach (var mask in masks) text = mask.Apply(text);
                using var file = zip.CreateEntry(name).Open();
                file.Write(Encoding.UTF8.GetBytes(text.Length <= MaxText ? text : text[^MaxText..]));
            }
        }

        return bytes.ToArray();
    }

    private async Task<string> ExplainAsync(AppRow app, string part, CancellationToken cancel)
    {
        try
        {
            return string.Join("\n\n", (await explainer.ExplainAsync(app, part, cancel)).Select(section => $"{section.Title}\n  {section.Why}\n{string.Join('\n', section.Lines.Select(line => "    " + line))}"));
        }
        catch (SlipwayException e)
        {
            return $"{e.Error.Message} {e.Error.Why}"; // that it cannot be told is worth telling
        }
    }

    private static string Events(List<EventRow> rows) => JsonSerializer.Serialize(
        [.. rows.Select(row => new Event(row.Uuid, row.At, row.Actor, row.Action, row.Target, row.Before, row.After, row.Result))], ContractsJson.Default.IReadOnlyListEvent);
}
