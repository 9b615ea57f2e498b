using System.Buffers.Binary;
using System.Text;

namespace Slipway.Control.Drops.Sftp;

/// <summary>
/// One client of SFTP, version 3: sftp, scp, WinSCP, FileZilla, sshfs. Requests are answered one after the other. There are
/// no links, no owners, and of permissions only whether a file is a program.
/// </summary>
internal sealed class SftpSession(SftpTree tree, Stream input, Func<ReadOnlyMemory<byte>, ValueTask> send) : IAsyncDisposable
{
    /// <summary>How sshd's configuration names it.</summary>
    public const string Command = "slipway-sftp";

    private const int MaxPacket = 300 * 1024;
    private const int MaxRead = 256 * 1024;
    private const int MaxHandles = 200;
    private const uint OpenWrite = 2, OpenAppend = 4, OpenCreate = 8, OpenTruncate = 16, OpenExclusive = 32;

    private readonly Dictionary<uint, SftpHandle> _handles = [];
    private uint _lastHandle;

    /// <summary>Until the client leaves.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (await ReadPacketAsync(cancel) is { } packet)
        {
            if ((SftpType)packet[0] == SftpType.Init)
            {
                await send(new SftpWriter(SftpType.Version, 3).Text("posix-rename@openssh.com").Text("1").ToPacket());
                continue;
            }

            var id = packet.Length >= 5 ? BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(1)) : throw new InvalidDataException("Not a packet of SFTP.");
            await send((await AnswerAsync((SftpType)packet[0], id, packet, cancel)).ToPacket());
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var handle in _handles.Values) await handle.DisposeAsync();
    }

    private async Task<byte[]?> ReadPacketAsync(CancellationToken cancel)
    {
        var header = new byte[4];
        if (await input.ReadAtLeastAsync(header, 4, throwOnEndOfStream: false, cancel) < 4) return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length is 0 or > MaxPacket) throw new InvalidDataException("Not a packet of SFTP.");
        var packet = new byte[length];
        return await input.ReadAtLeastAsync(packet, packet.Length, throwOnEndOfStream: false, cancel) == packet.Length ? packet : null;
    }

    private async Task<SftpWriter> AnswerAsync(SftpType type, uint id, byte[] packet, CancellationToken cancel)
    {
        try
        {
            return await PerformAsync(type, id, packet.AsMemory(5), cancel);
        }
        catch (SftpException e)
        {
            return Status(id, e.Status, e.Message);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Status(id, SftpStatus.NoSuchFile, "No such file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Status(id, SftpStatus.Failure, e.Message);
        }
    }

    private async Task<SftpWriter> PerformAsync(SftpType type, uint id, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        switch (type)
        {
            case SftpType.RealPath:
                return Names(id, [(PathIn(body).ToString(), new SftpAttributes(null, null, null))]);
            case SftpType.Stat or SftpType.LStat:
                return (await tree.StatAsync(PathIn(body), cancel)).Write(new SftpWriter(SftpType.Attributes, id));
            case SftpType.FStat:
                var file = FileOf(HandleIn(body));
                return (SftpAttributes.Of(new FileInfo(file.Name)) with { Size = file.Length }).Write(new SftpWriter(SftpType.Attributes, id));
            case SftpType.OpenDir:
                return Handle(id, await tree.ListAsync(PathIn(body), cancel));
            case SftpType.ReadDir:
                var entries = HandleIn(body) is SftpListing listing ? listing.Take(100) : throw NoHandle();
                return entries.Count == 0 ? Status(id, SftpStatus.EndOfFile, "") : Names(id, entries);
            case SftpType.Open:
                return Handle(id, await OpenAsync(body, cancel));
            case SftpType.Read:
                return await ReadAsync(id, body, cancel);
            case SftpType.Write:
                return await WriteAsync(id, body, cancel);
            case SftpType.Close:
                return await CloseAsync(id, body);
            case SftpType.SetStat:
                return await SetAsync(id, body, cancel);
            case SftpType.FSetStat:
                return SetOpen(id, body);
            case SftpType.MkDir:
                return await ChangeAsync(id, PathIn(body), MakeFolder, cancel);
            case SftpType.RmDir:
                return await ChangeAsync(id, PathIn(body), path => Directory.Delete(path), cancel);
            case SftpType.Remove:
                return await ChangeAsync(id, PathIn(body), Remove, cancel);
            case SftpType.Rename:
                return await RenameAsync(id, body, replaces: false, cancel);
            case SftpType.Extended when IsPosixRename(ref body):
                return await RenameAsync(id, body, replaces: true, cancel);
            case SftpType.SymLink or SftpType.ReadLink:
                throw new SftpException(SftpStatus.PermissionDenied, "There are no links in a drop folder.");
            default:
                throw new SftpException(SftpStatus.Unsupported, "That is not offered here.");
        }
    }

    private async Task<SftpHandle> OpenAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var (path, flags) = Parse(body);
        var (folder, onDisk) = await tree.FindAsync(path, cancel);
        if (Directory.Exists(onDisk)) throw new SftpException(SftpStatus.Failure, "It is a folder.");
        if ((flags & (OpenWrite | OpenAppend)) == 0)
            return new SftpReadFile(new FileStream(onDisk, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.Asynchronous));
        if (!Directory.Exists(Path.GetDirectoryName(onDisk))) throw new SftpException(SftpStatus.NoSuchFile, "There is no such folder.");
        if ((flags & OpenCreate) == 0 && !File.Exists(onDisk)) throw new SftpException(SftpStatus.NoSuchFile, "No such file.");
        if ((flags & OpenExclusive) != 0 && File.Exists(onDisk)) throw new SftpException(SftpStatus.Failure, "It is there already.");
        return SftpWrittenFile.Create(folder, onDisk, keepsContent: (flags & OpenTruncate) == 0);

        (SftpPath, uint) Parse(ReadOnlyMemory<byte> from)
        {
            var reader = new SftpReader(from.Span);
            return (SftpPath.Parse(reader.Text(), tree.Limits), reader.UInt32());
        }
    }

    private async Task<SftpWriter> ReadAsync(uint id, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var (handle, offset, length) = Parse(body);
        var file = FileOf(handle);
        var buffer = new byte[Math.Min(length, MaxRead)];
        file.Position = offset;
        var got = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return got == 0 ? Status(id, SftpStatus.EndOfFile, "") : new SftpWriter(SftpType.Data, id).Bytes(buffer.AsSpan(0, got));

        (SftpHandle, long, uint) Parse(ReadOnlyMemory<byte> from)
        {
            var reader = new SftpReader(from.Span);
            return (Find(ref reader), Offset(ref reader), reader.UInt32());
        }
    }

    private async Task<SftpWriter> WriteAsync(uint id, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var (handle, offset, data) = Parse(body);
        if (handle is not SftpWrittenFile file) throw NoHandle();
        if (offset > tree.Limits.FileBytes - data.Length)
            throw new SftpException(SftpStatus.Failure, $"A file may have {Sources.Size.Text(tree.Limits.FileBytes)}; data belong on a volume.");
        file.Content.Position = offset;
        await file.Content.WriteAsync(data, cancel);
        return Ok(id);

        (SftpHandle, long, byte[]) Parse(ReadOnlyMemory<byte> from)
        {
            var reader = new SftpReader(from.Span);
            return (Find(ref reader), Offset(ref reader), reader.Bytes().ToArray());
        }
    }

    private async Task<SftpWriter> CloseAsync(uint id, ReadOnlyMemory<byte> body)
    {
        var handle = HandleIn(body);
        _handles.Remove(_handles.Single(open => open.Value == handle).Key);
        try
        {
            if (handle is SftpWrittenFile written) await written.CompleteAsync(tree.Actor.AccountId);
        }
        finally
        {
            await handle.DisposeAsync();
        }

        return Ok(id);
    }

    private async Task<SftpWriter> SetAsync(uint id, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var (path, attributes) = Parse(body);
        return await ChangeAsync(id, path, onDisk =>
        {
            if (Directory.Exists(onDisk)) return; // a folder's mode and time are nothing that is deployed
            if (attributes.Size is not null) throw new SftpException(SftpStatus.Unsupported, "Open the file to shorten it.");
            if (!File.Exists(onDisk)) throw new SftpException(SftpStatus.NoSuchFile, "No such file.");
            attributes.ApplyTo(onDisk);
        }, cancel);

        (SftpPath, SftpAttributes) Parse(ReadOnlyMemory<byte> from)
        {
            var reader = new SftpReader(from.Span);
            return (SftpPath.Parse(reader.Text(), tree.Limits), SftpAttributes.Read(ref reader));
        }
    }

    private SftpWriter SetOpen(uint id, ReadOnlyMemory<byte> body)
    {
        var reader = new SftpReader(body.Span);
        if (Find(ref reader) is not SftpWrittenFile file) throw NoHandle();
        var attributes = SftpAttributes.Read(ref reader);
        if (attributes.Size > tree.Limits.FileBytes) throw new SftpException(SftpStatus.Failure, "That is too large for a file here.");
        file.Set(attributes);
        return Ok(id);
    }

    private async Task<SftpWriter> RenameAsync(uint id, ReadOnlyMemory<byte> body, bool replaces, CancellationToken cancel)
    {
        var (from, to) = Parse(body);
        if (from.Below.Length == 0 || to.Below.Length == 0 || from.App != to.App) throw new SftpException(SftpStatus.PermissionDenied, "Files are renamed within an app.");
        var (folder, source) = await tree.FindAsync(from, cancel);
        var (_, target) = await tree.FindAsync(to, cancel);
        if (!replaces && Path.Exists(target)) throw new SftpException(SftpStatus.Failure, "There is something of that name already.");
        if (Directory.Exists(source)) Directory.Move(source, target);
        else File.Move(source, target, overwrite: replaces);
        folder.Touch(tree.Actor.AccountId);
        return Ok(id);

        (SftpPath, SftpPath) Parse(ReadOnlyMemory<byte> names)
        {
            var reader = new SftpReader(names.Span);
            return (SftpPath.Parse(reader.Text(), tree.Limits), SftpPath.Parse(reader.Text(), tree.Limits));
        }
    }

    private async Task<SftpWriter> ChangeAsync(uint id, SftpPath path, Action<string> change, CancellationToken cancel)
    {
        if (path.Below.Length == 0) throw new SftpException(SftpStatus.PermissionDenied, "The folder of an app stays; slipway destroy takes the app away.");
        var (folder, onDisk) = await tree.FindAsync(path, cancel);
        change(onDisk);
        folder.Touch(tree.Actor.AccountId);
        return Ok(id);
    }

    private static void MakeFolder(string path)
    {
        if (Path.Exists(path)) throw new SftpException(SftpStatus.Failure, "There is something of that name already.");
        if (!Directory.Exists(Path.GetDirectoryName(path))) throw new SftpException(SftpStatus.NoSuchFile, "There is no such folder.");
        Directory.CreateDirectory(path);
    }

    private static void Remove(string path)
    {
        if (!File.Exists(path)) throw new SftpException(SftpStatus.NoSuchFile, "No such file.");
        File.Delete(path);
    }

    private static bool IsPosixRename(ref ReadOnlyMemory<byte> body)
    {
        var name = "posix-rename@openssh.com"u8;
        if (body.Length < 4 + name.Length || !body.Span[4..(4 + name.Length)].SequenceEqual(name) || BinaryPrimitives.ReadUInt32BigEndian(body.Span) != name.Length) return false;
        body = body[(4 + name.Length)..];
        return true;
    }

    private SftpPath PathIn(ReadOnlyMemory<byte> body) => SftpPath.Parse(new SftpReader(body.Span).Text(), tree.Limits);

    private SftpHandle HandleIn(ReadOnlyMemory<byte> body)
    {
        var reader = new SftpReader(body.Span);
        return Find(ref reader);
    }

    private SftpHandle Find(ref SftpReader reader) =>
        reader.Bytes() is { Length: 4 } name && _handles.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(name), out var handle) ? handle : throw NoHandle();

    private static long Offset(ref SftpReader reader) =>
        reader.Int64() is >= 0 and var offset ? offset : throw new SftpException(SftpStatus.BadMessage, "The offset is negative.");

    private static FileStream FileOf(SftpHandle handle) => handle switch
    {
        SftpReadFile read => read.Content,
        SftpWrittenFile written => written.Content,
        _ => throw NoHandle(),
    };

    private SftpWriter Handle(uint id, SftpHandle handle)
    {
        if (_handles.Count >= MaxHandles)
        {
            _ = handle.DisposeAsync().AsTask();
            throw new SftpException(SftpStatus.Failure, "Too many files are open.");
        }

        _handles[++_lastHandle] = handle;
        Span<byte> name = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(name, _lastHandle);
        return new SftpWriter(SftpType.Handle, id).Bytes(name);
    }

    private static SftpWriter Names(uint id, IReadOnlyList<(string Name, SftpAttributes Attributes)> entries)
    {
        var names = new SftpWriter(SftpType.Name, id).UInt32((uint)entries.Count);
        foreach (var (name, attributes) in entries) attributes.Write(names.Text(name).Text(attributes.LongName(name)));
        return names;
    }

    private static SftpWriter Ok(uint id) => Status(id, SftpStatus.Ok, "");

    private static SftpWriter Status(uint id, SftpStatus status, string message) =>
        new SftpWriter(SftpType.Status, id).UInt32((uint)status).Text(message).Text("en");

    private static SftpException NoHandle() => new(SftpStatus.Failure, "That is not open.");
}
