using System.Text.Json.Serialization;

namespace Slipway.Contracts.Api;

/// <summary>What people decided about an error.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ErrorStatus>))]
public enum ErrorStatus
{
    Open,

    /// <summary>Mended, as somebody said; it opens again when it happens in a later release than the one it was resolved in.</summary>
    Resolved,

    /// <summary>Counted, and not to be looked at.</summary>
    Ignored,
}

/// <summary>Who told of it.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ErrorOrigin>))]
public enum ErrorOrigin
{
    /// <summary>One of Sentry's SDKs in the app, or what speaks its protocol.</summary>
    Sdk,

    /// <summary>A traceback in the app's log.</summary>
    Log,

    /// <summary>A 5xx answer that nothing else explains.</summary>
    Edge,
}

/// <summary>All that failed in the same way: at <c>GET /slipway/apps/{app}/errors</c>.</summary>
/// <param name="Number">By which people name it, within its app.</param>
/// <param name="Type">Of the exception: <c>ZeroDivisionError</c>; of an answer, <c>HTTP 503</c> or the router's code.</param>
/// <param name="Title">The type with its message, as it was last.</param>
/// <param name="Culprit">Where: <c>blog.views in show</c>, or <c>GET /orders/*</c>.</param>
/// <param name="Level"><c>error</c>, <c>fatal</c>, <c>warning</c>.</param>
/// <param name="Count">How often, also where nothing is kept of it.</param>
/// <param name="FirstRelease"><c>v12</c>, or what the app calls it.</param>
/// <param name="ResolvedIn">Version of the release that was current when it was resolved; null unless it is.</param>
/// <param name="RegressedAt">When it was last seen again after it had been resolved.</param>
public sealed record AppError(
    Guid Id, int Number, string Type, string Title, string Culprit, string Level, ErrorOrigin Origin, ErrorStatus Status, long Count,
    DateTimeOffset FirstSeen, DateTimeOffset LastSeen, string? FirstRelease, string? LastRelease, int? ResolvedIn, DateTimeOffset? RegressedAt);

/// <summary>Body of <c>PATCH /slipway/apps/{app}/errors/{error}</c>.</summary>
public sealed record UpdateAppErrorRequest(string? Status);

/// <summary>What an app has sent and what became of it: at <c>GET /slipway/apps/{app}/error-intake</c>.</summary>
/// <param name="Dsn">Where the app's SDK sends to; it can be reached from the app's instances alone.</param>
/// <param name="Errors">How many are told apart now, of at most <paramref name="MostErrors"/>.</param>
/// <param name="Bytes">Of the occurrences that are kept, of at most <paramref name="MostBytes"/>.</param>
/// <param name="Refused">Since ever: occurrences that were not looked at, because there were too many at once. They are in no error's count.</param>
public sealed record ErrorIntake(Uri Dsn, long Accepted, long Refused, int Errors, int MostErrors, long Bytes, long MostBytes);

/// <summary>One time that an error happened, as far as it is kept; secrets are taken out.</summary>
/// <param name="Id">As the SDK calls it.</param>
public sealed record ErrorOccurrence(Guid Id, DateTimeOffset At)
{
    public ErrorOrigin Origin { get; init; }
    public string Level { get; init; } = "error";
    public string? Platform { get; init; }
    public string? Release { get; init; }
    public string? Environment { get; init; }

    /// <summary>Which instance it was, as far as it is known: <c>web.1</c>.</summary>
    public string? Instance { get; init; }

    /// <summary>Of a message without an exception.</summary>
    public string? Message { get; init; }

    /// <summary>The last is the one that was raised; those before it led to it.</summary>
    public IReadOnlyList<ErrorException> Exceptions { get; set; } = [];
    public ErrorHttpRequest? Request { get; init; }
    public IReadOnlyDictionary<string, string> User { get; set; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Tags { get; set; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Extra { get; set; } = new Dictionary<string, string>();

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<ErrorBreadcrumb> Breadcrumbs { get; set; } = [];
}

/// <param name="Frames">Outermost first: the last is where it was raised.</param>
public sealed record ErrorException(string Type, string Message, IReadOnlyList<ErrorFrame> Frames);

/// <param name="InApp">Of the app's own code, not of a library.</param>
/// <param name="Before">Lines of code above <paramref name="Code"/>.</param>
public sealed record ErrorFrame(string File, string? Module, string? Function, int? Line, bool InApp, IReadOnlyList<string> Before, string? Code, IReadOnlyList<string> After)
{
    public IReadOnlyDictionary<string, string> Variables { get; set; } = new Dictionary<string, string>();
}

public sealed record ErrorHttpRequest(string? Method, string? Url, string? Query, IReadOnlyDictionary<string, string> Headers, string? Body);

public sealed record ErrorBreadcrumb(DateTimeOffset? At, string? Category, string? Level, string? Message, string? Data);
