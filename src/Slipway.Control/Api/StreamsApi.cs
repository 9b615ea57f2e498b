using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Deploys;
using Slipway.Control.Logs;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>
/// Streams of plain text at addresses that are their own permission: Heroku's clients ask for <c>logplex_url</c> and
/// <c>output_stream_url</c> without a token.
/// </summary>
internal static class StreamsApi
{
    private const string Prefix = "/slipway/streams/";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    public static void MapStreams(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Prefix + "{token}", Open).WithName("stream").AllowAnonymous();

    public static string ForLogs(Capabilities capabilities, Guid app, CreateLogSessionRequest request) =>
        Prefix + capabilities.Issue($"logs {app} {JsonSerializer.Serialize(request, ContractsJson.Default.CreateLogSessionRequest)}", Life);

    public static string ForBuild(Capabilities capabilities, Guid deploy) => Prefix + capabilities.Issue($"build {deploy}", Life);

    /// <summary>What the release phase of a release writes.</summary>
    public static string ForRelease(Capabilities capabilities, Guid release) => Prefix + capabilities.Issue($"release {release}", Life);

    private static async Task<IResult> Open(
        string token, Capabilities capabilities, SlipwayStore store, DeployLogs deploys, AppLogs logs, CancellationToken cancel)
    {
        switch (capabilities.Check(token)?.Split(' ', 3))
        {
            case ["build", var deploy]:
                return new DeployText(deploys.FollowAsync(Guid.Parse(deploy), cancel));
            case ["release", var named]:
                var release = Guid.Parse(named);
                var made = await store.Deploys.AsNoTracking()
                    .Where(row => store.Releases.Any(one => one.Id == row.ReleaseId && one.Uuid == release)).OrderBy(row => row.Id).Select(row => (Guid?)row.Uuid).FirstOrDefaultAsync(cancel);
                return made is { } uuidOfDeploy ? new DeployText(deploys.FollowAsync(uuidOfDeploy, cancel), step: "release") : TypedResults.Text("");
            case ["logs", var uuid, var json]:
                var wanted = Guid.Parse(uuid);
                var app = await store.Apps.FirstOrDefaultAsync(row => row.Uuid == wanted && row.DestroyedAt == null, cancel);
                if (app is null) break;
                var asked = JsonSerializer.Deserialize(json, ContractsJson.Default.CreateLogSessionRequest)!;
                return new LogText(after => logs.ReadAsync(app, asked, after, cancel));
        }

        throw AppRequest.NotFound("stream", token);
    }
}
