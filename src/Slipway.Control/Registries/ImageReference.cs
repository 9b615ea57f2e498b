using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Registries;

/// <summary>Names an image in a registry, with all that people leave out: <c>docker.io/library/nginx:1.27</c>.</summary>
/// <param name="Host">Registry, perhaps with a port.</param>
/// <param name="Repository">Path below it.</param>
/// <param name="Tag"><c>:1.27</c>, <c>@sha256:…</c>, or both.</param>
internal sealed partial record ImageReference(string Host, string Repository, string Tag)
{
    public const string DockerHub = "docker.io";

    public const string Rule = "the name of an image in a registry, such as ghcr.io/ada/blog:1.4 or nginx@sha256:…";

    /// <returns>Null when it is none.</returns>
    public static ImageReference? TryParse(string? text)
    {
        if (text is not { Length: <= 512 } || Pattern().Match(text) is not { Success: true } match) return null;
        var (host, path) = (match.Groups["host"].Value, match.Groups["path"].Value);
        // As Docker reads it: the first part is a registry only when it looks like a host.
        if (host.Length > 0 && !host.Contains('.') && !host.Contains(':') && host != "localhost") (host, path) = ("", $"{host}/{path}");
        if (path.Any(char.IsAsciiLetterUpper)) return null;
        if (host.Length == 0 || host == "index.docker.io") (host, path) = (DockerHub, path.Contains('/') ? path : "library/" + path);
        var (tag, digest) = (match.Groups["tag"].Value, match.Groups["digest"].Value);
        return new ImageReference(host.ToLowerInvariant(), path, tag.Length + digest.Length == 0 ? ":latest" : digest.Length > 0 ? digest : tag);
    }

    /// <exception cref="SlipwayException">422 <c>invalid_image</c>.</exception>
    public static ImageReference Parse(string? text) => TryParse(text)
        ?? throw new SlipwayException(422, new SlipwayError("invalid_image", $"{TypedName.Quote(text)} is not {Rule}.") { Next = "slipway deploy --image ghcr.io/ada/blog:1.4" });

    public override string ToString() => $"{Host}/{Repository}{Tag}";

    [GeneratedRegex(@"\A((?<host>[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?)/)?(?<path>[A-Za-z0-9]+([._-]+[A-Za-z0-9]+)*(/[A-Za-z0-9]+([._-]+[A-Za-z0-9]+)*){0,10})(?<tag>:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?<digest>@sha256:[0-9a-f]{64})?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
