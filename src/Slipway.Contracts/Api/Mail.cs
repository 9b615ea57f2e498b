using System.Text.Json.Serialization;

namespace Slipway.Contracts.Api;

/// <summary>How the way to a mail server is kept from others.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MailSecurity>))]
public enum MailSecurity
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>It begins in the clear and must go over to TLS before anything is said.</summary>
    Starttls,

    /// <summary>TLS from the first byte.</summary>
    Tls,
}

/// <summary>The mail server outside that this server's mail is handed to.</summary>
/// <param name="Username">Null where it wants no login. The password is never shown.</param>
/// <param name="From">The sender that it knows this server by; null where mail keeps the sender that it has.</param>
public sealed record Smarthost(string Host, int Port, MailSecurity Security, string? Username, string? From);

/// <param name="Port">Null for 587.</param>
/// <param name="Security">Null for TLS, in the way that is usual at the port.</param>
/// <param name="Password">Kept sealed, and never shown.</param>
public sealed record SetSmarthostRequest(string? Host, int? Port, string? Security, string? Username, string? Password, string? From);

public sealed record TestSmarthostRequest(string? To);

/// <param name="Answer">What the smarthost said when it took the message.</param>
public sealed record SmarthostTest(string To, string From, string Answer);

/// <summary>What became of a message that an app sent.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MailState>))]
public enum MailState
{
    /// <summary>There is no smarthost: it is here to be looked at, and goes nowhere.</summary>
    Kept,

    /// <summary>It is yet to be sent.</summary>
    Queued,

    /// <summary>The smarthost has it, for all of its recipients.</summary>
    Sent,

    /// <summary>There are recipients for whom the smarthost does not take it, or did not within a day.</summary>
    Failed,
}

/// <summary>A message that an app sent.</summary>
/// <param name="Number">Counted in the app, from 1.</param>
/// <param name="From">Sender and recipients of the envelope; the headers may name others.</param>
/// <param name="HasContent">What it says is kept.</param>
/// <param name="Answer">What the smarthost said last.</param>
/// <param name="DoneAt">When it was sent, or had failed.</param>
public sealed record MailEntry(
    Guid Id, int Number, DateTimeOffset At, MailState State, string From, IReadOnlyList<string> To, string Subject, long Bytes, bool HasContent, string? Answer,
    int Attempts, DateTimeOffset? NextAttemptAt, DateTimeOffset? DoneAt);

public sealed record MailHeader(string Name, string Value);

/// <param name="Bytes">Of what it holds.</param>
public sealed record MailAttachment(string Name, string Type, long Bytes);

/// <summary>A message and what it says.</summary>
/// <param name="Html">As it is to be shown in a place of its own where nothing runs; pictures that came with it are in it.</param>
public sealed record MailContent(MailEntry Mail, IReadOnlyList<MailHeader> Headers, string? Text, string? Html, IReadOnlyList<MailAttachment> Attachments);

/// <summary>How much mail an app sends, and how much of it is kept.</summary>
/// <param name="Sends">There is a smarthost.</param>
/// <param name="HourlyLimit">Messages that are taken of it within an hour.</param>
/// <param name="Dropped">Never sent, and made room for newer ones.</param>
public sealed record MailIntake(bool Sends, int HourlyLimit, long Taken, int Kept, int MostKept, long Bytes, long MostBytes, long Dropped);

public sealed record MailLimit(string App, int HourlyLimit);

/// <param name="HourlyLimit">Null for what every app has.</param>
public sealed record SetMailLimitRequest(int? HourlyLimit);
