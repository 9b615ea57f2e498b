using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Edge.Requests;
using Slipway.Edge.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace Slipway.Edge.Forwarding;

/// <summary>Brings a request to a backend: which one, how often, how long, and what to say when it fails.</summary>
internal sealed class Forwarder(IHttpForwarder yarp, Func<RouteTable> currentTable)
{
    private const string AnyPrefix = "http://backend/";

    public async Task ForwardAsync(Exchange exchange)
    {
        var http = exchange.Http;
        var upload = Prepare(exchange);
        if (upload is null && exchange.Failure is { } refused)
        {
            await ErrorPage.WriteAsync(exchange, refused);
            return;
        }

        var route = exchange.Route!;
        ulong tried = 0;
        EdgeFailure? failure = EdgeFailure.Refused;
        while (true)
        {
            var index = route.Backends.Choose(tried);
            if (index < 0)
            {
                // All of them refused. If a revision came meanwhile, these were perhaps just stopped: go on with its backends.
                var now = currentTable().Find(http.Request.Headers.Host.ToString());
                if (now is null || ReferenceEquals(now, route) || now.State != route.State) break;
                exchange.Route = route = now;
                tried = 0;
                continue;
            }

            tried |= 1UL << index;
            var backend = exchange.Backend = route.Backends[index];
            var error = await SendAsync(exchange, route, backend);
            if (error is ForwarderError.None) return;

            var exception = http.Features.Get<IForwarderErrorFeature>()?.Exception;
            failure = FailureOf(exchange, error, exception, upload);
            if (!NothingWasSent(exception) || upload?.HasBegun is true || http.Response.HasStarted || http.RequestAborted.IsCancellationRequested) break;
            backend.Avoid();
            ErrorPage.Clear(http.Response);
            http.Features.Set<IForwarderErrorFeature>(null);
        }

        if (failure is null || failure == EdgeFailure.ClientGone || http.Response.HasStarted)
        {
            exchange.Failure = failure;
            return;
        }

        if (route.App is null && failure == EdgeFailure.Refused) failure = EdgeFailure.ControlUnavailable;
        await ErrorPage.WriteAsync(exchange, failure);
    }

    /// <returns>The request's body, if it has one; sets <see cref="Exchange.Failure"/> when it is too large.</returns>
    private static UploadStream? Prepare(Exchange exchange)
    {
        var http = exchange.Http;
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true }) return null;

        var limit = exchange.Route!.MaxBodyBytes;
        if (http.Request.ContentLength > limit)
        {
            exchange.Failure = EdgeFailure.BodyTooLarge;
            return null;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = limit;
        var upload = new UploadStream(http.Request.Body, exchange.FirstByte);
        http.Request.Body = upload;
        return upload;
    }

    private async ValueTask<ForwarderError> SendAsync(Exchange exchange, AppRoute route, BackendState backend)
    {
        backend.Begin();
        var tried = backend.Connects.Tried;
        exchange.FirstByte.Start(route.FirstByteTimeout);
        try
        {
            return await yarp.SendAsync(exchange.Http, AnyPrefix, backend.Client, route.Forwarding, exchange.Transformer, exchange.FirstByte.Token);
        }
        finally
        {
            exchange.FirstByte.Stop();
            backend.End();
            if (backend.Connects.Tried != tried) exchange.Connect += backend.Connects.Last;
        }
    }

    /// <summary>The connection was never made, so another backend may have the request whatever its method.</summary>
    private static bool NothingWasSent(Exception? exception) => exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };

    /// <returns>Null where a connection ended as connections do: a websocket whose browser window was closed.</returns>
    private static EdgeFailure? FailureOf(Exchange exchange, ForwarderError error, Exception? exception, UploadStream? upload) => error switch
    {
        // These first: after them the client's connection is aborted, by us.
        ForwarderError.ResponseBodyDestination => exception is OperationCanceledException ? EdgeFailure.IdleConnection : EdgeFailure.Interrupted,
        ForwarderError.UpgradeActivityTimeout => EdgeFailure.IdleConnection,
        ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseDestination => EdgeFailure.Interrupted,
        ForwarderError.UpgradeRequestClient or ForwarderError.UpgradeRequestCanceled => null,
        ForwarderError.UpgradeResponseClient or ForwarderError.UpgradeResponseCanceled => null,

        _ when exception is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => EdgeFailure.BodyTooLarge,
        _ when exchange.Http.RequestAborted.IsCancellationRequested => EdgeFailure.ClientGone,
        _ when exchange.FirstByte.HasFired => EdgeFailure.Timeout,
        _ when NothingWasSent(exception) => exception!.InnerException is TimeoutException or SocketException { SocketErrorCode: SocketError.TimedOut }
            ? EdgeFailure.ConnectTimeout
            : EdgeFailure.Refused,
        ForwarderError.RequestBodyClient when exception is BadHttpRequestException bad => EdgeFailure.BadRequest(bad.StatusCode, bad.Message),
        ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled => EdgeFailure.ClientGone,
        ForwarderError.Request when exception is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => EdgeFailure.BadResponse,
        ForwarderError.Request => upload?.HasBegun is true ? EdgeFailure.Interrupted : EdgeFailure.NoResponse,
        ForwarderError.RequestTimedOut => EdgeFailure.Timeout,
        ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient => EdgeFailure.ClientGone,
        _ => EdgeFailure.Interrupted,
    };
}
