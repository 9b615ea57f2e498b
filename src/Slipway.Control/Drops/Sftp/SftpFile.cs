namespace Slipway.Control.Drops.Sftp;

/// <summary>What a client has open.</summary>
internal abstract class SftpHandle : IAsyncDisposable
{
    public abstract ValueTask DisposeAsync();
}

/// <summary>A folder that is being listed, a part at a time.</summary>
internal sealed class SftpListing(IReadOnlyList<(string Name, SftpAttributes Attributes)> entries) : SftpHandle
{
    private int _next;

    /// <returns>Empty at the end.</returns>
    public IReadOnlyList<(string Name, SftpAttributes Attributes)> Take(int count)
    {
        var taken = entries.Skip(_next).Take(count).ToList();
        _next += taken.Count;
        return taken;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A file that is read as it stands.</summary>
internal sealed class SftpReadFile(FileStream file) : SftpHandle
{
    public FileStream Content => file;

    public override ValueTask DisposeAsync() => file.DisposeAsync();
}

/// <summary>
/// A file that is being written: beside the tree, until the client closes it; then it takes its place in one step. A
/// connection that is cut leaves what was there before.
/// </summary>
internal sealed class SftpWrittenFile(DropFolder folder, string target, string aside, FileStream content, IDisposable writing) : SftpHandle
{
    private bool _isWhole;
    private SftpAttributes? _attributes;

    public FileStream Content => content;

    public static SftpWrittenFile Create(DropFolder folder, string target, bool keepsContent)
    {
        var writing = folder.Writing();
        var aside = Path.Combine(folder.Incoming, Guid.NewGuid().ToString("n"));
        try
        {
            if (keepsContent && File.Exists(target)) File.Copy(target, aside);
            var content = new FileStream(aside, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16, FileOptions.Asynchronous);
            if (File.Exists(target)) File.SetUnixFileMode(aside, File.GetUnixFileMode(target));
            return new SftpWrittenFile(folder, target, aside, content, writing);
        }
        catch
        {
            writing.Dispose();
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>Set once all is written: writing would change the time again.</summary>
    public void Set(SftpAttributes attributes)
    {
        if (attributes.Size is { } size) content.SetLength(size);
        _attributes = new SftpAttributes(null, attributes.Mode ?? _attributes?.Mode, attributes.Modified ?? _attributes?.Modified);
    }

    /// <summary>The client said that this was all.</summary>
    public async Task CompleteAsync(long accountId)
    {
        await content.DisposeAsync();
        _attributes?.ApplyTo(aside);
        File.Move(aside, target, overwrite: true);
        _isWhole = true;
        folder.Touch(accountId);
    }

    public override async ValueTask DisposeAsync()
    {
        await content.DisposeAsync();
        if (!_isWhole) File.Delete(aside);
        writing.Dispose();
    }
}
