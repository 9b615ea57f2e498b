using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Sites;

/// <summary>A Django project that is live for all the stories of a class, which leave it as they found it.</summary>
public abstract class LiveSite(Platform platform, string name) : IAsyncLifetime
{
    private readonly Folder _folder = Sites.Folder.Empty(name);

    internal string Folder => _folder.Path;

    public async ValueTask InitializeAsync()
    {
        await VersionedSite.CreateAsync(name, _folder);
        Add(_folder);
        (await platform.Cli.In(Folder).RunAsync("deploy", "--app", name)).MustSucceed();
    }

    public async ValueTask DisposeAsync()
    {
        (await platform.Cli.RunAsync("destroy", "--app", name, "--confirm", name)).MustSucceed();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the stories want in the project besides.</summary>
    private protected virtual void Add(Folder folder)
    {
    }
}
