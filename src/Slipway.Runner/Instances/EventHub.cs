using System.Collections.Concurrent;
using System.Threading.Channels;
using Slipway.Contracts.Runner;

namespace Slipway.Runner.Instances;

/// <summary>Tells every listener of changes. A listener that does not keep up is cut off: it lists again when it reconnects.</summary>
internal sealed class EventHub
{
    private readonly ConcurrentDictionary<Channel<InstanceEvent>, byte> _listeners = new();

    public void Publish(Instance instance)
    {
        var change = new InstanceEvent(instance.Spec.Id, instance.Status().State, instance.Exit);
        foreach (var listener in _listeners.Keys)
        {
            if (!listener.Writer.TryWrite(change)) listener.Writer.TryComplete();
        }
    }

    public Channel<InstanceEvent> Listen()
    {
        var listener = Channel.CreateBounded<InstanceEvent>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.Wait });
        _listeners[listener] = 0;
        return listener;
    }

    public void Leave(Channel<InstanceEvent> listener) => _listeners.TryRemove(listener, out _);
}
