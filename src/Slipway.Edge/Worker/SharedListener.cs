using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Slipway.Edge.Worker;

/// <summary>
/// Accepts from a listening socket that other processes hold too. It can stop and go on accepting at any time, and never
/// closes the socket: what waits in its backlog is for whichever worker accepts next.
/// </summary>
internal sealed class SharedListener(Socket socket, SocketConnectionContextFactory connections) : IConnectionListener
{
    private readonly CancellationTokenSource _unbound = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _closed = new();
    private int _openConnections;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public bool IsAdmin => EndPoint is UnixDomainSocketEndPoint;

    /// <summary>Connections of the admin socket that were accepted and have not ended.</summary>
    public int OpenConnections => Volatile.Read(ref _openConnections);

    public void Open()
    {
        lock (_lock) _opened.TrySetResult();
    }

    public void Close()
    {
        lock (_lock)
        {
            if (!_opened.Task.IsCompleted) return;
            _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _closed.Cancel();
            _closed = new CancellationTokenSource();
        }
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var (opened, closed) = State();
                await opened.WaitAsync(_unbound.Token);
                var accepted = await socket.AcceptAsync(closed);
                if (accepted.ProtocolType is ProtocolType.Tcp) accepted.NoDelay = true;
                var connection = connections.Create(accepted);
                if (IsAdmin) Count(connection);
                return connection;
            }
            catch (OperationCanceledException) when (_unbound.IsCancellationRequested)
            {
                return null;
            }
            catch (OperationCanceledException)
            {
                continue; // closed; wait until it is opened again
            }
            catch (SocketException)
            {
                // The client went away before it was accepted, or this process has no more file descriptors: the
                // listener lives on, and a pause keeps the latter from burning the CPU.
                await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound.Cancel();
        Close();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Count(ConnectionContext connection)
    {
        Interlocked.Increment(ref _openConnections);
        connection.ConnectionClosed.UnsafeRegister(static self => Interlocked.Decrement(ref ((SharedListener)self!)._openConnections), this);
    }

    private (Task Opened, CancellationToken Closed) State()
    {
        lock (_lock) return (_opened.Task, _closed.Token);
    }
}

/// <summary>Makes the listeners of a worker from the sockets that it was given.</summary>
internal sealed class SharedListenerFactory : IConnectionListenerFactory, IDisposable
{
    private readonly List<SharedListener> _listeners = [];

    // A request goes on in the thread that its bytes came in on, which spares two changes of thread and a tenth of the
    // CPU. Safe for us: nothing here blocks but reads of local files, and a thread of the pool that does is replaced.
    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = true }, NullLogger.Instance);

    public IReadOnlyList<SharedListener> Listeners => _listeners;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var handle = (FileHandleEndPoint)endpoint;
        var listener = new SharedListener(new Socket(new SafeSocketHandle((nint)handle.FileHandle, ownsHandle: true)), _connections);
        _listeners.Add(listener);
        return ValueTask.FromResult<IConnectionListener>(listener);
    }

    public void Dispose() => _connections.Dispose();
}
