using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Slipway.Contracts.Api;

namespace Slipway.Control.Mail;

/// <summary>A recipient whom the smarthost would not take.</summary>
internal sealed record RefusedRecipient(string Address, string Answer, bool IsPermanent);

/// <summary>What became of a message at the smarthost.</summary>
/// <param name="Refused">The others were taken.</param>
internal sealed record Handover(string Answer, IReadOnlyList<RefusedRecipient> Refused);

/// <summary>The message did not get to the smarthost, for none of its recipients.</summary>
/// <param name="id">Stable code: <c>smarthost_unreachable</c>, …</param>
/// <param name="isPermanent">To try again is in vain.</param>
internal sealed class HandoverException(string id, string message, bool isPermanent, Exception? inner = null) : Exception(message, inner)
{
    public string Id => id;

    public bool IsPermanent => isPermanent;
}

/// <summary>One conversation with the smarthost: it hands over one message.</summary>
internal sealed class SmarthostSession : SmtpClient
{
    private static readonly TimeSpan Greeting = TimeSpan.FromSeconds(30), Whole = TimeSpan.FromMinutes(5);

    private readonly SmarthostSettings _settings;
    private readonly List<RefusedRecipient> _refused = [];

    /// <param name="self">The name by which this server greets.</param>
    private SmarthostSession(SmarthostSettings settings, string self)
    {
        _settings = settings;
        LocalDomain = self;
        CheckCertificateRevocation = false; // whoever can keep OCSP's servers away would keep mail away
        ServerCertificateValidationCallback = IsTrusted; // MailKit's own lets some known certificates pass
    }

    /// <exception cref="HandoverException">It was taken for nobody.</exception>
    public static async Task<Handover> SendAsync(
        SmarthostSettings settings, string self, MimeMessage message, MailboxAddress sender, IReadOnlyList<MailboxAddress> recipients, CancellationToken cancel)
    {
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        whole.CancelAfter(Whole);
        using var session = new SmarthostSession(settings, self);
        try
        {
            await session.GreetAsync(whole.Token);
            var answer = await session.SendAsync(FormatOptions.Default, message, sender, recipients, whole.Token);
            await session.LeaveAsync(whole.Token);
            return new Handover(answer.Trim(), session._refused);
        }
        catch (Exception e) when (WordsOf(e, settings, cancel) is { } told)
        {
            throw told;
        }
    }

    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        _refused.Add(new RefusedRecipient(mailbox.Address, Text(response), (int)response.StatusCode >= 500));

    protected override void OnNoRecipientsAccepted(MimeMessage message) =>
        throw new HandoverException("smarthost_refused", $"{_settings.Host} takes it for nobody: {string.Join("; ", _refused.Select(one => $"{one.Address}: {one.Answer}"))}", _refused.All(one => one.IsPermanent));

    private async Task GreetAsync(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Greeting);
        var security = _settings.Security switch
        {
            MailSecurity.None => SecureSocketOptions.None,
            MailSecurity.Starttls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.SslOnConnect,
        };
        await ConnectAsync(_settings.Host, _settings.Port, security, patience.Token);
        if (_settings is { Username: { } user, Password: { } password }) await AuthenticateAsync(user, password, patience.Token);
    }

    /// <summary>The message is theirs by now: that the goodbye fails is nobody's concern.</summary>
    private async Task LeaveAsync(CancellationToken cancel)
    {
        try
        {
            await DisconnectAsync(quit: true, cancel);
        }
        catch (Exception e) when (e is IOException or ProtocolException or OperationCanceledException or SocketException)
        {
            return;
        }
    }

    private static HandoverException? WordsOf(Exception e, SmarthostSettings settings, CancellationToken cancel)
    {
        var at = $"{settings.Host}:{settings.Port}";
        return e switch
        {
            SslHandshakeException tls => new("smarthost_tls", $"TLS with {at} failed: {(tls.InnerException ?? tls).Message}", false, e),
            AuthenticationException => new("smarthost_login", $"{at} does not let {settings.Username} in: {e.Message}", false, e),
            ServiceNotAuthenticatedException => new("smarthost_login", $"{at} takes mail only of who logs in: {e.Message}", false, e),
            SmtpCommandException refused => new("smarthost_refused", $"{at} answered {(int)refused.StatusCode} {refused.Message}", (int)refused.StatusCode >= 500, e),
            NotSupportedException => new("smarthost_tls", $"{at} cannot do what is asked of it: {e.Message}", false, e),
            OperationCanceledException when !cancel.IsCancellationRequested => new("smarthost_unreachable", $"{at} does not answer in time.", false, e),
            IOException or SocketException or ProtocolException => new("smarthost_unreachable", $"{at} is not reached: {e.Message}", false, e),
            _ => null,
        };
    }

    private static string Text(SmtpResponse response) => $"{(int)response.StatusCode} {response.Response}";

    private static bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => errors == SslPolicyErrors.None;
}
