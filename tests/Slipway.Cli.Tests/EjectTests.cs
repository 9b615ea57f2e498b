using System.Security.Cryptography;
using Slipway.Cli.Ejections;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Tests;

/// <summary>What a server sends is written below the folder or not at all.</summary>
public sealed class EjectTests : IDisposable
{
    private static readonly byte[] Content = "layer"u8.ToArray();

    private readonly Folder _folder = new("outside");

    private string Target => Path.Combine(_folder.Path, "ejected");

    [Fact]
    public async Task A_whole_ejection_gets_its_name_at_the_end_and_only_then()
    {
        using (var ejection = EjectionFolder.Begin(Target))
        {
            ejection.Write(new EjectedFile(".env", "KEY=x\n", Secret: true));
            await ejection.WriteAsync(Part("image/blobs/sha256/x", Hash(Content)), new MemoryStream(Content), _ => { }, TestContext.Current.CancellationToken);
            Assert.False(Directory.Exists(Target));
            ejection.Keep();
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Target, ".env")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Target));
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(Target, "image/blobs/sha256/x"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/etc/escaped")]
    [InlineData("a/../../escaped")]
    [InlineData("a//b")]
    [InlineData("a\nb")]
    [InlineData("")]
    public void A_name_that_leads_elsewhere_is_refused_and_nothing_stays(string path)
    {
        using (var ejection = EjectionFolder.Begin(Target))
        {
            var failure = Assert.Throws<Failure>(() => ejection.Write(new EjectedFile(path, "x", Secret: false)));
            Assert.Equal("ejection_refused", failure.Error.Id);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task What_is_not_what_was_promised_is_refused()
    {
        using var ejection = EjectionFolder.Begin(Target);
        var failure = await Assert.ThrowsAsync<Failure>(() => ejection.WriteAsync(Part("image/x", Hash("other"u8)), new MemoryStream(Content), _ => { }, TestContext.Current.CancellationToken));
        Assert.Equal("ejection_refused", failure.Error.Id);
    }

    [Fact]
    public void A_folder_with_files_in_it_is_left_alone()
    {
        _folder.With("ejected/mine.txt");
        Assert.Equal("folder_not_empty", Assert.Throws<Failure>(() => EjectionFolder.Begin(Target)).Error.Id);
        Assert.True(File.Exists(Path.Combine(Target, "mine.txt")));
    }

    private static EjectedPart Part(string path, string sha256) => new(path, "/x", "a layer", Content.Length, sha256);

    private static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public void Dispose() => _folder.Dispose();
}
