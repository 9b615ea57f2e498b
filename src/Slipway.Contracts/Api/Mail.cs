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
