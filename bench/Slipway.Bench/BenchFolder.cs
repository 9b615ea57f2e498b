using System.Net;
using System.Net.Sockets;

namespace Slipway.Bench;

/// <summary>A temporary folder with the configuration of the servers that are compared, and the files that they serve.</summary>
internal sealed class BenchFolder : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("slipway-edge-bench-");
    private int _number;

    public BenchFolder()
    {
        // nginx's workers and gunicorn read it as other users.
        File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);
        var files = Directory.CreateDirectory(StaticFolder);
        foreach (var (name, size) in new[] { ("10k.bin", 10_000), ("1m.bin", 1_000_000) })
        {
            var content = new byte[size];
            new Random(1).NextBytes(content);
            File.WriteAllBytes(Path.Combine(files.FullName, name), content);
        }
    }

    public string StaticFolder => Path.Combine(_temporary.FullName, "static");

    /// <summary>A new folder for one server.</summary>
    public string Subfolder(string name) => Directory.CreateDirectory(Path.Combine(_temporary.FullName, $"{name}{++_number}")).FullName;

    public static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    public void Dispose() => _temporary.Delete(recursive: true);
}
