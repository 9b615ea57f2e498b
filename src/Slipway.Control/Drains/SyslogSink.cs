using System.Buffers;
using System.Net.Security;
using Slipway.Control.Logs;
using Slipway.Control.Remotes;

namespace Slipway.Control.Drains;

/// <summary>A syslog server over TCP, in TLS or not. The protocol has no answers: what the connection took counts as sent.</summary>
internal sealed class SyslogSink(DrainUrl to, string token, Outbound outbound) : IDrainSink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stream? _stream;

    public async Task SendAsync(IReadOnlyList<SourcedLine> lines, CancellationToken cancel)
    {
        var frames = new ArrayBufferWriter<byte>();
        foreach (var line in lines) DrainFrame.Write(line, token, frames);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            _stream ??= await ConnectAsync(patience.Token);
            await _stream.WriteAsync(frames.WrittenMemory, patience.Token);
            await _stream.FlushAsync(patience.Token);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is { } stream) await stream.DisposeAsync();
        _stream = null;
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancel)
    {
        var plain = await outbound.ConnectAsync(to.Host, to.Port, cancel);
        if (!to.IsTls) return plain;
        var tls = new SslStream(plain);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = to.Host }, cancel);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}
