using System.Text.Json.Serialization;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Contracts.Api;

/// <summary>What somebody is told of without asking.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AlertKind>))]
public enum AlertKind
{
    /// <summary>An error in an app that was not known before, or that was said to be mended.</summary>
    NewError,

    FailedDeploy,

    /// <summary>An instance ends soon after each start.</summary>
    CrashLoop,

    Disk,
    Certificate,

    /// <summary>A database has no backup that is worth the name.</summary>
    Backup,

    /// <summary>Sent because somebody wanted to see whether alerts arrive.</summary>
    Test,
}

/// <summary>What is the same of all alerts of a kind, for whoever shows them.</summary>
public static class AlertKinds
{
    /// <summary>Those that are a state, which is over at some time.</summary>
    public static IReadOnlyList<AlertKind> Lasting { get; } = [AlertKind.CrashLoop, AlertKind.Disk, AlertKind.Certificate, AlertKind.Backup];

    /// <summary><c>crash loop</c></summary>
    public static string Words(this AlertKind kind) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString()).Replace('_', ' ');

    public static bool Lasts(this AlertKind kind) => Lasting.Contains(kind);
}

/// <param name="App">Null for one about the server.</param>
/// <param name="Count">How often it was noticed; told of once.</param>
/// <param name="OverAt">When it was found to be gone; null while it goes on, and for what is no state: a deploy, an error.</param>
public sealed record Alert(Guid Id, AlertKind Kind, string? App, Diagnosis Diagnosis, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, DateTimeOffset? OverAt, IReadOnlyList<AlertDelivery> Deliveries);

/// <param name="To">A mail address, or the host of a webhook.</param>
/// <param name="Status"><c>pending</c>, <c>retrying</c>, <c>delivered</c>, <c>failed</c>.</param>
/// <param name="Trouble">Why the last attempt failed.</param>
public sealed record AlertDelivery(string To, string Status, int Attempts, string? Trouble, DateTimeOffset? At);

/// <summary>Who is told. Exactly one of the two is set.</summary>
/// <param name="Webhook">Its URL, without what follows the host: it may hold a secret.</param>
/// <param name="App">Null: told of all apps, and of the server.</param>
/// <param name="Secret">What deliveries to a webhook are signed with; told once, when it is made.</param>
public sealed record AlertTarget(Guid Id, string? Mail, string? Webhook, string? App, string? Secret, DateTimeOffset CreatedAt);

public sealed record CreateAlertTargetRequest(string? Mail, string? Webhook);

/// <summary>What a webhook gets.</summary>
/// <param name="Text">All of it for people; what chats show.</param>
/// <param name="Url">The dashboard's page.</param>
public sealed record AlertMessage(Guid Id, AlertKind Kind, string Server, string? App, string Text, string Url, DateTimeOffset At, Diagnosis Diagnosis);
