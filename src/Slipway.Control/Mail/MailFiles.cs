using Slipway.Contracts.Server;

namespace Slipway.Control.Mail;

/// <summary>The messages as they came, a file each: <c>mail/APP-ID/ID.eml</c>.</summary>
internal sealed class MailFiles(ServerConfig server)
{
    private const string Aside = ".new";

    private string Root => Path.Combine(server.ControlDirectory, "mail");

    public string PathOf(Guid app, Guid message) => Path.Combine(FolderOf(app), $"{message:N}.eml");

    /// <summary>On the disk when this returns; a message of that id that was there is replaced.</summary>
    /// <exception cref="InvalidDataException">It is larger than a message may be.</exception>
    public async Task<long> WriteAsync(Guid app, Guid message, Stream content, CancellationToken cancel)
    {
        Directory.CreateDirectory(FolderOf(app), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (path, length) = (PathOf(app, message), 0L);
        try
        {
            await using (var file = new FileStream(path + Aside, new FileStreamOptions
            {
                Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                var block = new byte[64 << 10];
                for (int got; (got = await content.ReadAsync(block, cancel)) > 0;)
                {
                    if ((length += got) > MailLimits.Message) throw new InvalidDataException("A message is larger than any may be.");
                    await file.WriteAsync(block.AsMemory(0, got), cancel);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(path + Aside, path, overwrite: true);
            return length;
        }
        catch
        {
            File.Delete(path + Aside);
            throw;
        }
    }

    /// <returns>Null when it is gone.</returns>
    public FileStream? Open(Guid app, Guid message)
    {
        try
        {
            return File.OpenRead(PathOf(app, message));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Remove(Guid app, Guid message)
    {
        if (Directory.Exists(FolderOf(app))) File.Delete(PathOf(app, message));
    }

    public void RemoveAll(Guid app)
    {
        if (Directory.Exists(FolderOf(app))) Directory.Delete(FolderOf(app), recursive: true);
    }

    private string FolderOf(Guid app) => Path.Combine(Root, app.ToString());
}
