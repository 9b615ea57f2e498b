namespace Slipway.Control.Server;

/// <summary>Lets one at a time work on each key; keys that nobody works on take no memory.</summary>
internal sealed class KeyedLock
{
    private readonly Dictionary<string, (SemaphoreSlim Turn, int Users)> _keys = [];

    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancel)
    {
        SemaphoreSlim turn;
        lock (_keys)
        {
            var (there, users) = _keys.GetValueOrDefault(key, (new SemaphoreSlim(1, 1), 0));
            _keys[key] = (turn = there, users + 1);
        }

        try
        {
            await turn.WaitAsync(cancel);
            return new Turn(this, key, turn);
        }
        catch (OperationCanceledException)
        {
            Leave(key);
            throw;
        }
    }

    private void Leave(string key)
    {
        lock (_keys)
        {
            var (turn, users) = _keys[key];
            if (users == 1) _keys.Remove(key);
            else _keys[key] = (turn, users - 1);
        }
    }

    private sealed class Turn(KeyedLock owner, string key, SemaphoreSlim turn) : IDisposable
    {
        public void Dispose()
        {
            turn.Release();
            owner.Leave(key);
        }
    }
}
