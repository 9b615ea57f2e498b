using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Instances;

/// <summary>What came of a probe: a backend, or why there is none.</summary>
internal sealed record ProbeResult(Backend? Backend, SlipwayError? Error);

/// <summary>
/// Finds out whether a web instance is fit to get requests: waits until it listens, then asks it for <c>/</c> (or its health check) as a
/// browser would, by the app's own host name. Everything that was said is kept as evidence.
/// </summary>
internal sealed class Probe
{
    private static readonly TimeSpan ListenPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>Heroku's R10: a web process has this long to listen and answer.</summary>
    public static readonly TimeSpan DefaultBootTimeout = TimeSpan.FromSeconds(60);

    public TimeSpan BootTimeout { get; init; } = DefaultBootTimeout;

    /// <summary>How long an app may answer with errors (a cache warming up) before it counts as broken.</summary>
    public TimeSpan ErrorPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an app may listen in the wrong place before it is told so.</summary>
    public TimeSpan StrayPatience { get; init; } = TimeSpan.FromSeconds(5);

    public async Task<ProbeResult> RunAsync(InstanceStatus instance, DomainName host, int webPort, HealthCheck health, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        using var boot = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        boot.CancelAfter(health.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : BootTimeout);
        var exchange = new ProbeExchange(host, health.Path, health.Https);
        long? firstError = null;
        var pause = TimeSpan.FromMilliseconds(250);
        try
        {
            while (true)
            {
                var (address, endPoint) = await ListenerAsync(instance, webPort, boot.Token);
                if (await exchange.AskAsync(endPoint, boot.Token) is { } status)
                {
                    if (exchange.RefusedHost) return Failed(HostRefused(instance, host, exchange));
                    if (health.IsGood(status)) return new ProbeResult(new Backend(instance.Id, instance.Name, address), null);
                    firstError ??= Stopwatch.GetTimestamp();
                    if (Stopwatch.GetElapsedTime(firstError.Value) > ErrorPatience) return Failed(Broken(instance, status, health, exchange));
                    await Task.Delay(pause, boot.Token);
                    pause *= 2;
                }
                else
                {
                    await Task.Delay(ListenPoll, boot.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Failed(NoAnswer(instance, webPort, exchange, Stopwatch.GetElapsedTime(started)));
        }
        catch (StrayListenerException stray)
        {
            return Failed(Stray(instance, stray.Listeners));
        }
    }

    private static ProbeResult Failed(SlipwayError error) => new(null, error);

    /// <summary>Waits until the socket file or the port takes a connection.</summary>
    private async Task<(string Address, EndPoint EndPoint)> ListenerAsync(InstanceStatus instance, int webPort, CancellationToken cancel)
    {
        var socket = instance.SocketDirectory is { } folder ? Path.Combine(folder, InstanceSpecs.SocketFile) : null;
        var port = instance.Address is { } address ? new IPEndPoint(IPAddress.Parse(address), webPort) : null;
        var (sinceStray, nextLook) = (default(long?), Stopwatch.GetTimestamp() + Stopwatch.Frequency);
        while (true)
        {
            if (socket is not null && File.Exists(socket) && await ConnectsAsync(new UnixDomainSocketEndPoint(socket), cancel))
                return ("unix:" + socket, new UnixDomainSocketEndPoint(socket));
            if (port is not null && await ConnectsAsync(port, cancel))
                return ("tcp:" + port, port);
            if (Stopwatch.GetTimestamp() >= nextLook)
            {
                var stray = instance.Pid is { } pid ? Listeners.Stray(Listeners.Of(pid), webPort) : [];
                sinceStray = stray.Count > 0 ? sinceStray ?? Stopwatch.GetTimestamp() : null;
                if (sinceStray is { } since && Stopwatch.GetElapsedTime(since) > StrayPatience) throw new StrayListenerException(stray);
                nextLook = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
            }

            await Task.Delay(ListenPoll, cancel);
        }
    }

    private static async Task<bool> ConnectsAsync(EndPoint endPoint, CancellationToken cancel)
    {
        using var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(ConnectTimeout);
        try
        {
            await socket.ConnectAsync(endPoint, timeout.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private static SlipwayError HostRefused(InstanceStatus instance, DomainName host, ProbeExchange exchange) =>
        new("host_refused", $"{instance.Name} answers, but refuses requests for {host}.")
        {
            Why = "Django's ALLOWED_HOSTS does not have the app's own domain.",
            Next = $"Add '{host}' to ALLOWED_HOSTS, or take the line out: Slipway then fills it in. Then: slipway deploy",
            Step = "probe",
            Evidence = exchange.Lines,
        };

    private static SlipwayError Broken(InstanceStatus instance, int status, HealthCheck health, ProbeExchange exchange) =>
        new("app_answers_with_error", $"{instance.Name} answers {health.Path} with status {status}.")
        {
            Why = status < 500
                ? "slipway.toml names that path as the health check, and it must answer below 400."
                : "An answer of 500 or above means that the app itself failed; its own log says at what.",
            Next = status < 500
                ? "Correct health.path in slipway.toml, or have the app answer there without a login; then: slipway deploy"
                : "Find the error in the lines below or with slipway logs, correct it, then: slipway deploy",
            Step = "probe",
            Evidence = exchange.Lines,
        };

    private static SlipwayError NoAnswer(InstanceStatus instance, int port, ProbeExchange exchange, TimeSpan waited) =>
        new("boot_timeout", $"{instance.Name} did not answer within {waited.TotalSeconds:0} s.")
        {
            Why = exchange.Lines.Count > 0
                ? "It took connections but gave no answer."
                : $"Nothing listens on $PORT ({port}) or on the socket in $SLIPWAY_SOCKET.",
            Next = "Make the web process listen on 0.0.0.0:$PORT, e.g. web: gunicorn mysite.wsgi --bind 0.0.0.0:$PORT",
            Step = "probe",
            Evidence = exchange.Lines.Count > 0 ? exchange.Lines : null,
        };

    private static SlipwayError Stray(InstanceStatus instance, IReadOnlyList<IPEndPoint> listeners) =>
        new("listens_elsewhere", $"{instance.Name} listens on {string.Join(" and ", listeners)}, must be 0.0.0.0:$PORT.")
        {
            Why = "Requests reach an instance from outside of it, on the port that $PORT names.",
            Next = "Change the web command, e.g. web: gunicorn mysite.wsgi --bind 0.0.0.0:$PORT. Then: slipway deploy",
            Step = "probe",
        };

    private sealed class StrayListenerException(IReadOnlyList<IPEndPoint> listeners) : Exception
    {
        public IReadOnlyList<IPEndPoint> Listeners { get; } = listeners;
    }
}
