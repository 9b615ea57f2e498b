using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Telemetry;

/// <summary>Where traces are sent.</summary>
/// <param name="Endpoint">Base address; OTLP's own path comes after it.</param>
internal sealed partial record TelemetryTarget(Uri Endpoint, IReadOnlyDictionary<string, string> Headers)
{
    private const int MostHeaders = 20, LongestHeader = 4000;

    public Uri Traces => new(Endpoint.OriginalString.TrimEnd('/') + "/v1/traces");

    /// <exception cref="SlipwayException">422: no address, no headers.</exception>
    public static TelemetryTarget Parse(string? endpoint, IReadOnlyDictionary<string, string>? headers)
    {
        if (endpoint is not { Length: <= 2000 } || !Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw Invalid($"{TypedName.Quote(endpoint)} is not an address of an OTLP receiver.",
                "It is the base address of one that speaks OTLP over HTTP, such as http://127.0.0.1:4318; /v1/traces is added. What lets Slipway in goes into a header.");
        }

        headers ??= new Dictionary<string, string>();
        if (headers.Count > MostHeaders) throw Invalid($"These are more than {MostHeaders} headers.", "A receiver needs one or two.");
        foreach (var (name, value) in headers)
        {
            if (!HeaderName().IsMatch(name) || value is null || value.Length > LongestHeader || value.Any(c => c is < ' ' or > '~'))
                throw Invalid($"{TypedName.Quote(name)} is not a header that can be sent.", "Its name is letters, digits and dashes, its value printable ASCII.");
        }

        return new TelemetryTarget(url, headers);
    }

    private static SlipwayException Invalid(string message, string why) => new(422, new SlipwayError("invalid_telemetry", message)
    {
        Why = why,
        Next = "slipway server telemetry set http://127.0.0.1:4318 --header api-key=…",
    });

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderName();
}
