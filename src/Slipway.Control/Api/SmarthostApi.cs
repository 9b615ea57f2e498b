using MimeKit;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Mail;

namespace Slipway.Control.Api;

/// <summary>The mail server outside that this server's mail is handed to.</summary>
internal static class SmarthostApi
{
    public static void MapSmarthost(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/server/smarthost", Get).WithName("smarthost.show").AdminOnly();
        routes.MapPut("/slipway/server/smarthost", Set).WithName("smarthost.set").AdminOnly();
        routes.MapDelete("/slipway/server/smarthost", Unset).WithName("smarthost.unset").AdminOnly();
        routes.MapPost("/slipway/server/smarthost/test", Test).WithName("smarthost.test").AdminOnly();
    }

    private static async Task<IResult> Get(Outgoing outgoing, CancellationToken cancel) => Answer(await outgoing.RequireAsync(cancel));

    private static async Task<IResult> Set(HttpContext context, Actor actor, Outgoing outgoing, CancellationToken cancel)
    {
        var settings = SmarthostSettings.Of(await context.ReadAsync(ContractsJson.Default.SetSmarthostRequest));
        await outgoing.SetAsync(actor, settings, cancel);
        return Answer(settings);
    }

    private static async Task<IResult> Unset(Actor actor, Outgoing outgoing, CancellationToken cancel)
    {
        var settings = await outgoing.RequireAsync(cancel);
        await outgoing.UnsetAsync(actor, cancel);
        return Answer(settings);
    }

    /// <summary>Sends a message now, and tells what the smarthost said.</summary>
    private static async Task<IResult> Test(HttpContext context, Actor actor, Outgoing outgoing, EventLog events, ServerConfig server, CancellationToken cancel)
    {
        var to = SmarthostSettings.AddressOf((await context.ReadAsync(ContractsJson.Default.TestSmarthostRequest)).To);
        var smarthost = await outgoing.RequireAsync(cancel);
        using var message = new MimeMessage
        {
            Subject = $"A test of {server.ControlHost}",
            Body = new TextPart("plain") { Text = $"Mail of the Slipway server {server.ControlHost} gets here by {smarthost.Host}.\n{actor.Email} asked for this message.\n" },
        };
        message.To.Add(to);
        try
        {
            var answer = await outgoing.SendAsync(message, cancel);
            await events.RecordAsync(actor.Email, "smarthost.test", new EventTarget("server"), null, to.Address, EventLog.Ok, cancel);
            return ApiJson.Ok(new SmarthostTest(to.Address, outgoing.SenderOf(smarthost).Address, answer), ContractsJson.Default.SmarthostTest);
        }
        catch (SlipwayException e)
        {
            await events.RecordAsync(actor.Email, "smarthost.test", new EventTarget("server"), null, to.Address, $"failed: {e.Error.Id}", cancel);
            throw;
        }
    }

    private static IResult Answer(SmarthostSettings settings) => ApiJson.Ok(settings.View(), ContractsJson.Default.Smarthost);
}
