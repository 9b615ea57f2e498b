namespace Slipway.Cli.Tests;

/// <summary>A folder of a test's own, gone with it.</summary>
internal sealed class Folder : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("slipway-cli-test-");

    public Folder(string name = "blog") => Path = Directory.CreateDirectory(System.IO.Path.Combine(_parent.FullName, name)).FullName;

    public string Path { get; }

    /// <summary>Beside the folder, not in it.</summary>
    public string Outside => _parent.FullName;

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public Folder With(string relative, string text = "x")
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], text);
        return this;
    }

    public Folder WithLink(string relative, string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.CreateSymbolicLink(this[relative], target);
        return this;
    }

    public void Dispose() => _parent.Delete(recursive: true);
}
