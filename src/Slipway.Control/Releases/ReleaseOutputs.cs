using Slipway.Contracts.Server;

namespace Slipway.Control.Releases;

/// <summary>What release commands printed, one file a release.</summary>
internal sealed class ReleaseOutputs(ServerConfig server)
{
    private string Folder => Path.Combine(server.ControlDirectory, "releases");

    public StreamWriter Create(Guid release)
    {
        Directory.CreateDirectory(Folder);
        return new StreamWriter(new FileStream(PathOf(release), FileMode.Create, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
    }

    /// <returns>Null when the release had no release command, or it was not needed.</returns>
    public Stream? Open(Guid release) =>
        File.Exists(PathOf(release)) ? new FileStream(PathOf(release), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;

    public void Forget(Guid release) => File.Delete(PathOf(release));

    private string PathOf(Guid release) => Path.Combine(Folder, $"{release}.log");
}
