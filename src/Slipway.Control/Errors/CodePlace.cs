namespace Slipway.Control.Errors;

/// <summary>What a file's path says of the code in it.</summary>
internal static class CodePlace
{
    private const string App = "/app/";

    /// <summary>The app's own, not a library's.</summary>
    public static bool IsOwn(string file) =>
        file.StartsWith(App, StringComparison.Ordinal) && !file.Contains("/site-packages/", StringComparison.Ordinal)
        && !file.Contains("/node_modules/", StringComparison.Ordinal) && !file.StartsWith("/app/vendor/", StringComparison.Ordinal);

    /// <summary>Below <c>/app</c>; null for what is elsewhere.</summary>
    public static string? Below(string file) => file.StartsWith(App, StringComparison.Ordinal) ? file[App.Length..] : null;

    /// <summary>As Python and its SDK name it: <c>/app/blog/views.py</c> is <c>blog.views</c>.</summary>
    public static string? PythonModule(string file)
    {
        if (!file.EndsWith(".py", StringComparison.Ordinal)) return null;
        var library = file.IndexOf("/site-packages/", StringComparison.Ordinal);
        var below = library >= 0 ? file[(library + "/site-packages/".Length)..] : Below(file);
        if (below is null) return null;
        var module = below[..^3].Replace('/', '.');
        return module.EndsWith(".__init__", StringComparison.Ordinal) ? module[..^".__init__".Length] : module;
    }
}
