using Slipway.Contracts.Errors;
using Slipway.Control.Keys;

namespace Slipway.Control.Tests.Keys;

public sealed class PublicKeyTests
{
    private const string Blob = "AAAAC3NzaC1lZDI1NTE5AAAAICKMUnN8PsaoQS3CSVCBwXZ8pLNRGsyZC1Gq4lp3K8fW";

    [Theory]
    [InlineData("ssh-ed25519 " + Blob, "")]
    [InlineData("  ssh-ed25519 " + Blob + "  ada@laptop of hers \n", "ada@laptop of hers")]
    public void A_line_of_a_pub_file_is_a_key(string text, string comment)
    {
        var key = PublicKey.Parse(text);
        Assert.Equal(("ssh-ed25519", Blob, comment), (key.Type, key.Blob, key.Comment));
        Assert.StartsWith("SHA256:", key.Fingerprint);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nxyz\n-----END OPENSSH PRIVATE KEY-----")]
    [InlineData("ssh-dss AAAAB3NzaC1kc3M=")]
    [InlineData("ssh-ed25519 not-base64!")]
    [InlineData("ssh-rsa " + Blob)]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5")]
    [InlineData("ssh-ed25519 " + Blob + "\ncommand=\"/bin/sh\" ssh-ed25519 " + Blob)]
    [InlineData("command=\"/bin/sh\" ssh-ed25519 " + Blob)]
    [InlineData("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAIQC7")]
    public void Anything_else_is_not(string? text) =>
        Assert.Equal("invalid_key", Assert.Throws<SlipwayException>(() => PublicKey.Parse(text)).Error.Id);

    [Fact]
    public async Task The_fingerprint_is_the_one_that_ssh_keygen_prints()
    {
        using var folder = new TemporaryFolder();
        foreach (var type in (string[])["ed25519", "ecdsa", "rsa"])
        {
            var file = Path.Combine(folder.Path, type);
            await Programs.RunAsync("ssh-keygen", "-q", "-t", type, "-N", "", "-C", "ada", "-f", file);
            var listed = await Programs.RunAsync("ssh-keygen", "-l", "-f", file + ".pub");
            Assert.Equal(listed.Split(' ')[1], PublicKey.Parse(await File.ReadAllTextAsync(file + ".pub", TestContext.Current.CancellationToken)).Fingerprint);
        }

        var weak = Path.Combine(folder.Path, "weak");
        await Programs.RunAsync("ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", weak);
        var refused = Assert.Throws<SlipwayException>(() => PublicKey.Parse(File.ReadAllText(weak + ".pub")));
        Assert.Contains("2048 bits", refused.Error.Why);
    }
}
