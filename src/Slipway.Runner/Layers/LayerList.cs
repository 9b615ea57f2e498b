using Slipway.Contracts.Names;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Layers;

/// <summary>
/// What is in a layer whose build stood on a laid source, in a file beside it: from it the next build knows, without
/// reading any content, what it may take over. A list that is missing or cannot be read costs time and nothing else.
/// </summary>
/// <param name="Source">Where the entries that are <see cref="LayerEntry.Laid"/> are from…</param>
/// <param name="Folder">…and the folder of it that became <c>/app</c>.</param>
internal sealed record LayerList(Digest Source, string Folder, IReadOnlyList<LayerEntry> Entries)
{
    private const int Format = 1;

    public static LayerList? Read(string file)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(File.ReadAllBytes(file)));
            if (reader.ReadInt32() != Format) return null;
            var (source, folder) = (Digest.Parse(reader.ReadString()), reader.ReadString());
            var entries = new LayerEntry[reader.ReadInt32()];
            for (var at = 0; at < entries.Length; at++)
            {
                entries[at] = new LayerEntry(
                    (EntryKind)reader.ReadByte(), reader.ReadString(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadInt64(),
                    Text(reader.ReadString()), DateTime.UnixEpoch) { Content = Text(reader.ReadString()), Laid = reader.ReadBoolean() };
            }

            return new LayerList(source, folder, entries);
        }
        catch (Exception e) when (e is IOException or Contracts.Errors.SlipwayException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    public void Write(string file)
    {
        var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        writer.Write(Format);
        writer.Write(Source.Value);
        writer.Write(Folder);
        writer.Write(Entries.Count);
        foreach (var entry in Entries)
        {
            writer.Write((byte)entry.Kind);
            writer.Write(entry.Path);
            writer.Write(entry.Mode);
            writer.Write(entry.Uid);
            writer.Write(entry.Gid);
            writer.Write(entry.Size);
            writer.Write(entry.Target ?? "");
            writer.Write(entry.Content ?? "");
            writer.Write(entry.Laid);
        }

        Folders.Write(file, content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    private static string? Text(string text) => text.Length == 0 ? null : text;
}
