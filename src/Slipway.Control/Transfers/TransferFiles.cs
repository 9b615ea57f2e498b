using Slipway.Contracts.Server;

namespace Slipway.Control.Transfers;

/// <summary>Backups on the server's disk: a file each, named by its transfer, in slipwayd's own folder.</summary>
internal sealed class TransferFiles(ServerConfig server)
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Folder => Path.Combine(server.ControlDirectory, "backups");

    public string PathOf(Guid transfer) => Path.Combine(Folder, $"{transfer}.dump");

    /// <summary>Written aside: under its own name a backup is whole.</summary>
    public FileStream Begin(Guid transfer)
    {
        Directory.CreateDirectory(Folder, Mine | UnixFileMode.UserExecute);
        return new FileStream(Aside(transfer), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, UnixCreateMode = Mine, Options = FileOptions.Asynchronous });
    }

    /// <summary>The file is flushed and closed by then.</summary>
    public void Keep(Guid transfer) => File.Move(Aside(transfer), PathOf(transfer), overwrite: true);

    public void Delete(Guid transfer)
    {
        File.Delete(Aside(transfer));
        File.Delete(PathOf(transfer));
    }

    public FileStream Open(Guid transfer) => new(PathOf(transfer), new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });

    /// <summary>What a crash, or an app that was destroyed, left.</summary>
    public void KeepOnly(IReadOnlySet<Guid> transfers)
    {
        if (!Directory.Exists(Folder)) return;
        foreach (var file in Directory.EnumerateFiles(Folder))
            if (!file.EndsWith(".dump", StringComparison.Ordinal) || !Guid.TryParse(Path.GetFileNameWithoutExtension(file), out var id) || !transfers.Contains(id)) File.Delete(file);
    }

    private string Aside(Guid transfer) => PathOf(transfer) + ".new";
}
