using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.AppWebhooks;
using Slipway.Control.Mail;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Alerts;

/// <summary>
/// Delivers alerts by mail and to webhooks. One that is refused is tried again for about a day; what a crash interrupts is
/// sent again, under the same id.
/// </summary>
internal sealed partial class AlertCourier(
    IDbContextFactory<SlipwayStore> stores, Outgoing outgoing, WebhookPost post, SecretBox secrets, ServerConfig server, TimeProvider time, ILogger<AlertCourier> log) : BackgroundService
{
    public const string Signature = "Slipway-Signature";

    private const int AtOnce = 8;
    private const int LongestError = 500;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(20), TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
    ];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await DeliverAsync(stoppingToken);
                }
                catch (Exception e) when (e is DbException or DbUpdateException)
                {
                    LogTrouble(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return; // what is due is so at the next start
        }
    }

    private async Task DeliverAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var now = time.GetUtcNow();
        var due = await store.AlertDeliveries.AsNoTracking().Include(row => row.Target).Include(row => row.Alert!).ThenInclude(alert => alert.App)
            .Where(row => row.NextAt <= now).OrderBy(row => row.Id).Take(AtOnce).ToListAsync(cancel);
        await Task.WhenAll(due.Select(row => AttemptAsync(row, cancel)));
    }

    private async Task AttemptAsync(AlertDeliveryRow delivery, CancellationToken cancel)
    {
        var trouble = await SendAsync(delivery, cancel);
        var now = time.GetUtcNow();
        var attempts = delivery.Attempts + 1;
        DateTimeOffset? delivered = trouble is null ? now : null;
        DateTimeOffset? next = trouble is null || attempts > Waits.Length ? null : now + Waits[attempts - 1];
        if (trouble is not null) LogRefused(delivery.To, trouble);
        await using var store = await stores.CreateDbContextAsync(cancel);
        await store.AlertDeliveries.Where(row => row.Id == delivery.Id).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Attempts, attempts).SetProperty(row => row.NextAt, next).SetProperty(row => row.DeliveredAt, delivered)
            .SetProperty(row => row.LastAt, now).SetProperty(row => row.LastError, trouble), cancel);
    }

    /// <returns>Why it was not taken; null when it was.</returns>
    private async Task<string?> SendAsync(AlertDeliveryRow delivery, CancellationToken cancel)
    {
        var alert = AlertBook.View(delivery.Alert!);
        var message = AlertText.Message(alert, server);
        try
        {
            if (delivery.Target?.Webhook is { } webhook)
                return await PostAsync(secrets.Open(webhook), secrets.Open(delivery.Target.Secret!), JsonSerializer.SerializeToUtf8Bytes(message, ContractsJson.Default.AlertMessage), cancel);
            using var mail = AlertText.Mail(alert, message, server);
            mail.To.Add(new MailboxAddress(null, delivery.To));
            await outgoing.SendAsync(mail, cancel);
            return null;
        }
        catch (SlipwayException e)
        {
            var why = e.Error.Why is { } more ? $"{e.Error.Message} {more}" : e.Error.Message;
            return why.Length <= LongestError ? why : why[..LongestError];
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // One that cannot be sent at all must not keep the others from it.
            LogDefect(e, delivery.To);
            return "It could not be sent as it is.";
        }
    }

    private async Task<string?> PostAsync(string address, string secret, byte[] body, CancellationToken cancel)
    {
        var answer = await post.SendAsync(address, body, headers => headers.Add(Signature, "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))), cancel);
        return answer.IsTaken ? null : answer.Code is { } code ? $"It answered {code}." : $"There was no answer: {answer.Error}.";
    }

    [LoggerMessage(LogLevel.Warning, "An alert to {To} was not taken: {Why}")]
    private partial void LogRefused(string to, string why);

    [LoggerMessage(LogLevel.Error, "An alert to {To} met a defect")]
    private partial void LogDefect(Exception e, string to);

    [LoggerMessage(LogLevel.Error, "Alerts could not be delivered; trying again")]
    private partial void LogTrouble(Exception e);
}
