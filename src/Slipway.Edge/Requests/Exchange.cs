using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Edge.Forwarding;
using Slipway.Edge.Routing;

namespace Slipway.Edge.Requests;

/// <summary>
/// One request and its answer. The object belongs to the connection and is used again for each request on it, so that
/// a request allocates little and what stays the same on a connection is computed once.
/// </summary>
internal sealed class Exchange
{
    private readonly DefaultHttpContext _http;
    private IPAddress? _remote;
    private string _host = "";

    public Exchange(IFeatureCollection features)
    {
        _http = new DefaultHttpContext(features);
        Transformer = new AppTransformer(this);
    }

    public HttpContext Http => _http;

    public AppTransformer Transformer { get; }

    public FirstByteTimer FirstByte { get; private set; } = new();

    /// <summary>The client's address as text.</summary>
    public string ClientAddress { get; private set; } = "";

    /// <summary>The value of <c>Forwarded</c> for this client and host.</summary>
    public string Forwarded { get; private set; } = "";

    /// <summary>The port that the client used, from Host, else the one that it connected to.</summary>
    public string Port { get; private set; } = "";

    /// <summary>Came in over a Unix socket: from slipwayd or root.</summary>
    public bool IsAdmin { get; private set; }

    /// <summary><c>http</c> or <c>https</c>, as the client came.</summary>
    public string Scheme { get; private set; } = "http";

    public string RequestId { get; private set; } = "";

    public long StartedAt { get; private set; }

    /// <summary>Path and query as the client sent them, still encoded.</summary>
    public string RawPath
    {
        get
        {
            var target = _http.Features.Get<IHttpRequestFeature>()!.RawTarget;
            return target.StartsWith('/') ? target : _http.Request.Path.ToUriComponent() + _http.Request.QueryString;
        }
    }

    public AppRoute? Route { get; set; }

    public BackendState? Backend { get; set; }

    /// <summary>What went wrong, for the log; null when nothing did.</summary>
    public EdgeFailure? Failure { get; set; }

    /// <summary>The request proved with the verify token that it may know who answered.</summary>
    public bool ShowsInstance { get; set; }

    public bool WasForwarded { get; set; }

    /// <summary>Time that it waited for connections to backends; zero where one was open.</summary>
    public TimeSpan Connect { get; set; }

    /// <summary>Bytes of the answer's body, where no Content-Length says it.</summary>
    public CountingStream? CountedBody { get; set; }

    public void Begin(IFeatureCollection features)
    {
        _http.Initialize(features);
        StartedAt = Stopwatch.GetTimestamp();
        Route = null;
        Backend = null;
        Failure = null;
        ShowsInstance = false;
        WasForwarded = false;
        Connect = default;
        CountedBody = null;
        DescribeClient(features.Get<IHttpConnectionFeature>()!);
        RequestId = Requests.RequestId.KeepOrMake(_http.Request.Headers["X-Request-Id"]);
    }

    public void End()
    {
        if (!FirstByte.TryReset()) FirstByte = new FirstByteTimer();
        _http.Uninitialize();
    }

    private void DescribeClient(IHttpConnectionFeature connection)
    {
        // The server hands out the same strings and address again while they do not change on a connection.
        var host = _http.Request.Headers.Host.ToString();
        if (ReferenceEquals(connection.RemoteIpAddress, _remote) && ReferenceEquals(host, _host) && Forwarded.Length > 0) return;
        _remote = connection.RemoteIpAddress;
        _host = host;
        IsAdmin = _remote is null;
        if (_remote is null) return;

        var address = _remote.IsIPv4MappedToIPv6 ? _remote.MapToIPv4() : _remote;
        ClientAddress = address.ToString();
        Scheme = _http.Request.IsHttps ? "https" : "http";
        var node = ClientAddress.Contains(':') ? $"\"[{ClientAddress}]\"" : ClientAddress;
        Forwarded = $"for={node};host=\"{host.Replace("\"", "", StringComparison.Ordinal)}\";proto={Scheme}";
        Port = (HostString.FromUriComponent(host).Port ?? connection.LocalPort).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
