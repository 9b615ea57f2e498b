using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Sites;

/// <summary>A folder with an app's source that a story may edit; gone at its end.</summary>
internal sealed class Folder : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("slipway-site-");

    private Folder(string name) => Path = Directory.CreateDirectory(System.IO.Path.Combine(_temporary.FullName, name)).FullName;

    public string Path { get; }

    public static Folder Empty(string name = "site") => new(name);

    public static Task<Folder> CopyOfSampleAsync(string sample) => CopyOfAsync(System.IO.Path.Combine("samples", sample));

    /// <param name="path">Of a folder in the repository.</param>
    public static async Task<Folder> CopyOfAsync(string path)
    {
        var folder = new Folder(System.IO.Path.GetFileName(path));
        (await Run.ProgramAsync("cp", ["-r", System.IO.Path.Combine(Platform.Repository, path, "."), folder.Path])).MustSucceed();
        return folder;
    }

    /// <summary>What <c>django-admin startproject</c> writes, untouched.</summary>
    public async Task StartprojectAsync(string name) =>
        (await Run.ProgramAsync("django-admin", ["startproject", name, Path])).MustSucceed();

    /// <summary>A Django site that nobody here wrote, from a Debian source package; see tests/debian-site.</summary>
    public static async Task<Folder> DebianSiteAsync()
    {
        var folder = new Folder("wims-lti");
        Directory.Delete(folder.Path);
        (await Run.ProgramAsync(System.IO.Path.Combine(Platform.Repository, "tests", "debian-site"), [folder.Path])).MustSucceed();
        return folder;
    }

    /// <summary>A PHP application as its Debian package has it; see tests/debian-application.</summary>
    public static async Task<Folder> DebianApplicationAsync(string name)
    {
        var folder = new Folder(name);
        Directory.Delete(folder.Path);
        (await Run.ProgramAsync(System.IO.Path.Combine(Platform.Repository, "tests", "debian-application"), [name, folder.Path])).MustSucceed();
        return folder;
    }

    public void Write(string file, string text)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Replace(string file, string old, string text)
    {
        var path = System.IO.Path.Combine(Path, file);
        var before = File.ReadAllText(path);
        Assert.Contains(old, before, StringComparison.Ordinal);
        File.WriteAllText(path, before.Replace(old, text, StringComparison.Ordinal));
    }

    public void Dispose() => _temporary.Delete(recursive: true);
}
