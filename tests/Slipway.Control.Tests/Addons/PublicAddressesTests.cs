using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Server;
using Slipway.Control.Addons;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Addons;

public sealed class PublicAddressesTests
{
    private const string Inside = "postgres://app_blog:secret@postgres.slipway.internal:5432/app_blog";

    private static readonly PublicAddresses Addresses = new(new ServerConfig { Domain = "example.net", PostgresPort = 5433 });

    [Fact]
    public void What_is_exposed_is_shown_at_the_servers_own_address_and_taken_back_for_what_it_was()
    {
        var shown = Addresses.Show(Row(exposed: true), Inside);
        Assert.Equal("postgres://app_blog:secret@slipway.example.net:5433/app_blog?sslmode=require", shown);
        Assert.Equal(Inside, Addresses.Hide(shown));
        Assert.Equal(Inside, Addresses.Show(Row(exposed: false), Inside));
        Assert.Equal("postgres://me@elsewhere.example/db", Addresses.Hide("postgres://me@elsewhere.example/db"));
        Assert.Equal("not a url", Addresses.Hide("not a url"));
    }

    [Fact]
    public void Config_vars_show_exposed_ones_alone()
    {
        var config = new Dictionary<string, string> { ["DATABASE_URL"] = Inside, ["OTHER_URL"] = Inside + "_2", ["MODE"] = "live" };
        var shown = Addresses.Show(config, [Inside]);
        Assert.Contains("slipway.example.net:5433", shown["DATABASE_URL"]);
        Assert.Equal(Inside + "_2", shown["OTHER_URL"]);
        Assert.Equal("live", shown["MODE"]);
    }

    [Fact]
    public void Without_a_port_nothing_is_shown_outside() =>
        Assert.Equal(Inside, new PublicAddresses(new ServerConfig()).Show(Row(exposed: true), Inside));

    [Theory]
    [InlineData("""{"plan": "redis"}""")]
    [InlineData("""{"plan": {"name": "redis"}}""")]
    [InlineData("""{"plan": {"price": {"cents": 0, "list": [1]}, "id": "redis"}, "confirm": "x"}""")]
    public void A_plan_is_named_as_text_or_in_an_object(string json) =>
        Assert.Equal("redis", JsonSerializer.Deserialize(json, ContractsJson.Default.CreateAddonRequest)!.Plan);

    [Theory]
    [InlineData("""{"plan": 7}""")]
    [InlineData("""{"plan": ["redis"]}""")]
    public void What_names_nothing_is_no_plan(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ContractsJson.Default.CreateAddonRequest));

    private static AddonRow Row(bool exposed) => new() { Service = Postgresql.Name, Plan = "shared", Name = "postgresql-blog", State = AddonState.Provisioned, Url = "", Exposed = exposed };
}
