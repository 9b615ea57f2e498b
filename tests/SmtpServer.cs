using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Slipway.Tests;

/// <summary>A message that came to a <see cref="SmtpServer"/>.</summary>
internal sealed record CameMail(string From, IReadOnlyList<string> To, string User, bool Tls, string Content);

/// <summary>
/// A mail server to send to: Debian's aiosmtpd, which is also what apps' mail comes in by. It lets in user:secret, refuses recipients whose
/// address begins with <c>no</c> for good and with <c>later</c> for now (until the file <c>open</c> is there), and keeps what it takes. Of both test projects.
/// </summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private const string Program = """
        import json, os, ssl, sys, time
        from aiosmtpd.smtp import SMTP, AuthResult
        import asyncio

        folder, host, port, how = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.startswith("no"):
                    return "550 5.1.1 Nobody of that name"
                if address.startswith("later") and not os.path.exists(os.path.join(folder, "open")):
                    return "451 4.7.1 Greylisted"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                if os.path.exists(os.path.join(folder, "full")):
                    return "452 4.3.1 Full"
                name = os.path.join(folder, "%d.json" % time.time_ns())
                with open(name + ".new", "w") as file:
                    json.dump({"from": envelope.mail_from, "to": envelope.rcpt_tos, "user": (session.auth_data.login.decode() if session.auth_data else ""),
                               "tls": session.ssl is not None or how == "tls", "content": envelope.content.decode("utf-8", "replace")}, file)
                os.rename(name + ".new", name)
                return "250 2.0.0 queued as 7"

        def login(server, session, envelope, mechanism, data):
            return AuthResult(success=data.login == b"user" and data.password == b"secret", handled=False, auth_data=data)

        context = None
        if how != "none":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(os.path.join(folder, "chain.pem"), os.path.join(folder, "key.pem"))

        def session():
            return SMTP(Handler(), hostname="mail.test", enable_SMTPUTF8=True, authenticator=login, auth_require_tls=False, auth_required="--login" in sys.argv, tls_context=context if how == "starttls" else None)

        async def main():
            server = await asyncio.get_running_loop().create_server(session, host, port, ssl=context if how == "tls" else None)
            print("ready", flush=True)
            await server.serve_forever()

        asyncio.run(main())
        """;

    private readonly Process _process;
    private readonly string _folder;

    private SmtpServer(Process process, string folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    public IReadOnlyList<CameMail> Came => [.. Directory.EnumerateFiles(_folder, "*.json").Order(StringComparer.Ordinal).Select(file => JsonSerializer.Deserialize<CameMail>(File.ReadAllText(file), JsonSerializerOptions.Web)!)];

    /// <param name="how">none, starttls or tls.</param>
    /// <param name="certificate">PEM of its chain and of its key.</param>
    public static async Task<SmtpServer> StartAsync(string how = "none", (string Chain, string Key)? certificate = null, bool login = false, string host = "127.0.0.1")
    {
        var folder = Directory.CreateTempSubdirectory("slipway-smtp-").FullName;
        if (certificate is var (chain, key))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "chain.pem"), chain);
            await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key);
        }

        var port = FreePort();
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-I", "-W", "ignore", "-c", Program, folder, host, $"{port}", how, .. login ? ["--login"] : Array.Empty<string>()]) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() != "ready") throw new InvalidOperationException("The mail server of the test did not start; Debian's python3-aiosmtpd has to be installed.");
        return new SmtpServer(process, folder, port);
    }

    /// <summary>Waits until so many messages came.</summary>
    public async Task<IReadOnlyList<CameMail>> ExpectAsync(int count)
    {
        for (var tries = 0; tries < 1600; tries++)
        {
            if (Came is { } came && came.Count >= count) return came;
            await Task.Delay(50);
        }

        throw new TimeoutException($"{count} messages were expected; there came {Came.Count}.");
    }

    /// <summary>It takes what it put off.</summary>
    public void Open() => File.WriteAllText(Path.Combine(_folder, "open"), "");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }
}
