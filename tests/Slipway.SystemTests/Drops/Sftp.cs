using System.Diagnostics;
using System.Globalization;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Drops;

/// <summary>OpenSSH's sftp and scp at the server's own sshd, with a key that was added for it.</summary>
internal sealed class Sftp : IDisposable
{
    private readonly Folder _keys = Folder.Empty("keys");
    private readonly string[] _options;
    private readonly string _host;

    private Sftp(Platform platform)
    {
        Key = Path.Combine(_keys.Path, "id");
        _host = $"{platform.Config.SshUser}@localhost";
        _options =
        [
            "-q", "-F", "/dev/null", "-P", platform.Config.SshPort.ToString(CultureInfo.InvariantCulture), "-i", Key, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes",
        ];
    }

    private string Key { get; }

    /// <param name="owner">Name of the key, by which it is removed.</param>
    public static async Task<Sftp> OpenAsync(Platform platform, string owner)
    {
        var sftp = new Sftp(platform);
        (await Run.ProgramAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", owner, "-f", sftp.Key])).MustSucceed();
        (await platform.Cli.RunAsync("keys", "add", sftp.Key + ".pub")).MustSucceed();
        return sftp;
    }

    public Task<RunResult> CopyAsync(Folder folder, string app) => Run.ProgramAsync("scp", [.. _options, "-r", folder.Path + "/.", $"{_host}:{app}/"]);

    public Task<RunResult> RunAsync(string batch) => Run.ProgramAsync("sftp", [.. _options, "-b", "-", _host], "/", null, batch);

    /// <param name="limit">Kbit/s.</param>
    public Process Start(int limit) => Run.Start("sftp", [.. _options, "-b", "-", "-l", limit.ToString(CultureInfo.InvariantCulture), _host], "/", null);

    public void Dispose() => _keys.Dispose();
}
