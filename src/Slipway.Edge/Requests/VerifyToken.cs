using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Slipway.Contracts.Server;

namespace Slipway.Edge.Requests;

/// <summary>
/// A secret in a file that only root, the edge and slipwayd can read. A request that brings it in
/// <see cref="Header"/> is told in the answer which release and instance answered: so slipwayd proves that a deploy is live.
/// </summary>
internal sealed class VerifyToken(string value)
{
    public const string Header = "Slipway-Verify";

    private readonly byte[] _value = Encoding.ASCII.GetBytes(value);

    public bool Matches(StringValues offered) =>
        offered is [{ } one] && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), _value);

    /// <summary>Reads the token, making it first where there is none; when two make it at once, one wins and both read that.</summary>
    public static VerifyToken LoadOrCreate(ServerConfig config)
    {
        var path = Path.Combine(config.EdgeDirectory, "verify-token");
        if (!File.Exists(path))
        {
            var aside = $"{path}.{Environment.ProcessId}";
            File.WriteAllText(aside, RandomNumberGenerator.GetHexString(64, lowercase: true));
            File.SetUnixFileMode(aside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            try
            {
                File.Move(aside, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(aside);
            }
        }

        return new VerifyToken(File.ReadAllText(path).Trim());
    }
}
