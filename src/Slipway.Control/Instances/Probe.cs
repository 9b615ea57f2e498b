using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Instances;

/// <summary>What came of a probe: a backend, or why there is none.</summary>
/// <param name="Exchange">What was asked and answered last; null when nothing was.</param>
internal sealed record ProbeResult(Backend? Backend, SlipwayError? Error, Exchange? Exchange);

/// <summary>
/// Finds out whether a web instance is fit to get requests: waits until it listens, then asks it for <c>/</c> (or its health check) as a
/// browser would, by the app's own host name. Everything that was said is kept as evidence.
/// </summary>
internal sealed class Probe
{
    private static readonly TimeSpan ListenPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>How long it may take over the same question as if it came over https.</summary>
    private static readonly TimeSpan LoopPatience = TimeSpan.FromSeconds(2);

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
                    if (exchange.RedirectsToHttps && !health.Https && await LoopsAsync(exchange, endPoint, host, health, boot.Token) is { } loop)
                        return Failed(RedirectsToItself(instance, host, health), loop);
                    if (exchange.RefusedHost) return Failed(HostRefused(instance, host, exchange), exchange);
                    if (health.IsGood(status))
                    {
                        // It is up: what this takes does not count as its boot.
                        return !health.MayShowErrors && await DebugPages.ShownAsync(endPoint, host, exchange, cancel) is { } shown
                            ? Failed(ErrorsShown(instance), shown)
                            : new ProbeResult(new Backend(instance.Id, instance.Name, address), null, exchange.Last);
                    }

                    firstError ??= Stopwatch.GetTimestamp();
                    if (Stopwatch.GetElapsedTime(firstError.Value) > ErrorPatience) return Failed(Broken(instance, status, health, exchange), exchange);
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
            return Failed(NoAnswer(instance, webPort, exchange, Stopwatch.GetElapsedTime(started)), exchange);
        }
        catch (StrayListenerException stray)
        {
            return Failed(Stray(instance, stray.Listeners), exchange);
        }
    }

    /// <summary>Sent to https, it is asked as if over https: who is sent there again will never arrive.</summary>
    /// <returns>The second exchange; null when it is no loop.</returns>
    private static async Task<ProbeExchange?> LoopsAsync(ProbeExchange first, EndPoint endPoint, DomainName host, HealthCheck health, CancellationToken cancel)
    {
        var second = new ProbeExchange(host, health.Path, https: true);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(LoopPatience);
        try
        {
            await second.AskAsync(endPoint, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null; // it answers, only not this at once: no reason to refuse it
        }

        return second.RedirectsToHttps && second.Last!.Location == first.Last!.Location ? second : null;
    }

    private static ProbeResult Failed(SlipwayError error, ProbeExchange exchange) => new(null, error, exchange.Last);

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
                var stray = instance.Pid is { } pid ? Sockets.Stray(Sockets.Listening(pid), webPort) : [];
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
            Why = "The app has a list of host names, Django's ALLOWED_HOSTS, and its own domain is not on it.",
            Next = $"Add '{host}' to it; for Django, taking the line out does as well: Slipway then fills it in. Then: slipway deploy",
            Step = "probe",
            Evidence = exchange.Lines,
        };

    private static SlipwayError RedirectsToItself(InstanceStatus instance, DomainName host, HealthCheck health) =>
        new("redirect_loop", $"{instance.Name} sends https://{host}{health.Path} to itself, for ever.")
        {
            Why = "It redirects to https also what came over https: it does not look at the header X-Forwarded-Proto, in which the edge says so.",
            Next = "Have it believe that header; for Django: SECURE_PROXY_SSL_HEADER = (\"HTTP_X_FORWARDED_PROTO\", \"https\"). Then: slipway deploy",
            Step = "probe",
        };

    private static SlipwayError ErrorsShown(InstanceStatus instance) =>
        new(Builds.Python.DebugSwitch.Code, $"{instance.Name} would show its errors, with source and settings, to everybody.")
        {
            Why = "Its debug mode is on: a page that does not exist is answered as to a developer.",
            Next = "Turn it off (Django: DEBUG = False; Flask: no debug=True) and: slipway deploy. To show errors to everybody all the same: slipway config set DEBUG=1",
            Step = "probe",
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
