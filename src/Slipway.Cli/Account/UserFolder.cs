using Slipway.Contracts.Errors;

namespace Slipway.Cli.Account;

/// <summary><c>~/.config/slipway</c> (<c>XDG_CONFIG_HOME</c> is honoured): what the CLI remembers of this user.</summary>
internal static class UserFolder
{
    public static string Path
    {
        get
        {
            var config = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
            return System.IO.Path.Combine(string.IsNullOrEmpty(config) ? System.IO.Path.Combine(home, ".config") : config, "slipway");
        }
    }

    /// <summary>Writes a file aside, flushes it, and renames it into place.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var aside = $"{path}.{Environment.ProcessId}.new";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode }))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(aside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Failure, new SlipwayError("cannot_save", $"{path} cannot be written.") { Why = e.Message }, e);
        }
    }
}
