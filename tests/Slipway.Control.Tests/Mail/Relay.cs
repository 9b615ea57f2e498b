using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Contracts.Server;
using Slipway.Control.Mail;
using Slipway.Control.Secrets;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Mail;

/// <summary>The real relay as a process beside a slipwayd under test, and Python's smtplib as the app that sends by it.</summary>
internal sealed partial class Relay : IAsyncDisposable
{
    private readonly Process _process;
    private readonly MailKeys _keys;
    private readonly string _folder;

    private Relay(Process process, MailKeys keys, string folder, int port) => (_process, _keys, _folder, Port) = (process, keys, folder, port);

    public int Port { get; }

    /// <summary>Messages that it still holds.</summary>
    public int Waiting => Directory.GetFiles(Path.Combine(_folder, "spool"), "*.mail").Length;

    public static async Task<Relay> StartAsync(Slipwayd server)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-relay-").FullName;
        var keys = new MailKeys(server.Config, SecretBox.Load(server.Config));
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-I", "-B", Path.Combine(AppContext.BaseDirectory, "python", "slipway_mail")]) start.ArgumentList.Add(argument);
        foreach (var (name, value) in ((string, string)[])[
            ("FOLDER", folder), ("LISTEN", "127.0.0.1:0"), ("SLIPWAYD", $"{server.Config.Gateway}:{server.Config.ErrorsPort}"), ("LOGIN_KEY", keys.LoginKey), ("HANDOVER_KEY", keys.HandoverKey)])
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        var first = await process.StandardOutput.ReadLineAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        return new Relay(process, keys, folder, int.Parse(PortIn().Match(first ?? "").Groups[1].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>Sends as that app does.</summary>
    /// <param name="message">What follows DATA.</param>
    public Task<string> SendAsync(string app, Guid id, string message, params string[] to)
    {
        var user = MailKeys.UserOf(app, id);
        return Programs.RunAsync("/usr/bin/python3", [
            "-c",
            "import smtplib, sys\nwith smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as s:\n    s.login(sys.argv[2], sys.argv[3])\n    s.sendmail('app@example.org', sys.argv[5:] or ['ada@example.org'], sys.argv[4].encode())\n",
            $"{Port}", user, _keys.PasswordOf(user), message, .. to]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@":(\d+);")]
    private static partial Regex PortIn();
}
