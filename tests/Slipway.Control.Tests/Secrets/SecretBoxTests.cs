using System.Security.Cryptography;
using Slipway.Control.Secrets;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Secrets;

public sealed class SecretBoxTests
{
    private readonly SecretBox _box = new(RandomNumberGenerator.GetBytes(32));

    [Theory]
    [InlineData("")]
    [InlineData("postgres://ada:p@ss@db/x")]
    [InlineData("line\nbreaks and ünïcödé 🚢")]
    public void What_was_sealed_opens_and_never_looks_the_same(string secret)
    {
        var sealed1 = _box.Seal(secret);
        Assert.Equal(secret, _box.Open(sealed1));
        Assert.NotEqual(sealed1, _box.Seal(secret));
    }

    [Fact]
    public void A_map_comes_back_whole()
    {
        var map = new Dictionary<string, string> { ["A"] = "1", ["EMPTY"] = "", ["Ü"] = "\"" };
        Assert.Equal(map, _box.OpenMap(_box.SealMap(map)));
    }

    [Fact]
    public void Another_key_or_a_changed_byte_opens_nothing()
    {
        var box = _box.Seal("secret");
        Assert.ThrowsAny<CryptographicException>(() => new SecretBox(RandomNumberGenerator.GetBytes(32)).Open(box));
        var bytes = Convert.FromBase64String(box["v1:".Length..]);
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => _box.Open("v1:" + Convert.ToBase64String(bytes)));
            bytes[at] ^= 1;
        }

        Assert.ThrowsAny<CryptographicException>(() => _box.Open("secret"));
    }

    [Fact]
    public async Task A_server_that_lost_its_key_says_so_and_makes_no_new_one()
    {
        await using var server = Slipwayd.Create();
        Assert.Equal(0, (await server.RunAsync("admin-token")).ExitCode);
        var key = SecretBox.KeyFile(server.Config);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        File.Delete(key);

        var (exitCode, _, errors) = await server.RunAsync("serve");
        Assert.Equal(1, exitCode);
        Assert.Contains("Restore the file from your backup", errors);
        Assert.False(File.Exists(key));
    }
}
