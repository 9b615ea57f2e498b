using Slipway.Contracts.Api;
using Slipway.Control.Secrets;

namespace Slipway.Control.Errors;

/// <summary>Takes the app's config vars out of every text of an occurrence: what is kept of errors is read by more people than they are.</summary>
internal sealed class Scrubbing
{
    /// <summary>What is shorter, or a plain word, is no secret, and stands in many texts.</summary>
    private const int Shortest = 10;

    private readonly Redaction _secrets;
    private readonly List<string> _values;

    public Scrubbing(IReadOnlyDictionary<string, string> config)
    {
        _secrets = Redaction.Of(config);
        _values = [.. config.Values.Where(value => value.Length >= Shortest && value.Any(char.IsAsciiDigit) && value.Any(char.IsAsciiLetter)).OrderByDescending(value => value.Length)];
    }

    public string Text(string text)
    {
        foreach (var value in _values) text = text.Replace(value, SecretKeys.Taken, StringComparison.Ordinal);
        return _secrets.Apply(text);
    }

    public ErrorOccurrence Of(ErrorOccurrence one) => one with
    {
        Message = Maybe(one.Message),
        Exceptions = [.. one.Exceptions.Select(raised => raised with { Message = Text(raised.Message), Frames = [.. raised.Frames.Select(Of)] })],
        Request = one.Request is { } request ? request with { Url = Maybe(request.Url), Query = Maybe(request.Query), Headers = Of(request.Headers), Body = Maybe(request.Body) } : null,
        User = Of(one.User),
        Tags = Of(one.Tags),
        Extra = Of(one.Extra),
        Breadcrumbs = [.. one.Breadcrumbs.Select(crumb => crumb with { Message = Maybe(crumb.Message), Data = Maybe(crumb.Data) })],
    };

    private ErrorFrame Of(ErrorFrame frame) => frame with
    {
        Before = [.. frame.Before.Select(Text)], Code = Maybe(frame.Code), After = [.. frame.After.Select(Text)], Variables = Of(frame.Variables),
    };

    private Dictionary<string, string> Of(IReadOnlyDictionary<string, string> pairs) => pairs.ToDictionary(pair => pair.Key, pair => Text(pair.Value), StringComparer.Ordinal);

    private string? Maybe(string? text) => text is null ? null : Text(text);
}
