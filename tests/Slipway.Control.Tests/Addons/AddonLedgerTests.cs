using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Addons;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Addons;

/// <summary>Which add-ons apps have, and the config vars that follow from it, on a real store.</summary>
public sealed class AddonLedgerTests : IDisposable
{
    private readonly TestStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AttachmentLedger Attachments => new(_store.Secrets, TimeProvider.System);

    private AddonLedger Ledger => new(_store.Secrets, Attachments, TimeProvider.System);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Databases_share_a_server_and_each_Redis_has_its_own()
    {
        var (blog, shop) = (_store.AddApp("blog"), _store.AddApp("shop"));
        var first = await AddAsync(blog, "postgresql");
        var second = await AddAsync(shop, "postgresql");
        var (cache, queue) = (await AddAsync(blog, "redis"), await AddAsync(shop, "redis"));
        Assert.Equal(first.ServerId, second.ServerId);
        Assert.NotEqual(cache.ServerId, queue.ServerId);
        await using var store = _store.CreateDbContext();
        Assert.Equal(["slipway-postgres 2", "slipway-redis-3 3", "slipway-redis-4 4"], (await store.AddonServers.ToListAsync(Cancel)).Select(row => $"{row.Name} {row.Address}"));
    }

    [Fact]
    public async Task Every_addon_has_a_name_a_database_and_a_password_of_its_own()
    {
        var app = _store.AddApp("my-blog");
        var (first, second) = (await AddAsync(app, "mariadb"), await AddAsync(app, "mariadb"));
        Assert.Equal(("mariadb-my-blog", "mariadb-my-blog-2"), (first.Name, second.Name));
        var (one, two) = (new Uri(_store.Secrets.Open(first.Url)), new Uri(_store.Secrets.Open(second.Url)));
        Assert.Equal(("app_my_blog", "app_my_blog_2"), (one.Database(), two.Database()));
        Assert.Equal(40, one.Password().Length);
        Assert.NotEqual(one.Password(), two.Password());
        Assert.DoesNotContain(one.Password(), first.Url);
    }

    [Fact]
    public async Task One_that_was_left_half_made_is_gone_on_with()
    {
        var app = _store.AddApp("blog");
        var first = await AddAsync(app, "mariadb", provisioned: false);
        Assert.Equal(first.Id, (await AddAsync(app, "mariadb")).Id);
    }

    [Fact]
    public async Task The_second_database_of_an_app_is_called_by_its_kind()
    {
        var app = _store.AddApp("blog");
        foreach (var asked in (string[])["postgresql", "mariadb", "redis", "redis:cache", "postgresql"]) await AddAsync(app, asked);
        Assert.Equal(["DATABASE", "MARIADB", "REDIS", "HEROKU_REDIS_AMBER", "HEROKU_POSTGRESQL_AMBER"], await NamesAsync(app));
    }

    [Fact]
    public async Task A_variable_of_the_users_own_is_not_taken()
    {
        var app = _store.AddApp("blog", ("DATABASE_URL", "postgres://elsewhere/x"));
        await AddAsync(app, "postgresql");
        Assert.Equal(["HEROKU_POSTGRESQL_AMBER"], await NamesAsync(app));
        var error = (await Assert.ThrowsAsync<SlipwayException>(() => AddAsync(app, "redis", name: "database"))).Error;
        Assert.Equal("attachment_taken", error.Id);
        Assert.Equal("invalid_attachment", (await Assert.ThrowsAsync<SlipwayException>(() => AddAsync(app, "redis", name: "1; drop"))).Error.Id);
    }

    [Fact]
    public async Task Config_vars_follow_what_is_attached_and_spare_what_is_the_users()
    {
        var app = _store.AddApp("blog");
        var database = _store.Secrets.Open((await AddAsync(app, "postgresql")).Url);
        var redis = _store.Secrets.Open((await AddAsync(app, "redis", name: "QUEUE")).Url);
        await AddAsync(app, "mariadb", provisioned: false);

        var config = await RenewAsync(app, new()
        {
            ["MODE"] = "live",
            ["OLD_URL"] = "postgres://app_gone:x@postgres.slipway.internal:5432/app_gone",
            ["CELERY_BROKER_URL"] = redis + "/3",
            ["DATABASE_URL"] = "postgres://mine@db.example.com/x",
        });
        Assert.Equal(new Dictionary<string, string>
        {
            ["MODE"] = "live", ["CELERY_BROKER_URL"] = redis + "/3", ["DATABASE_URL"] = "postgres://mine@db.example.com/x", ["QUEUE_URL"] = redis,
        }.OrderBy(pair => pair.Key), config.OrderBy(pair => pair.Key));

        Assert.Equal(database, (await RenewAsync(app, []))["DATABASE_URL"]);
        Assert.Equal(["QUEUE_URL"], (await RenewAsync(app, [], row => row.Name == "DATABASE")).Keys);
    }

