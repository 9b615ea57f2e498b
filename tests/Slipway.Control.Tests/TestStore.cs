using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Server;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Tests;

/// <summary>A real store in a file of a test's own, with one admin in it.</summary>
internal sealed class TestStore : IDbContextFactory<SlipwayStore>, IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly DbContextOptions<SlipwayStore> _options;

    public TestStore()
    {
        Directory.CreateDirectory(Server.ControlDirectory);
        var options = new DbContextOptionsBuilder<SlipwayStore>();
        options.UseSlipwayDatabase(Server.DatabaseFile());
        _options = options.Options;
        using var store = CreateDbContext();
        store.Database.Migrate();
        store.Accounts.Add(new AccountRow { Uuid = Guid.NewGuid(), Email = "ada@example.org", Role = "admin" });
        store.SaveChanges();
    }

    public ServerConfig Server => new() { Home = _home.Path };

    public SecretBox Secrets { get; } = new(new byte[32]);

    public SlipwayStore CreateDbContext() => new(_options);

    public AppRow AddApp(string name, params (string Key, string Value)[] config)
    {
        using var store = CreateDbContext();
        var app = new AppRow
        {
            Uuid = Guid.NewGuid(), Name = name, Uid = 201_000 + store.Apps.Count(), OwnerId = 1,
            GeneratedSecrets = Secrets.SealMap(new Dictionary<string, string>()),
            ConfigVars = Secrets.SealMap(config.ToDictionary(pair => pair.Key, pair => pair.Value)),
        };
        store.Apps.Add(app);
        store.SaveChanges();
        return app;
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _home.Dispose();
    }
}
