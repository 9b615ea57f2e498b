namespace Slipway.Control.Telemetry;

/// <summary>Looks on as traces are sent, so that somebody can be told whether they arrive.</summary>
internal sealed class Delivery(TimeProvider time)
{
    public DateTimeOffset? LastSentAt { get; private set; }

    public string? LastError { get; private set; }

    /// <summary>A client of the exporter's own, which sends the target's headers as they are: its own setting for them has a syntax that not every key fits.</summary>
    public HttpClient NewClient(TelemetryTarget? target) => new(new Witness(this, target?.Headers ?? new Dictionary<string, string>())) { Timeout = TimeSpan.FromSeconds(10) };

    private void Sent(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode) (LastSentAt, LastError) = (time.GetUtcNow(), null);
        else LastError = $"The receiver answered {(int)answer.StatusCode} {answer.ReasonPhrase}.";
    }

    private sealed class Witness(Delivery delivery, IReadOnlyDictionary<string, string> headers)
        : DelegatingHandler(new SocketsHttpHandler { ActivityHeadersPropagator = null, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10), ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        // The exporter sends from a thread of its own and waits there.
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            try
            {
                var answer = base.Send(request, cancellationToken);
                delivery.Sent(answer);
                return answer;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                delivery.LastError = e.Message;
                throw;
            }
        }
    }
}
