using Slipway.Control.Sources;

namespace Slipway.Control.Drops.Sftp;

/// <summary>
/// A path as a client sees it: <c>/APP/…</c>. The root lists the apps that its user may see; below an app is its drop folder.
/// </summary>
/// <param name="App">Null for the root.</param>
/// <param name="Below">Below the drop folder, without slashes at its ends; empty for the folder itself.</param>
internal readonly record struct SftpPath(string? App, string Below)
{
    public static SftpPath Root => new(null, "");

    /// <summary><c>.</c> and <c>..</c> are resolved as text; <c>..</c> of the root is the root.</summary>
    public static SftpPath Parse(string text, SourceLimits limits)
    {
        var parts = new List<string>();
        foreach (var part in text.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }

        if (parts.Count == 0) return Root;
        try
        {
            return new SftpPath(parts[0], SourcePath.Normalize(string.Join('/', parts.Skip(1)), limits) ?? "");
        }
        catch (Contracts.Errors.SlipwayException e)
        {
            throw new SftpException(SftpStatus.NoSuchFile, e.Error.Why ?? e.Message);
        }
    }

    public override string ToString() => App is null ? "/" : Below.Length == 0 ? "/" + App : $"/{App}/{Below}";
}
