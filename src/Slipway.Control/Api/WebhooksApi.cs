using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Store;
using Slipway.Control.Webhooks;

namespace Slipway.Control.Api;

internal static class WebhooksApi
{
    private const string Receiver = "/slipway/webhooks/";
    private const int MaxBody = 25 << 20; // GitHub's own limit

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/webhook", Get).WithName("webhook.show");
        routes.MapPut("/slipway/apps/{app}/webhook", Set).WithName("webhook.set").Needs(AppPermission.Deploy);
        routes.MapDelete("/slipway/apps/{app}/webhook", Remove).WithName("webhook.remove").Needs(AppPermission.Deploy);

        // Anonymous: a forge has no token; it signs what it sends with the webhook's secret.
        routes.MapPost(Receiver + "{webhook}", Receive).WithName("webhook.receive").AllowAnonymous();
    }

    private static async Task<IResult> Get(AppRequest request, ForgeWebhooks webhooks, ServerConfig server, CancellationToken cancel) =>
        ApiJson.Ok(View(await FindAsync(request, cancel), webhooks, server, null), ContractsJson.Default.Webhook);

    private static async Task<IResult> Set(HttpContext context, AppRequest request, ForgeWebhooks webhooks, ServerConfig server, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.SetWebhookRequest);
        var (row, secret) = await webhooks.SetAsync(request.App, request.Actor, body.Repository, body.Branch, cancel);
        return ApiJson.Ok(View(row, webhooks, server, secret), ContractsJson.Default.Webhook);
    }

    private static async Task<IResult> Remove(AppRequest request, ForgeWebhooks webhooks, EventLog events, ServerConfig server, CancellationToken cancel)
    {
        var row = await FindAsync(request, cancel);
        request.Store.Webhooks.Remove(row);
        events.Add(request.Store, request.Actor.Email, "webhook.remove", EventTarget.Of(request.App));
        await request.Store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(row, webhooks, server, null), ContractsJson.Default.Webhook);
    }

    private static async Task<IResult> Receive(string webhook, HttpContext context, ForgeWebhooks webhooks, WebhookDeploys deploys, CancellationToken cancel)
    {
        var row = (Guid.TryParse(webhook, out var uuid) ? await webhooks.FindAsync(uuid, cancel) : null) ?? throw AppRequest.NotFound("webhook", webhook);
        var body = await ReadAsync(context, cancel);
        if (!Delivery.IsSigned(context.Request.Headers, body, webhooks.SecretOf(row))) throw NotSigned();
        var delivery = Delivery.Parse(context.Request.Headers, body)
            ?? throw new SlipwayException(400, new SlipwayError("bad_request", "The delivery is not the JSON of GitHub, GitLab or Gitea."));
        if (delivery.Branch is null) return TypedResults.Text("Nothing to do: it is not a push to a branch.\n");
        if (delivery.Branch != row.Branch) return TypedResults.Text($"Nothing to do: {row.Branch} is deployed, not this branch.\n");
        if (delivery.IsDeletion) return TypedResults.Text("Nothing to do: the branch was deleted.\n");
        if (!await webhooks.WantAsync(row, delivery.Id, cancel)) return TypedResults.Text("Nothing to do: this delivery was here before.\n");
        deploys.Ask(row);
        return TypedResults.Text("It will be deployed.\n", statusCode: 202);
    }

    private static async Task<byte[]> ReadAsync(HttpContext context, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int got; (got = await context.Request.Body.ReadAsync(buffer, cancel)) > 0;)
        {
            body.Write(buffer, 0, got);
            if (body.Length > MaxBody) throw new SlipwayException(413, new SlipwayError("too_large", "The delivery is larger than 25 MiB."));
        }

        return body.ToArray();
    }

    private static async Task<WebhookRow> FindAsync(AppRequest request, CancellationToken cancel) =>
        await request.Store.Webhooks.FirstOrDefaultAsync(row => row.AppId == request.App.Id, cancel)
            ?? throw new SlipwayException(404, new SlipwayError("not_found", $"{request.App.Name} has no webhook.") { Next = "slipway webhook set https://git.example.org/blog.git" });

    private static Webhook View(WebhookRow row, ForgeWebhooks webhooks, ServerConfig server, string? secret) =>
        new(server.ApiUrl(Receiver + row.Uuid), new Uri(webhooks.SourceOf(row).Shown), row.Branch, secret, row.CreatedAt);

    private static SlipwayException NotSigned() => new(401, new SlipwayError("webhook_unsigned", "The delivery is not signed with this webhook's secret.")
    {
        Why = "GitHub and Gitea sign with X-Hub-Signature-256, GitLab sends the secret as X-Gitlab-Token.",
        Next = "Enter the secret that slipway webhook set printed; it is shown once, so set the webhook again if it is lost.",
    });
}
