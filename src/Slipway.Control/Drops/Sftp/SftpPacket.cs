using System.Buffers.Binary;
using System.Text;

namespace Slipway.Control.Drops.Sftp;

/// <summary>Kinds of packets of SFTP, version 3 (draft-ietf-secsh-filexfer-02): what every client speaks.</summary>
internal enum SftpType : byte
{
    Init = 1, Version = 2, Open = 3, Close = 4, Read = 5, Write = 6, LStat = 7, FStat = 8, SetStat = 9, FSetStat = 10, OpenDir = 11, ReadDir = 12,
    Remove = 13, MkDir = 14, RmDir = 15, RealPath = 16, Stat = 17, Rename = 18, ReadLink = 19, SymLink = 20,
    Status = 101, Handle = 102, Data = 103, Name = 104, Attributes = 105, Extended = 200,
}

internal enum SftpStatus : uint { Ok = 0, EndOfFile = 1, NoSuchFile = 2, PermissionDenied = 3, Failure = 4, BadMessage = 5, Unsupported = 8 }

/// <summary>A request that cannot be done, with what the client is told.</summary>
internal sealed class SftpException(SftpStatus status, string message) : Exception(message)
{
    public SftpStatus Status { get; } = status;
}

/// <summary>Reads a packet's fields one after the other; one that ends too soon is a bad message.</summary>
internal ref struct SftpReader(ReadOnlySpan<byte> packet)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = packet;

    public byte Byte() => Take(1)[0];

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public ReadOnlySpan<byte> Bytes() => Take(UInt32());

    public string Text()
    {
        try
        {
            return Strict.GetString(Bytes());
        }
        catch (DecoderFallbackException)
        {
            throw new SftpException(SftpStatus.NoSuchFile, "The name is not UTF-8.");
        }
    }

    private ReadOnlySpan<byte> Take(uint count)
    {
        if (count > _rest.Length) throw new SftpException(SftpStatus.BadMessage, "The packet ends too soon.");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}

/// <summary>Builds a packet, its length before it.</summary>
internal sealed class SftpWriter
{
    private readonly MemoryStream _packet = new();

    public SftpWriter(SftpType type, uint id)
    {
        _packet.Write([0, 0, 0, 0, (byte)type]);
        UInt32(id);
    }

    public SftpWriter UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        _packet.Write(bytes);
        return this;
    }

    public SftpWriter Int64(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        _packet.Write(bytes);
        return this;
    }

    public SftpWriter Bytes(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        _packet.Write(value);
        return this;
    }

    public SftpWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public ReadOnlyMemory<byte> ToPacket()
    {
        var packet = _packet.GetBuffer().AsMemory(0, (int)_packet.Length);
        BinaryPrimitives.WriteUInt32BigEndian(packet.Span, (uint)packet.Length - 4);
        return packet;
    }
}
