using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Bench;

internal static class Measure
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task<double> SecondsAsync(Func<Task> work)
    {
        var began = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>Asks every 10 ms until the answer is this text.</summary>
    public static async Task UntilAnsweredAsync(string host, int port, string text)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var began = Stopwatch.GetTimestamp();
        while (await AskAsync(http, new Uri($"http://{host}:{port}/")) != text)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException($"{host} did not answer '{text}'.");
            await Task.Delay(Poll);
        }
    }

    private static async Task<string?> AskAsync(HttpClient http, Uri url)
    {
        try
        {
            return await http.GetStringAsync(url);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
