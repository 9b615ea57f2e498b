namespace Slipway.Edge.Worker;

/// <summary>
/// What a master and its worker say to each other, a word a line: over the worker's stdin and stdout, or, when a new
/// master has found a worker that outlived its master, over the socket on which that handed its sockets over.
/// </summary>
internal static class Orders
{
    /// <summary>Worker: routes are loaded, I can serve.</summary>
    public const string Ready = "ready";

    /// <summary>Master: take requests and revisions. Answered with the same word.</summary>
    public const string Serve = "serve";

    /// <summary>Master: take no more revisions, another worker is about to. Answered with the same word.</summary>
    public const string Quiet = "quiet";

    /// <summary>Master: accept nothing more, finish, exit.</summary>
    public const string Retire = "retire";

    /// <summary>Master: the same at once, for the server is being stopped.</summary>
    public const string Stop = "stop";
}

/// <summary>How a worker ends.</summary>
/// <param name="IdleGrace">How long an idle connection may still bring a request, which is answered and told to close.</param>
/// <param name="Limit">How long requests may run on, websockets and downloads among them.</param>
internal sealed record Farewell(TimeSpan IdleGrace, TimeSpan Limit)
{
    public static Farewell Retire { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));

    public static Farewell Stop { get; } = new(TimeSpan.Zero, TimeSpan.FromSeconds(8));
}
