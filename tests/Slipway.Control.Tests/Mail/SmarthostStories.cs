using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Slipway.Control.Tests.Certificates;
using Slipway.Control.Tests.Server;
using Slipway.Tests;

namespace Slipway.Control.Tests.Mail;

/// <summary>A running slipwayd hands mail to real mail servers: with and without TLS and login, and to such as refuse.</summary>
public sealed class SmarthostStories(SmarthostStories.TrustingServer trusting) : IClassFixture<SmarthostStories.TrustingServer>
{
    private static readonly Issuer Issuer = new();

    private readonly Slipwayd _server = trusting.Slipwayd;

    /// <summary>A slipwayd that trusts the test's own authority, and no other.</summary>
    public sealed class TrustingServer : IAsyncLifetime
    {
        internal Slipwayd Slipwayd { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Slipwayd = await Slipwayd.StartNewAsync(Issuer.Root);

        public ValueTask DisposeAsync() => Slipwayd.DisposeAsync();
    }

    [Fact]
    public async Task Without_one_that_is_said()
    {
        using var answer = await _server.Admin.CallAsync(HttpMethod.Delete, "/slipway/server/smarthost");
        await _server.Admin.FailsAsync(HttpMethod.Get, "/slipway/server/smarthost", null, HttpStatusCode.NotFound, "smarthost_unset");
        await _server.Admin.FailsAsync(HttpMethod.Delete, "/slipway/server/smarthost", null, HttpStatusCode.NotFound, "smarthost_unset");
        await _server.Admin.FailsAsync(HttpMethod.Post, "/slipway/server/smarthost/test", new { to = "ada@example.org" }, HttpStatusCode.NotFound, "smarthost_unset");
    }

