using System.Net;
using System.Text;
using System.Text.Json;
using Slipway.Control.Tests.Access;
using Slipway.Control.Tests.Heroku;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Api;

/// <summary>Whatever is sent to whichever route, the answer says what is wrong with it; never that Slipway failed.</summary>
public sealed class FuzzStories(RunningServer running) : IClassFixture<RunningServer>
{
    private const int Seed = 20_261_128;
    private const int Rounds = 6;

    private static readonly string[] Names =
    [
        "..", "%2e%2e%2fetc", "a%00b", "'%20OR%201=1--", "%f0%9f%92%a9", "-", "~", "*", "%25", "0", "-1", "999999999999999999999", "v", "null", "$(id)",
        "00000000-0000-0000-0000-000000000000", "A".PadRight(300, 'a'), "%E0%80%80", "a%0d%0aX: y", "web.1", "%7B%7D", "a;b", "a@b",
    ];

    private static readonly string[] Bodies =
    [
        "", "null", "[]", "{}", "0", "\"x\"", "{", "{\"a\":", "[[[[[[", "{\"name\":null}", "{\"name\":1e400}", "{\"name\":{\"a\":[]}}", "{\"name\":\"\\u0000\"}", "{\"name\":\"\\ud800\"}",
        "{\"updates\":[null]}", "{\"updates\":[{}]}", "{\"updates\":[{\"type\":null,\"quantity\":-2147483648}]}", "{\"hostname\":null}", "{\"hostname\":\"" + "a.", "{\"hostname\":\"[::1]\"}",
        "{\"plan\":null}", "{\"plan\":\":::\"}", "{\"release\":null}", "{\"release\":\"v-1\"}", "{\"source_blob\":null}", "{\"source_blob\":{\"url\":\"file:///etc/passwd\"}}", "{\"source_blob\":{\"url\":\"x\"}}",
        "{\"command\":[null]}", "{\"command\":\"\"}", "{\"command\":[],\"env\":{\"\":\"\"}}", "{\"user\":null}", "{\"user\":\"x\",\"permissions\":[null]}", "{\"email\":null,\"role\":\"x\"}", "{\"scope\":[null]}",
        "{\"expires_in\":9223372036854775807}", "{\"in\":null}", "{\"in\":{\"id\":[\"x\"]}}", "{\"lines\":-1}", "{\"public_key\":null}", "{\"public_key\":\"ssh-rsa AAAA\"}", "{\"owner\":\"\"}", "{\"enabled\":null}",
        "{\"\":null}", "{\"A B\":\"x\"}", "{\"A\":{}}", "{\"state\":null}", "{\"app\":null,\"recipient\":null}", "{\"addon\":null,\"app\":null}", "{\"team\":null}", "{\"password\":null}", "{\"repository\":null}",
    ];

    private static readonly string[] Ranges =
    [
        "", "id", "id ..", "id ]..", "..", "x y..z", "id ..; max=-1", "id ..; max=abc", "name \u0001..", "version 99999999999..", "updated_at ..9999999999", "created_at 0001-01-01../",
        "created_at 2026-01-01T00:00:00Z/00000000-0000-0000-0000-000000000000..", "name ..; order=", "bytes=0-1", ";;;,,,", "id ..; max=1; max=2; order=desc",
    ];

    private static readonly (string Name, string Value)[] Headers =
    [
        ("Accept", "application/vnd.heroku+json; version="), ("Accept", ",;/"), ("Accept", "application/vnd.heroku+json; version=3"), ("If-None-Match", "*"), ("If-None-Match", "\"\"\"\""), ("If-None-Match", "W/"),
        ("Content-Type", "text/xml"), ("Content-Type", ";;"), ("Content-Type", "application/json; charset=nonsense"), ("X-Request-Id", "\t"), ("X-Forwarded-For", ",,,"), ("X-Forwarded-Proto", "gopher"), ("Upgrade", "websocket"),
        ("Depth", "-1"), ("Lock-Token", "<>"), ("Destination", "http://x/../.."), ("If", "(("), ("Authorization", "Basic !"), ("Authorization", "Bearer"), ("Cookie", "slipway_session=\u007f"),
    ];

    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task Nothing_that_is_sent_makes_it_fail()
    {
        var app = await running.NewAppAsync();
        await SampleApp.DeployAsync(_server, app);
        var random = new Random(Seed);
        var (wrong, sent) = (new List<string>(), 0);
        foreach (var route in Routes.Of(_server))
        {
            for (var round = 0; round < Rounds; round++)
            {
                // The app is there more often than not, or nothing behind it would be reached.
                var path = string.Join('/', route.Pattern.Split('/').Select(part => part switch
                {
                    "{app}" => random.Next(4) == 0 ? Pick(Names) : app,
                    "{app}.git" => app + ".git",
                    ['{', ..] => Pick(Names),
                    _ => part,
                }));
                // A name of dots leads up, to the app itself: it is to be there to the end.
                if (route.Method == HttpMethod.Delete && new Uri(new Uri("http://slipway"), path).AbsolutePath.TrimEnd('/') == "/apps/" + app) continue;
                using var request = new HttpRequestMessage(route.Method, path);
                if (route.Method != HttpMethod.Get && route.Method != HttpMethod.Head) request.Content = new StringContent(Pick(Bodies), Encoding.UTF8, "application/json");
                if (random.Next(2) == 0) request.Headers.TryAddWithoutValidation("Range", Pick(Ranges));
                if (random.Next(2) == 0)
                {
                    var (name, value) = Pick(Headers);
                    if (name == "Content-Type" && request.Content is not null) request.Content.Headers.Remove(name);
                    if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
                }

                sent++;
                if (await WrongAsync(request, route) is { } what) wrong.Add(what);
            }
        }

        T Pick<T>(T[] from) => from[random.Next(from.Length)];
        Assert.True(sent > 500);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        await _server.Admin.GetJsonAsync("/account");
    }

    private async Task<string?> WrongAsync(HttpRequestMessage request, Route route)
    {
        var told = $"{request.Method} {request.RequestUri} range={request.Headers.Range} body={(request.Content is null ? "" : Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync()))} headers={request.Headers.ToString().ReplaceLineEndings(" ")}";
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        HttpResponseMessage answer;
        try
        {
            answer = await _server.Admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or FormatException or UriFormatException)
        {
            return e is OperationCanceledException ? $"{told}: no answer" : null; // what this client cannot send, or Kestrel hangs up on
        }

        using (answer)
        {
            var status = (int)answer.StatusCode;
            if (status < 400) return null;
            var text = await answer.Content.ReadAsStringAsync(patience.Token);
            if (answer.StatusCode == HttpStatusCode.InternalServerError) return $"{told}: {text}";
            if (request.Method == HttpMethod.Head && text.Length == 0) return null;
            var isJson = answer.Content.Headers.ContentType?.MediaType == "application/json";
            if (!isJson) return route.Page || route.Pattern.Contains(".git/", StringComparison.Ordinal) || text.Length == 0 ? null : $"{told}: {status} {text}";
            var error = JsonDocument.Parse(text).RootElement;
            return error.GetProperty("id").GetString() is { Length: > 0 } && error.GetProperty("code").GetString() is { Length: > 0 } ? null : $"{told}: {status} {text}";
        }
    }
}
