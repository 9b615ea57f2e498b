using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Server;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>The logs of all deploys, one file each, kept as long as their app.</summary>
internal sealed class DeployLogs(ServerConfig server, IDbContextFactory<SlipwayStore> stores, TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, Signal> _open = new();

    /// <summary>Begins the log of a deploy, or goes on with it.</summary>
    public DeployLog Open(Guid deploy)
    {
        Directory.CreateDirectory(Folder);
        // A line that a killed slipwayd began must not swallow the next one.
        if (File.Exists(PathOf(deploy))) File.AppendAllText(PathOf(deploy), "\n");
        var signal = _open.GetOrAdd(deploy, _ => new Signal());
        return new DeployLog(PathOf(deploy), time, signal.Raise);
    }

    /// <summary>The deploy has ended: followers read to the end of the file and stop.</summary>
    public void Close(Guid deploy)
    {
        if (_open.TryRemove(deploy, out var signal)) signal.Close();
    }

    /// <summary>A deploy's events from the first; follows a running one to its end. Any number of readers.</summary>
    public async IAsyncEnumerable<DeployEvent> FollowAsync(Guid deploy, [EnumeratorCancellation] CancellationToken cancel)
    {
        _open.TryGetValue(deploy, out var signal);
        if (!File.Exists(PathOf(deploy))) yield break;
        await using var file = new FileStream(PathOf(deploy), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var (buffer, filled) = (new byte[16 * 1024], 0);
        while (true)
        {
            // Asked for before the read: what is written after the read then raises this very signal.
            var more = signal?.Next();
            for (int got; (got = await file.ReadAsync(buffer.AsMemory(filled), cancel)) > 0;)
            {
                filled += got;
                var start = 0;
                for (int end; (end = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
                    if (Parse(buffer.AsSpan(start, end)) is { } happened) yield return happened;
                buffer.AsSpan(start, filled - start).CopyTo(buffer);
                filled -= start;
                if (filled == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            }

            if (more is null || !await more.WaitAsync(cancel)) break;
        }
    }

    /// <summary>Removes the logs of an app's deploys; absent: no error.</summary>
    public async Task ForgetAsync(AppRow app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        foreach (var deploy in await store.Deploys.Where(row => row.AppId == app.Id).Select(row => row.Uuid).ToListAsync(cancel))
        {
            Close(deploy);
            File.Delete(PathOf(deploy));
        }
    }

    private string Folder => Path.Combine(server.ControlDirectory, "deploys");

    private string PathOf(Guid deploy) => Path.Combine(Folder, $"{deploy}.log");

    private static DeployEvent? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return line.IsEmpty ? null : JsonSerializer.Deserialize(line, ContractsJson.Default.DeployEvent);
        }
        catch (JsonException)
        {
            // The line that a killed slipwayd was writing; what was acknowledged is before it.
            return null;
        }
    }

    /// <summary>Wakes any number of readers, again and again, until closed.</summary>
    private sealed class Signal
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource<bool> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _closed;

        /// <returns>A task that ends at the next <see cref="Raise"/> (true) or when nothing more will come (false).</returns>
        public Task<bool> Next()
        {
            lock (_gate) return _next.Task;
        }

        public void Raise()
        {
            lock (_gate)
            {
                if (_closed) return;
                _next.SetResult(true);
                _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        public void Close()
        {
            lock (_gate)
            {
                if (_closed) return;
                _closed = true;
                _next.SetResult(false);
            }
        }
    }
}
