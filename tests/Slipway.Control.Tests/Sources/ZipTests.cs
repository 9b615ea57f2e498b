using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Sources;
using Zip = System.IO.Compression.ZipArchive;

namespace Slipway.Control.Tests.Sources;

/// <summary>Zips as people make them, and as nobody should.</summary>
public sealed class ZipTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_zip_of_files_comes_out_as_it_went_in()
    {
        var source = await TakenAsync(Packed(zip =>
        {
            Add(zip, "manage.py", "x = 1\n");
            Add(zip, "site/run.sh", "#!/bin/sh\n", mode: 0x81ED);
            Add(zip, "site/empty/", "");
            Add(zip, "site/link", "run.sh", mode: 0xA1FF);
        }));
        Assert.Equal(2, source.Files);
        Assert.Equal("x = 1\n", Read(source, "manage.py"));
        Assert.True(File.GetUnixFileMode(Path.Combine(source.Path, "site/run.sh")).HasFlag(UnixFileMode.OtherExecute));
        Assert.False(File.GetUnixFileMode(Path.Combine(source.Path, "manage.py")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("run.sh", new FileInfo(Path.Combine(source.Path, "site/link")).LinkTarget);
        Assert.True(Directory.Exists(Path.Combine(source.Path, "site/empty")));
    }

    [Fact]
    public async Task The_folder_that_holds_everything_is_the_apps_own()
    {
        var source = await TakenAsync(Packed(zip =>
        {
            Add(zip, "blog-main/", "");
            Add(zip, "blog-main/index.html", "hello");
            Add(zip, "blog-main/css/site.css", "a{}");
            Add(zip, "__MACOSX/blog-main/._index.html", "junk");
            Add(zip, "blog-main/.DS_Store", "junk");
        }));
        Assert.Equal("hello", Read(source, "index.html"));
        Assert.Equal(2, source.Files);
        Assert.Contains(source.Notes, note => note.Contains("'blog-main'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_names_that_look_the_same_are_two_files_and_the_one_that_links_miss_is_told()
    {
        const string composed = "caf\u00e9.html", decomposed = "cafe\u0301.html";
        var source = await TakenAsync(Packed(zip =>
        {
            Add(zip, composed, "from a keyboard");
            Add(zip, decomposed, "from macOS");
            Add(zip, "README", "upper");
            Add(zip, "readme", "lower");
        }));
        Assert.Equal(("from a keyboard", "from macOS"), (Read(source, composed), Read(source, decomposed)));
        Assert.Equal(("upper", "lower"), (Read(source, "README"), Read(source, "readme")));
        var note = Assert.Single(source.Notes);
        Assert.Contains(decomposed, note, StringComparison.Ordinal);
        Assert.DoesNotContain(composed, note, StringComparison.Ordinal);
        Assert.Contains("--nfc", note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cafe\u0301.html", true)]
    [InlineData("\u304b\u3099.html", true)] // ga, of two kana
    [InlineData("\u1112\u1161\u11ab.txt", true)] // han, of three letters
    [InlineData("caf\u00e9/\u304c/\ud55c.html", false)]
    [InlineData("\u0301.html", false)]
    [InlineData("README", false)]
    public void A_decomposed_name_is_known(string path, bool expected) => Assert.Equal(expected, SourcePath.IsDecomposed(path));

    [Fact]
    public async Task Names_are_read_in_the_encodings_that_tools_write()
    {
        var source = await TakenAsync(Packed(zip => Add(zip, "café.txt", "marked"), Encoding.UTF8));
        Assert.Equal("marked", Read(source, "café.txt"));
        source = await TakenAsync(Packed(zip => Add(zip, "caf\u00c3\u00a9.txt", "unmarked"), Encoding.Latin1)); // UTF-8's bytes, not marked as such: macOS
        Assert.Equal("unmarked", Read(source, "café.txt"));
        source = await TakenAsync(Packed(zip => Add(zip, "caf\u0082.txt", "dos"), Encoding.Latin1)); // 0x82 is é in code page 437
        Assert.Equal("dos", Read(source, "café.txt"));
        source = await TakenAsync(Packed(zip =>
        {
            Add(zip, @"css\site.css", "a{}");
            Add(zip, "index.html", "");
        }));
        Assert.Equal("a{}", Read(source, "css/site.css"));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/cron.d/evil")]
    [InlineData("a/../../evil")]
    [InlineData(@"a\..\..\evil")]
    [InlineData("bell\a")]
    public async Task A_path_that_leads_out_or_lies_is_refused(string name) =>
        Assert.Equal("unsafe_archive", (await RefusedAsync(Packed(zip =>
        {
            Add(zip, "ok", "");
            Add(zip, name, "evil");
        }))).Id);

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../secret")]
    public async Task A_link_out_is_refused(string target)
    {
        var error = await RefusedAsync(Packed(zip =>
        {
            Add(zip, "ok", "");
            Add(zip, "a/bad", target, mode: 0xA1FF);
        }));
        Assert.Equal("unsafe_archive", error.Id);
        Assert.Contains("'a/bad'", error.Message);
    }

    [Fact]
    public async Task A_device_is_refused() =>
        Assert.Equal("unsafe_archive", (await RefusedAsync(Packed(zip => Add(zip, "null", "", mode: 0x21B6)))).Id);

    [Fact]
    public async Task A_bomb_is_refused_while_it_unpacks()
    {
        var zeros = Packed(zip =>
        {
            using var entry = zip.CreateEntry("zeros").Open();
            var block = new byte[1 << 20];
            for (var i = 0; i < 100; i++) entry.Write(block);
        });
        Assert.Contains("100 times", (await RefusedAsync(zeros)).Why);
        Assert.Equal("source_too_large", (await RefusedAsync(zeros, new SourceLimits { TotalBytes = 50 << 20, Ratio = 100_000 })).Id);
    }

    [Fact]
    public async Task Too_many_entries_are_refused_before_any_is_read()
    {
        var many = Packed(zip =>
        {
            for (var i = 0; i < 11; i++) Add(zip, $"file{i}", "");
        });
        Assert.Contains("more than 10 files", (await RefusedAsync(many, new SourceLimits { Entries = 10 })).Why);
    }

    [Fact]
    public async Task A_size_that_is_not_true_is_found_out()
    {
        var lying = Packed(zip => Add(zip, "file", new string('x', 10_000))).ToArray();
        var at = lying.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(lying.AsSpan(at + 24), 100);
        Assert.Equal("invalid_archive", (await RefusedAsync(new MemoryStream(lying))).Id);
    }

    [Fact]
    public async Task Damage_is_found_by_the_checksum()
    {
        var damaged = Packed(zip => Add(zip, "file", "some text", CompressionLevel.NoCompression)).ToArray();
        damaged[damaged.AsSpan().IndexOf("some text"u8)] ^= 1;
        var error = await RefusedAsync(new MemoryStream(damaged));
        Assert.Equal("invalid_archive", error.Id);
        Assert.Contains("damaged", error.Why);
    }

    [Fact]
    public async Task An_encrypted_file_is_refused_by_name()
    {
        var secret = Packed(zip => Add(zip, "secret.txt", "x")).ToArray();
        secret[secret.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 8] |= 1;
        var error = await RefusedAsync(new MemoryStream(secret));
        Assert.Contains("'secret.txt'", error.Message);
        Assert.Contains("encrypted", error.Why);
    }

    [Fact]
    public async Task A_zip_cut_anywhere_is_refused_and_leaves_nothing()
    {
        var whole = Packed(zip =>
        {
            Add(zip, "a.txt", "some text");
            Add(zip, "b/c.txt", new string('y', 5000));
        }).ToArray();
        for (var length = 4; length < whole.Length; length += 7)
            Assert.Equal("invalid_archive", (await RefusedAsync(new MemoryStream(whole[..length]))).Id);
    }

    [Fact]
    public async Task Any_byte_may_be_wrong_and_nothing_worse_than_a_refusal_happens()
    {
        var whole = Packed(zip =>
        {
            Add(zip, "a.txt", "some text");
            Add(zip, "b/c.txt", new string('y', 300));
        }).ToArray();
        var store = Store();
        for (var at = 4; at < whole.Length; at++)
        {
            var changed = whole.ToArray();
            changed[at] ^= 0xFF;
            try
            {
                await store.ImportAsync(new MemoryStream(changed), Cancel);
            }
            catch (SlipwayException e)
            {
                Assert.Contains(e.Error.Id, (string[])["invalid_archive", "unsafe_archive", "source_too_large", "empty_source"]);
            }
        }
    }

    [Fact]
    public async Task An_empty_zip_is_an_empty_source() => Assert.Equal("empty_source", (await RefusedAsync(Packed(_ => { }))).Id);

    private SourceStore Store(SourceLimits? limits = null)
    {
        var store = new SourceStore(new ServerConfig { Home = _home.Path }, limits ?? new SourceLimits(), TimeProvider.System);
        store.Open();
        return store;
    }

    private async Task<SourceTree> TakenAsync(Stream zip)
    {
        var store = Store();
        return store.Find(await store.ImportAsync(zip, Cancel));
    }

    private async Task<SlipwayError> RefusedAsync(Stream zip, SourceLimits? limits = null)
    {
        zip.Position = 0;
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Store(limits).ImportAsync(zip, Cancel));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_home.Path, "control", "sources")));
        return refusal.Error;
    }

    private static string Read(SourceTree source, string path) => File.ReadAllText(Path.Combine(source.Path, path));

    private static MemoryStream Packed(Action<Zip> fill, Encoding? names = null)
    {
        var bytes = new MemoryStream();
        using (var zip = new Zip(bytes, ZipArchiveMode.Create, leaveOpen: true, names)) fill(zip);
        bytes.Position = 0;
        return bytes;
    }

    /// <param name="mode">Unix type and permissions, as zip keeps them in the upper half of the external attributes.</param>
    private static void Add(Zip zip, string name, string content, CompressionLevel level = CompressionLevel.Optimal, int mode = 0)
    {
        var entry = zip.CreateEntry(name, level);
        if (mode != 0) entry.ExternalAttributes = mode << 16;
        using var stream = entry.Open();
        stream.Write(Encoding.UTF8.GetBytes(content));
    }
}
