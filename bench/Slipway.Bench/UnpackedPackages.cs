namespace Slipway.Bench;

/// <summary>
/// The baselines' programs out of their Debian packages, unpacked into the benchmark's folder: installed, they would
/// start services that take port 80.
/// </summary>
internal sealed class UnpackedPackages(BenchFolder folder)
{
    private readonly Dictionary<string, Task<string>> _unpacked = [];

    public async Task<string> NginxAsync() => Path.Combine(await UnpackAsync("nginx"), "usr/sbin/nginx");

    public async Task<string> CaddyAsync() => Path.Combine(await UnpackAsync("caddy"), "usr/bin/caddy");

    private Task<string> UnpackAsync(string package) =>
        _unpacked.TryGetValue(package, out var known) ? known : _unpacked[package] = DownloadAsync(package);

    private async Task<string> DownloadAsync(string package)
    {
        var target = folder.Subfolder(package);
        // apt fetches as a user of its own, which must be able to write here.
        File.SetUnixFileMode(target, (UnixFileMode)0b111_111_111);
        await Programs.RunAsync("apt-get", ["download", "-q", package], target);
        await Programs.RunAsync("dpkg-deb", ["-x", Directory.GetFiles(target, "*.deb").Single(), target]);
        return target;
    }
}
