using Slipway.Contracts.Errors;

namespace Slipway.Control.Drops;

/// <summary>The file that tells, beside the files themselves, why what was saved is not live. It is never part of a source.</summary>
internal static class FailureNote
{
    public const string FileName = "DEPLOY-FAILED.txt";

    public static void Write(DropFolder folder, SlipwayError error, DateTimeOffset at)
    {
        string?[] lines =
        [
            error.Message,
            "",
            error.Step is null ? null : $"Step: {error.Step}",
            error.Why,
            .. error.Evidence is { Count: > 0 } evidence ? ["", .. evidence.Select(line => "  " + line), ""] : Array.Empty<string>(),
            error.Next is null ? null : $"What to do: {error.Next}",
            "",
            $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC. Save the mended file and this one goes away by itself.",
            "",
        ];
        var aside = Path.Combine(folder.Incoming, FileName);
        File.WriteAllText(aside, string.Join('\n', lines.OfType<string>()));
        File.Move(aside, PathIn(folder), overwrite: true);
    }

    public static bool Exists(DropFolder folder) => File.Exists(PathIn(folder));

    public static void Remove(DropFolder folder) => File.Delete(PathIn(folder));

    private static string PathIn(DropFolder folder) => Path.Combine(folder.Files, FileName);
}
