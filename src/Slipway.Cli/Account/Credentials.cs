using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Account;

/// <param name="Server">The server that commands go to.</param>
/// <param name="Logins">By server's URL.</param>
internal sealed record Credentials(string? Server, IReadOnlyDictionary<string, Login> Logins)
{
    public static readonly Credentials None = new(null, new Dictionary<string, Login>());

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static string FilePath => Path.Combine(UserFolder.Path, "credentials.json");

    public static Credentials Load()
    {
        try
        {
            using var file = File.OpenRead(FilePath);
            return JsonSerializer.Deserialize(file, AccountJson.Default.Credentials) ?? None;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return None;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.NotLoggedIn, new SlipwayError("credentials_unreadable", $"{FilePath} cannot be read.")
            {
                Why = e.Message,
                Next = $"rm {FilePath}, then slipway login",
            }, e);
        }
    }

    /// <summary>Written aside, then renamed: a reader finds the old file or the new one, both readable by their owner alone.</summary>
    public void Save() => UserFolder.Write(FilePath, JsonSerializer.SerializeToUtf8Bytes(this, AccountJson.Default.Credentials), Owner);
}

internal sealed record Login(string Token, string Email);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Credentials))]
internal sealed partial class AccountJson : JsonSerializerContext;