    [Fact]
    public async Task A_name_that_was_given_up_brings_nobody_anothers_database()
    {
        var app = _store.AddApp("blog");
        var first = await AddAsync(app, "postgresql");
        await using (var store = _store.CreateDbContext())
            await store.Addons.Where(row => row.Id == first.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Name, "renamed"), Cancel);
        var second = await AddAsync(app, "postgresql");
        Assert.Equal("postgresql-blog", second.Name);
        Assert.Equal("app_blog_2", new Uri(_store.Secrets.Open(second.Url)).Database());
    }

    [Fact]
    public async Task An_attachment_is_taken_from_another_addon_only_when_that_was_confirmed_and_keeps_a_name()
    {
        var app = _store.AddApp("blog");
        var (first, second) = (await AddAsync(app, "postgresql"), await AddAsync(app, "postgresql"));
        Assert.Equal("confirmation_required", (await Assert.ThrowsAsync<SlipwayException>(() => AttachAsync(app, second, "DATABASE", false))).Error.Id);
        Assert.Equal("last_attachment", (await Assert.ThrowsAsync<SlipwayException>(() => AttachAsync(app, second, "DATABASE", true))).Error.Id);
        Assert.Equal("HEROKU_POSTGRESQL_AQUA", (await AttachAsync(app, first, null, true)).Name);
        Assert.Equal(second.Id, (await AttachAsync(app, second, "DATABASE", true)).AddonId);
        var config = await RenewAsync(app, []);
        Assert.Equal(_store.Secrets.Open(second.Url), config["DATABASE_URL"]);
        Assert.Equal(_store.Secrets.Open(first.Url), config["HEROKU_POSTGRESQL_AQUA_URL"]);
    }

    [Theory]
    [InlineData("Ledger")]
    [InlineData("1st")]
    [InlineData("a_b")]
    [InlineData("../x")]
    [InlineData("")]
    public async Task A_chosen_name_is_checked(string name)
    {
        await using var store = _store.CreateDbContext();
        Assert.Equal("invalid_addon_name", (await Assert.ThrowsAsync<SlipwayException>(() => AddonLedger.CheckNameAsync(store, name, Cancel))).Error.Id);
    }

    [Fact]
    public async Task Addresses_run_out_with_a_word_and_come_back()
    {
        var app = _store.AddApp("blog");
        await using (var store = _store.CreateDbContext())
        {
            foreach (var address in Enumerable.Range(2, 253))
                store.AddonServers.Add(new AddonServerRow { Uuid = Guid.NewGuid(), Service = "redis", Name = $"slipway-redis-{address}", Address = address });
            await store.SaveChangesAsync(Cancel);
        }

        Assert.Equal("too_many_servers", (await Assert.ThrowsAsync<SlipwayException>(() => AddAsync(app, "redis"))).Error.Id);
        await using (var store = _store.CreateDbContext()) await store.AddonServers.Where(row => row.Address == 77).ExecuteDeleteAsync(Cancel);
        Assert.Contains("redis-77.slipway.internal", _store.Secrets.Open((await AddAsync(app, "redis")).Url));
    }

    private async Task<AddonRow> AddAsync(AppRow app, string asked, bool provisioned = true, string? name = null)
    {
        await using var store = _store.CreateDbContext();
        await using var transaction = await store.Database.BeginTransactionAsync(Cancel);
        var (kind, plan) = AddonKinds.Named(asked);
        var row = await Ledger.AddAsync(store, app, new AddonRequest(kind, plan, name), Cancel);
        if (provisioned) row.State = AddonState.Provisioned;
        await store.SaveChangesAsync(Cancel);
        await transaction.CommitAsync(Cancel);
        return row;
    }

    private async Task<AddonAttachmentRow> AttachAsync(AppRow app, AddonRow addon, string? name, bool mayReplace)
    {
        await using var store = _store.CreateDbContext();
        var row = await Attachments.AddAsync(store, await store.Apps.SingleAsync(one => one.Id == app.Id, Cancel), addon, name, mayReplace, Cancel);
        await store.SaveChangesAsync(Cancel);
        return row;
    }

    private async Task<IReadOnlyList<string>> NamesAsync(AppRow app)
    {
        await using var store = _store.CreateDbContext();
        return await store.AddonAttachments.Where(row => row.AppId == app.Id).OrderBy(row => row.Id).Select(row => row.Name).ToListAsync(Cancel);
    }

    private async Task<Dictionary<string, string>> RenewAsync(AppRow app, Dictionary<string, string> config, Func<AddonAttachmentRow, bool>? without = null)
    {
        await using var store = _store.CreateDbContext();
        return await Attachments.RenewAsync(store, app.Id, config, without, Cancel);
    }
}
