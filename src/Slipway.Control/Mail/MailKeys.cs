using System.Security.Cryptography;
using System.Text;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Addons;
using Slipway.Control.Instances;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Mail;

/// <summary>
/// Names and passwords by which apps log in to the relay. They follow from the server's key and the app: there is nothing to keep, and the relay,
/// which has the one key for this use, can tell them apart with slipwayd away.
/// </summary>
internal sealed class MailKeys(ServerConfig server, SecretBox secrets)
{
    public const int Port = 25;

    /// <summary>What apps know the relay by.</summary>
    public const string Host = "mail." + AddonUrl.Domain;

    /// <summary>Bytes of a password, before it is written in hex.</summary>
    private const int PasswordBytes = 20;

    private readonly byte[] _logins = secrets.DeriveKey("mail-logins");
    private readonly string _handover = Convert.ToHexStringLower(secrets.DeriveKey("mail-handover"));

    /// <summary>With it the relay tells a right password from a wrong one.</summary>
    public string LoginKey => Convert.ToHexStringLower(_logins);

    /// <summary>With it the relay shows slipwayd that it is the relay.</summary>
    public string HandoverKey => _handover;

    /// <summary>There is a way from the relay to slipwayd; without it there is no mail.</summary>
    public bool Works => server.ErrorsPort != 0;

    /// <summary>Its first name, which stays, and some of its id: another app of that name is another one.</summary>
    public static string UserOf(string handle, Guid app) => $"{handle}.{app.ToString("N")[..8]}";

    public string PasswordOf(string user) => Convert.ToHexStringLower(HMACSHA256.HashData(_logins, Encoding.ASCII.GetBytes(user)).AsSpan(0, PasswordBytes));

    /// <param name="hosts">Own host name first, then the user's domains.</param>
    /// <returns>Null where the server takes no mail.</returns>
    public AppMail? Of(AppRow app, IReadOnlyList<DomainName> hosts)
    {
        if (!Works) return null;
        var user = UserOf(app.Handle, app.Uuid);
        var password = PasswordOf(user);
        var url = $"smtp://{user}:{password}@{Host}:{Port}";
        var domain = hosts.Skip(1).Concat(hosts.Take(1)).Select(host => host.Value).First(host => !host.StartsWith('*'));
        return new AppMail(Host, MailRelay.Address, password, new Dictionary<string, string>
        {
            ["EMAIL_HOST"] = Host,
            ["EMAIL_PORT"] = $"{Port}",
            ["EMAIL_HOST_USER"] = user,
            ["EMAIL_HOST_PASSWORD"] = password,
            ["EMAIL_URL"] = url,
            ["SMTP_URL"] = url,
            ["DEFAULT_FROM_EMAIL"] = $"{app.Name}@{domain}",
        });
    }

    public bool IsRelay(string? authorization) =>
        authorization is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization), Encoding.UTF8.GetBytes("Bearer " + _handover));
}
