using System.Globalization;
using System.Text;
using MimeKit;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Server;
using Slipway.Control.Api;

namespace Slipway.Control.Alerts;

/// <summary>An alert in words: the same diagnosis, in the same order, as a failed push tells it.</summary>
internal static class AlertText
{
    public static AlertMessage Message(Alert alert, ServerConfig server)
    {
        var url = server.ApiUrl(alert switch
        {
            { App: { } app, Kind: AlertKind.NewError } => $"/dashboard/apps/{app}/errors",
            { App: { } app } => $"/dashboard/apps/{app}",
            _ => "/dashboard",
        }).AbsoluteUri;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Headline(alert, server)}").AppendLine();
        foreach (var line in DiagnosisText.Lines(alert.Diagnosis, alert is { App: { } of, Diagnosis.Action: not null, Kind: AlertKind.FailedDeploy or AlertKind.CrashLoop } ? $"slipway fix --app {of}" : null))
        {
            text.AppendLine(line.Kind switch
            {
                DiagnosisLineKind.Title => line.Text,
                DiagnosisLineKind.Field => $"  {(line.Label.Length > 0 ? line.Label + ":" : ""),-10}{line.Text}",
                _ => "  | " + line.Text,
            });
        }

        if (alert.Count > 1) text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"It was noticed {alert.Count} times since {alert.FirstAt:u}.");
        text.AppendLine().AppendLine(url);
        return new AlertMessage(alert.Id, alert.Kind, server.ControlHost, alert.App, text.ToString(), url, alert.LastAt, alert.Diagnosis);
    }

    public static MimeMessage Mail(Alert alert, AlertMessage message, ServerConfig server)
    {
        var mail = new MimeMessage { Subject = OneLine($"[slipway] {Headline(alert, server)}"), Body = new TextPart("plain") { Text = message.Text } };
        mail.Headers.Add("Auto-Submitted", "auto-generated"); // no vacation message comes back
        // A mail program shows those of one alert together.
        mail.MessageId = $"{Guid.NewGuid():N}@{server.Domain}";
        mail.References.Add($"alert-{alert.Id:N}@{server.Domain}");
        return mail;
    }

    public static string Headline(Alert alert, ServerConfig server) => alert.Kind switch
    {
        AlertKind.NewError => $"{alert.App}: {alert.Diagnosis.Title}",
        AlertKind.FailedDeploy => $"{alert.App}: a deploy failed: {alert.Diagnosis.Title}",
        AlertKind.CrashLoop => $"{alert.App} crashes again and again: {alert.Diagnosis.Title}",
        AlertKind.Test => $"A test of alerts of {alert.App ?? server.ControlHost}",
        _ => $"{server.ControlHost}: {alert.Diagnosis.Title}",
    };

    /// <summary>A header is one line, whatever an app's error has in its title.</summary>
    private static string OneLine(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= 200 ? line : line[..199] + "…";
    }
}