    [Fact]
    public async Task It_is_set_tried_and_taken_away_by_admins_and_the_password_is_told_to_nobody()
    {
        await using var mail = await SmtpServer.StartAsync(login: true);
        var set = await _server.Admin.JsonAsync(HttpMethod.Put, "/slipway/server/smarthost", new { host = "127.0.0.1", port = mail.Port, security = "none", username = "user", password = "secret", from = "slipway@example.org" });
        Assert.Equal("""{"host":"127.0.0.1","port":0,"security":"none","username":"user","from":"slipway@example.org"}""", set.ToString().Replace($"{mail.Port}", "0", StringComparison.Ordinal));
        Assert.Equal(set.ToString(), (await _server.Admin.GetJsonAsync("/slipway/server/smarthost")).ToString());

        var sent = await _server.Admin.JsonAsync(HttpMethod.Post, "/slipway/server/smarthost/test", new { to = "ada@example.org" });
        Assert.Equal(("ada@example.org", "slipway@example.org"), (Text(sent, "to"), Text(sent, "from")));
        Assert.Contains("queued as 7", Text(sent, "answer"));
        var came = Assert.Single(mail.Came);
        Assert.Equal(("slipway@example.org", "ada@example.org", "user"), (came.From, came.To.Single(), came.User));
        Assert.Contains("Subject: A test of slipway.localhost", came.Content);
        Assert.Contains("From: Slipway <slipway@example.org>", came.Content);

        var member = await _server.NewMemberAsync("member@example.org");
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete])
            await member.FailsAsync(method, "/slipway/server/smarthost", null, HttpStatusCode.Forbidden, "forbidden");
        await _server.Admin.JsonAsync(HttpMethod.Delete, "/slipway/server/smarthost");
        var events = (await _server.Admin.GetJsonAsync("/slipway/events")).ToString();
        Assert.All((string[])["smarthost.set", "smarthost.test", "smarthost.unset"], action => Assert.Contains(action, events));
        Assert.DoesNotContain("secret", events);
        await using var store = _server.Store();
        Assert.DoesNotContain("secret", string.Concat(store.Settings.Select(row => row.Value)));
    }

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    public async Task Over_TLS_it_is_handed_over_when_the_certificate_is_good_and_not_else(string how)
    {
        var leaf = Issuer.Leaf(["localhost"], from: 100, until: 900);
        await using var mail = await SmtpServer.StartAsync(how, (leaf.Certificate + Issuer.Middle, leaf.Key), login: true);
        await SetAsync(new { host = "localhost", port = mail.Port, security = how, username = "user", password = "secret" });
        await _server.Admin.JsonAsync(HttpMethod.Post, "/slipway/server/smarthost/test", new { to = "ada@example.org" });
        Assert.Equal(("user", true), (mail.Came.Single().User, mail.Came.Single().Tls));

        await SetAsync(new { host = "127.0.0.1", port = mail.Port, security = how });
        await FailsAsync("smarthost_tls");
        var old = Issuer.Leaf(["localhost"], from: 1, until: 20);
        await using var expired = await SmtpServer.StartAsync(how, (old.Certificate + Issuer.Middle, old.Key));
        await SetAsync(new { host = "localhost", port = expired.Port, security = how });
        await FailsAsync("smarthost_tls");
        var foreign = new Issuer();
        var other = foreign.Leaf(["localhost"], from: 100, until: 900);
        await using var stranger = await SmtpServer.StartAsync(how, (other.Certificate + foreign.Middle, other.Key));
        await SetAsync(new { host = "localhost", port = stranger.Port, security = how });
        await FailsAsync("smarthost_tls");
        Assert.Single(mail.Came);
        Assert.Empty(expired.Came);
        Assert.Empty(stranger.Came);
    }

    [Fact]
    public async Task Nothing_is_said_in_the_clear_to_one_that_offers_no_TLS()
    {
        await using var mail = await SmtpServer.StartAsync();
        await SetAsync(new { host = "localhost", port = mail.Port, username = "user", password = "secret" });
        await FailsAsync("smarthost_tls");
        Assert.Empty(mail.Came);
    }

    [Fact]
    public async Task What_goes_wrong_has_a_name()
    {
        await using var mail = await SmtpServer.StartAsync(login: true);
        await SetAsync(new { host = "localhost", port = mail.Port, security = "none", username = "user", password = "wrong" });
        await FailsAsync("smarthost_login");
        await SetAsync(new { host = "localhost", port = mail.Port, security = "none" });
        Assert.Contains("Authentication required", Text(await FailsAsync("smarthost_login"), "why"));
        await SetAsync(new { host = "localhost", port = mail.Port, security = "none", username = "user", password = "secret" });
        Assert.Contains("550 5.1.1 Nobody of that name", Text(await FailsAsync("smarthost_refused", "nobody@example.org"), "why"));
        Assert.Contains("451 4.7.1 Greylisted", Text(await FailsAsync("smarthost_refused", "later@example.org"), "why"));
        await SetAsync(new { host = "localhost", port = 1, security = "none" });
        await FailsAsync("smarthost_unreachable");
        await SetAsync(new { host = "no-such-host.invalid", port = 25, security = "none" });
        await FailsAsync("smarthost_unreachable");

        using var garbage = new TcpListener(IPAddress.Loopback, 0);
        garbage.Start();
        _ = AnswerAsync(garbage, "SSH-2.0-no mail here\r\n");
        await SetAsync(new { host = "127.0.0.1", port = ((IPEndPoint)garbage.LocalEndpoint).Port, security = "none" });
        await FailsAsync("smarthost_unreachable");
        Assert.Empty(mail.Came);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"host":"a b"}""")]
    [InlineData("""{"host":"mail.example.org/x"}""")]
    [InlineData("""{"host":"mail.example.org","port":0}""")]
    [InlineData("""{"host":"mail.example.org","port":70000}""")]
    [InlineData("""{"host":"mail.example.org","security":"ssl"}""")]
    [InlineData("""{"host":"mail.example.org","username":"ada"}""")]
    [InlineData("""{"host":"mail.example.org","username":"ada\n","password":"x"}""")]
    [InlineData("""{"host":"mail.example.org","security":"none","username":"ada","password":"x"}""")]
    public async Task What_is_no_smarthost_is_refused(string body) =>
        await _server.Admin.FailsAsync(HttpMethod.Put, "/slipway/server/smarthost", body, HttpStatusCode.UnprocessableEntity, "invalid_smarthost");

    [Theory]
    [InlineData("ada")]
    [InlineData("")]
    [InlineData("Ada <ada@example.org>")]
    [InlineData("ada@example.org, bob@example.org")]
    [InlineData("ada@example.org\r\nBcc: bob@example.org")]
    public async Task What_is_no_address_is_refused(string address)
    {
        await _server.Admin.FailsAsync(HttpMethod.Post, "/slipway/server/smarthost/test", new { to = address }, HttpStatusCode.UnprocessableEntity, "invalid_address");
        if (address.Length > 0) await _server.Admin.FailsAsync(HttpMethod.Put, "/slipway/server/smarthost", new { host = "localhost", from = address }, HttpStatusCode.UnprocessableEntity, "invalid_address");
    }

    private Task<JsonElement> SetAsync(object smarthost) => _server.Admin.JsonAsync(HttpMethod.Put, "/slipway/server/smarthost", smarthost);

    private Task<JsonElement> FailsAsync(string id, string to = "ada@example.org") =>
        _server.Admin.FailsAsync(HttpMethod.Post, "/slipway/server/smarthost/test", new { to }, HttpStatusCode.BadGateway, id);

    private static async Task AnswerAsync(TcpListener listener, string text)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        await Task.Delay(1000);
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
