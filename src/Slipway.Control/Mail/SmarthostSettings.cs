using System.Globalization;
using System.Net;
using MimeKit;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Mail;

/// <summary>Where the smarthost is and how one logs in to it.</summary>
internal sealed record SmarthostSettings(string Host, int Port, MailSecurity Security, string? Username, string? Password, string? From)
{
    private const int UsualPort = 587, TlsPort = 465, MaxLength = 1024, MaxAddress = 254;

    /// <exception cref="SlipwayException">422 <c>invalid_smarthost</c>.</exception>
    public static SmarthostSettings Of(SetSmarthostRequest asked)
    {
        var host = asked.Host?.Trim('[', ']') ?? "";
        if (host.Length > 253 || Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic) throw Invalid($"{TypedName.Quote(asked.Host)} is not a host.");
        var port = asked.Port ?? UsualPort;
        if (port is < 1 or > 65535) throw Invalid($"{port} is not a port.");
        var security = asked.Security switch
        {
            null => port == TlsPort ? MailSecurity.Tls : MailSecurity.Starttls,
            "none" => MailSecurity.None,
            "starttls" => MailSecurity.Starttls,
            "tls" => MailSecurity.Tls,
            _ => throw Invalid($"{TypedName.Quote(asked.Security)} is none of none, starttls and tls."),
        };
        if (string.IsNullOrEmpty(asked.Username) != string.IsNullOrEmpty(asked.Password)) throw Invalid("A login is a user name and a password.");
        if ((asked.Username + asked.Password).Any(char.IsControl) || (asked.Username + asked.Password).Length > MaxLength)
            throw Invalid($"User name and password are text without control characters, {MaxLength} characters at most.");
        if (asked.Username is { Length: > 0 } && security == MailSecurity.None && !IsThisMachine(host))
            throw Invalid("A password is not sent over a network without TLS.", "Leave out --tls none, or the login.");
        return new SmarthostSettings(
            host, port, security, asked.Username is { Length: > 0 } ? asked.Username : null, asked.Password is { Length: > 0 } ? asked.Password : null,
            asked.From is { Length: > 0 } from ? AddressOf(from).Address : null);
    }

    /// <exception cref="SlipwayException">422 <c>invalid_address</c>.</exception>
    public static MailboxAddress AddressOf(string? text) =>
        text is { Length: <= MaxAddress } && !text.Any(char.IsControl) && MailboxAddress.TryParse(text, out var address) && address.Address == text && address.Address.IndexOf('@', StringComparison.Ordinal) > 0
            ? address
            : throw new SlipwayException(422, new SlipwayError("invalid_address", $"{TypedName.Quote(text)} is not an email address.") { Next = "Name one address: ada@example.org" });

    public Smarthost View() => new(Host, Port, Security, Username, From);

    public override string ToString() => $"{Host}:{Port} ({Security.ToString().ToLowerInvariant()}{(Username is null ? "" : $", as {Username}")}{(From is null ? "" : $", from {From}")})";

    public Dictionary<string, string> ToMap() => new[]
    {
        ("host", Host), ("port", Port.ToString(CultureInfo.InvariantCulture)), ("security", Security.ToString()), ("username", Username), ("password", Password), ("from", From),
    }.Where(one => one.Item2 is not null).ToDictionary(one => one.Item1, one => one.Item2!);

    public static SmarthostSettings Of(Dictionary<string, string> map) => new(
        map["host"], int.Parse(map["port"], CultureInfo.InvariantCulture), Enum.Parse<MailSecurity>(map["security"]),
        map.GetValueOrDefault("username"), map.GetValueOrDefault("password"), map.GetValueOrDefault("from"));

    private static bool IsThisMachine(string host) => host is "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static SlipwayException Invalid(string message, string? next = null) =>
        new(422, new SlipwayError("invalid_smarthost", message) { Next = next ?? "slipway server smarthost set mail.example.org:587 --user ada --from slipway@example.org" });
}
