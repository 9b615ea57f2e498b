using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Runner;
using Slipway.Runner.Commands;
using Slipway.Runner.Oci;
using Slipway.Runner.Protocol;

namespace Slipway.Runner.Instances;

/// <summary>A client's talk with an instance that it ran: its output out, input and window sizes in, its exit last.</summary>
internal sealed class InstanceSession(InstanceTable table)
{
    public async Task RunAsync(InstanceSpec spec, FrameStream client, CancellationToken cancel)
    {
        var (instance, opened) = await table.StartAsync(spec, attach: true, CancellationToken.None);
        using var attachment = opened!;
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            await Verbs.Result(client, instance.Status(), ContractsJson.Default.InstanceStatus, cancel);
            var input = ReceiveInputAsync(attachment, client, gone);
            await attachment.SendOutputAsync(client, gone.Token);
            var exit = await instance.Ended.WaitAsync(gone.Token);
            await client.WriteJsonAsync(FrameType.Exit, exit, ContractsJson.Default.InstanceExit, gone.Token);
            await Verbs.LetGoAsync(input, gone);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            Journal.Debug($"{spec.Id}: its client went away: {e.Message}");
            if (spec.Terminal is not null && instance.Running && !cancel.IsCancellationRequested) await table.HangUpAsync(instance, CancellationToken.None);
        }
    }

    /// <summary>Ends with the client, and then ends the rest.</summary>
    private static async Task ReceiveInputAsync(Attachment attachment, FrameStream client, CancellationTokenSource gone)
    {
        try
        {
            while (await client.ReadAsync(gone.Token) is { } frame)
            {
                switch (frame.Type)
                {
                    case FrameType.Stdin when frame.Payload.Length == 0:
                        attachment.EndInput();
                        break;
                    case FrameType.Stdin:
                        await attachment.WriteInputAsync(frame.Payload, gone.Token);
                        break;
                    case FrameType.Resize when JsonSerializer.Deserialize(frame.Payload.Span, StrictJson.Default.TerminalSize) is { } size && SpecRules.IsSize(size):
                        attachment.Resize(size);
                        break;
                }
            }

            await gone.CancelAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Net.Sockets.SocketException or InvalidDataException or JsonException or ObjectDisposedException)
        {
            if (!gone.IsCancellationRequested && e is not System.Net.Sockets.SocketException) await gone.CancelAsync();
        }
    }
}
