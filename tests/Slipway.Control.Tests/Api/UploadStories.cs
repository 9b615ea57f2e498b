using System.Net;
using System.Security.Cryptography;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Api;

public sealed class UploadStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private readonly Slipwayd _server = running.Slipwayd;
    private string _app = "";

    public async ValueTask InitializeAsync() => _app = await running.NewAppAsync();

    /// <summary>The server is every story's: what one left for a build would be in the next one's way.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var file in Uploads()) File.Delete(file);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_archive_is_put_once_without_a_token_and_built_once()
    {
        var (put, get) = await BeginAsync();
        Assert.Equal(HttpStatusCode.OK, await PutAsync(put, "not an archive"u8.ToArray()));
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(put, "another"u8.ToArray()));
        Assert.Equal(HttpStatusCode.NotFound, await PutAsync(get, "wrong address"u8.ToArray()));

        var build = new { source_blob = new { url = get } };
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{_app}/builds", build, HttpStatusCode.UnprocessableEntity, "invalid_archive");
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{_app}/builds", build, HttpStatusCode.NotFound, "upload_not_found");
        Assert.Empty(Uploads());
    }

    [Fact]
    public async Task A_build_checks_the_checksum_that_it_names()
    {
        var (put, get) = await BeginAsync();
        var body = RandomNumberGenerator.GetBytes(100_000);
        await PutAsync(put, body);
        var wrong = new { source_blob = new { url = get, checksum = "SHA256:" + new string('0', 64) } };
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{_app}/builds", wrong, HttpStatusCode.UnprocessableEntity, "checksum_mismatch");
        Assert.Empty(Uploads());
    }

    [Theory]
    [InlineData("ftp://example.org/app.tar.gz")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData(null)]
    public Task A_build_takes_no_other_address(string? url) =>
        _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{_app}/builds", new { source_blob = new { url } }, HttpStatusCode.UnprocessableEntity, "source_url_invalid");

    [Fact]
    public async Task A_forged_address_is_nothing()
    {
        var (put, _) = await BeginAsync();
        var forged = put.ToString()[..^4] + "AAAA";
        Assert.Equal(HttpStatusCode.NotFound, await PutAsync(new Uri(forged), [1]));
        Assert.Equal(HttpStatusCode.NotFound, await PutAsync(new Uri(put, "/slipway/uploads/x"), [1]));
        Assert.Empty(Uploads());
    }

    [Fact]
    public async Task An_upload_that_is_too_large_is_refused_before_it_is_read()
    {
        var (put, _) = await BeginAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, put) { Content = new Endless(2L << 30) };
        request.Headers.ExpectContinue = true;
        using var answer = await _server.Nobody.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("source_too_large", await answer.Content.ReadAsStringAsync());
        Assert.Empty(Uploads());
    }

    [Fact]
    public async Task An_upload_cut_short_leaves_nothing_and_may_be_sent_again()
    {
        var (put, _) = await BeginAsync();
        using (var cut = new HttpRequestMessage(HttpMethod.Put, put) { Content = new Endless(50 << 20, failAfter: 1 << 20) })
            await Assert.ThrowsAnyAsync<Exception>(() => _server.Nobody.SendAsync(cut));
        for (var tries = 0; Uploads().Length > 0 && tries < 100; tries++) await Task.Delay(50);
        Assert.Empty(Uploads());
        Assert.Equal(HttpStatusCode.OK, await PutAsync(put, [1, 2, 3]));
    }

    private string[] Uploads()
    {
        var folder = Path.Combine(_server.Config.ControlDirectory, "uploads");
        return Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
    }

    private async Task<(Uri Put, Uri Get)> BeginAsync()
    {
        var blob = (await _server.Admin.JsonAsync(HttpMethod.Post, "/sources")).GetProperty("source_blob");
        return (new Uri(blob.GetProperty("put_url").GetString()!), new Uri(blob.GetProperty("get_url").GetString()!));
    }

    private async Task<HttpStatusCode> PutAsync(Uri url, byte[] body)
    {
        using var answer = await _server.Nobody.PutAsync(url, new ByteArrayContent(body));
        return answer.StatusCode;
    }

    /// <summary>A body of zeros of any length, which may break off.</summary>
    private sealed class Endless(long length, long failAfter = long.MaxValue) : HttpContent
    {
        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var block = new byte[1 << 16];
            for (long sent = 0; sent < length; sent += block.Length)
            {
                if (sent >= failAfter) throw new IOException("the client broke off");
                await stream.WriteAsync(block);
            }
        }
    }
}
