using System.Diagnostics;

namespace Slipway.Edge.Forwarding;

/// <summary>One backend for as long as it is known, over all revisions that name it: its connections and how busy it is.</summary>
internal sealed class BackendState(string instance, string name, string address, HttpMessageInvoker client, ConnectClock connects)
{
    /// <summary>How long a backend that refused a connection is passed over while there are others.</summary>
    private static readonly long Avoidance = Stopwatch.Frequency;

    private int _inFlight;
    private long _avoidUntil;

    public string Instance { get; } = instance;

    /// <summary><c>web.1</c></summary>
    public string Name { get; } = name;

    public string Address { get; } = address;

    public HttpMessageInvoker Client { get; } = client;

    public ConnectClock Connects { get; } = connects;

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>When a revision without it became current; null while it is in use.</summary>
    public long? DroppedAt { get; set; }

    public bool IsAvoided => Volatile.Read(ref _avoidUntil) is > 0 and var until && until > Stopwatch.GetTimestamp();

    public void Begin() => Interlocked.Increment(ref _inFlight);

    public void End() => Interlocked.Decrement(ref _inFlight);

    public void Avoid() => Volatile.Write(ref _avoidUntil, Stopwatch.GetTimestamp() + Avoidance);
}
