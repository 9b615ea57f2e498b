namespace Slipway.Cli.Sources;

/// <summary>
/// Many a project's <c>.gitignore</c> names its migrations. They make the app's tables, so without them a deploy would go
/// live with an empty database; only <c>.slipwayignore</c> leaves them out.
/// </summary>
internal static class DjangoMigrations
{
    /// <returns>Whether it is a Django app's <c>migrations</c> package, or a module in one.</returns>
    public static bool Holds(string path, bool isFolder)
    {
        var package = isFolder ? path : Path.GetDirectoryName(path)!;
        return (isFolder || path.EndsWith(".py", StringComparison.Ordinal))
            && Path.GetFileName(package.AsSpan()) is "migrations"
            && File.Exists(Path.Combine(package, "__init__.py"));
    }
}
