using System.Net.Http.Headers;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Git;

namespace Slipway.Git;

/// <summary>
/// git's pre-receive hook: asks slipwayd to deploy what is being pushed and prints what it says (<c>remote:</c> lines on
/// the pusher's side). Its exit status is the answer; no answer is a refusal.
/// </summary>
internal static class PreReceive
{
    public static bool IsWanted => Variable(PushProtocol.TokenVariable) is not null && Variable(PushProtocol.SocketVariable) is not null;

    public static async Task<int> RunAsync()
    {
        var refs = new PushedRefs(Variable("GIT_QUARANTINE_PATH"), await ReadRefsAsync(Console.In));
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(refs, ContractsJson.Default.PushedRefs))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        try
        {
            using var slipwayd = ControlSocket.Open(Variable(PushProtocol.SocketVariable)!);
            using var request = new HttpRequestMessage(HttpMethod.Post, PushProtocol.Path + Variable(PushProtocol.TokenVariable)) { Content = body };
            using var answer = await slipwayd.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (answer.IsSuccessStatusCode && await PrintAsync(answer) is { } accepted) return accepted ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            Console.Error.WriteLine($" !     {e.Message}");
        }

        Console.Error.WriteLine(" !     The push was interrupted: slipwayd was stopped while it ran.");
        Console.Error.WriteLine(" !     What served before serves on. Push again.");
        return 1;
    }

    /// <returns>Null when slipwayd went away before the end.</returns>
    private static async Task<bool?> PrintAsync(HttpResponseMessage answer)
    {
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            var said = JsonSerializer.Deserialize(line, ContractsJson.Default.PushLine);
            if (said?.Accepted is { } accepted) return accepted;
            Console.Error.WriteLine(said?.Text);
        }

        return null;
    }

    /// <summary>A line is <c>OLD NEW NAME</c>; git allows no space in any of them.</summary>
    private static async Task<IReadOnlyList<PushedRef>> ReadRefsAsync(TextReader input)
    {
        var refs = new List<PushedRef>();
        while (await input.ReadLineAsync() is { } line)
            if (line.Split(' ', 3) is [var old, var @new, var name]) refs.Add(new PushedRef(name, old, @new));
        return refs;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
