using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Drops;

internal static class SshSessions
{
    /// <summary>Gives the account a new key and asks for it as sshd does.</summary>
    /// <returns>The token of one session.</returns>
    public static async Task<string> LogInAsync(Slipwayd server, HttpClient account)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "key");
        await Programs.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file);
        var text = await File.ReadAllTextAsync(file + ".pub");
        await account.JsonAsync(HttpMethod.Post, "/account/keys", new { public_key = text });
        var words = text.Split(' ');
        return (await Programs.RunAsync(server.Config.GitProgram, "ssh-key", server.Config.GitSocket, words[0], words[1])).Split('"')[1]["SLIPWAY_SESSION=".Length..];
    }
}
