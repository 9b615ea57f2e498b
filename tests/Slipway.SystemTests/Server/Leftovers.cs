namespace Slipway.SystemTests.Server;

/// <summary>What the kernel and the disk still hold of a server or an app.</summary>
internal static class Leftovers
{
    /// <summary>After its destruction no file of an app is left but in the store's own history.</summary>
    public static async Task NoneOfAsync(Platform platform, string app)
    {
        var folders = new[] { platform.Config.VolumesDirectory, platform.Config.LogsDirectory }.Select(folder => Path.Combine(folder, app)).ToList();
        await Eventually.TrueAsync(() => !folders.Any(Directory.Exists), TimeSpan.FromSeconds(20), () => "still there: " + string.Join(' ', folders.Where(Directory.Exists)));
    }
}
