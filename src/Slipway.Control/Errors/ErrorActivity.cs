using System.Collections.Concurrent;
using Slipway.Contracts.Api;

namespace Slipway.Control.Errors;

/// <summary>
/// What was heard lately of each app, so that one failure is counted once: an SDK tells of the exception that is in the log too,
/// and either explains the 500 that a visitor got.
/// </summary>
internal sealed class ErrorActivity
{
    /// <summary>Who sent anything within this time has an SDK, which tells of errors itself.</summary>
    private static readonly TimeSpan HasSdk = TimeSpan.FromMinutes(10);

    /// <summary>An answer follows its exception, and what tells of the exception, within this.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(5);

    private const int MostKept = 2000;

    private readonly ConcurrentDictionary<long, Heard> _apps = new();

    private sealed class Heard
    {
        public DateTimeOffset SdkAt { get; set; }

        /// <summary>Times of exceptions that explain no answer yet, by who told of them: one may be in both.</summary>
        public Dictionary<ErrorOrigin, List<DateTimeOffset>> Exceptions { get; } = new() { [ErrorOrigin.Sdk] = [], [ErrorOrigin.Log] = [] };
    }

    /// <summary>An SDK sent something, be it an error or not.</summary>
    public void SdkSent(long app, DateTimeOffset at)
    {
        var heard = _apps.GetOrAdd(app, _ => new Heard());
        lock (heard) heard.SdkAt = at > heard.SdkAt ? at : heard.SdkAt;
    }

    /// <param name="origin">The SDK, or the log, also where that is not counted.</param>
    public void Raised(long app, ErrorOrigin origin, DateTimeOffset at)
    {
        var heard = _apps.GetOrAdd(app, _ => new Heard());
        lock (heard)
        {
            var times = heard.Exceptions[origin];
            if (times.Count >= MostKept) times.RemoveRange(0, MostKept / 2);
            times.Add(at);
        }
    }

    /// <summary>The app has an SDK, which tells of what it writes to its log at this time.</summary>
    public bool SdkTells(long app, DateTimeOffset at)
    {
        if (!_apps.TryGetValue(app, out var heard)) return false;
        lock (heard) return heard.SdkAt > at - HasSdk;
    }

    /// <summary>Whether an exception explains the answer that was given at this time. Each explains one.</summary>
    public bool Explains(long app, DateTimeOffset at)
    {
        if (!_apps.TryGetValue(app, out var heard)) return false;
        lock (heard)
        {
            var explained = false;
            foreach (var times in heard.Exceptions.Values)
            {
                times.RemoveAll(one => one < at - Forgotten);
                var found = times.FindIndex(one => (one - at).Duration() <= Near);
                if (found < 0) continue;
                times.RemoveAt(found);
                explained = true;
            }

            return explained;
        }
    }
}
