using System.Runtime.InteropServices;

namespace Slipway.Control.Server;

/// <summary>
/// Gives memory back once the work is done. The runtime collects when it allocates, so after a burst (a deploy, the start)
/// an idle slipwayd would keep what the burst needed until the next one; on a small server that memory is an app's.
/// </summary>
internal sealed partial class IdleMemory(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    /// <summary>Between two looks; reconciling alone allocates less.</summary>
    private const long IdleBytes = 4 << 20;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (allocated, isTrimmed) = (0L, false);
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = GC.GetTotalAllocatedBytes();
            var isIdle = now - allocated < IdleBytes;
            allocated = now;
            if (isIdle && !isTrimmed)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                _ = MallocTrim(0);
                ProgramPages.Unmap();
            }

            isTrimmed = isIdle;
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keep);
}
