using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Remotes;

internal static class RemoteErrors
{
    public static SlipwayException NotAnAddress(string? text) => new(422, new SlipwayError("source_url_invalid", $"{TypedName.Quote(text)} is not an address that a source can be fetched from.")
    {
        Why = "It is the http or https URL of an archive (tar, tar.gz, zip) or, ending in .git, of a git repository, with #BRANCH after it for another branch than its own.",
        Next = "slipway deploy --from https://git.example.org/blog.git#main",
    });

    public static SlipwayException Private(string host, string address) => new(422, new SlipwayError("source_url_private", $"{TypedName.Quote(host)} is not on the internet: it is {address}.")
    {
        Why = "What is deployed from an address is fetched by the server itself, which reaches more of its own network than whoever names the address may.",
        Next = "An admin can allow it: slipway server set private-sources allow",
    });

    public static SlipwayException Unreachable(string host, string why, Exception? inner = null) => new(422, new SlipwayError("source_unreachable", $"{TypedName.Quote(host)} could not be reached.")
    {
        Why = why,
        Next = "Check the address, then deploy again.",
    }, inner);

    public static SlipwayException Refused(string host, int status) => new(422, new SlipwayError("source_refused", $"{TypedName.Quote(host)} answered {status}.")
    {
        Why = status is 401 or 403 or 404 ? "The source is not there, or not for everybody." : null,
        Next = "Put what it asks for into the address, https://USER:TOKEN@HOST/…, or send the folder yourself: slipway deploy",
    });

    public static SlipwayException NotASource(string host) => new(422, new SlipwayError("source_url_invalid", $"{TypedName.Quote(host)} answered with a web page, not with an archive.")
    {
        Why = "The address of a repository ends in .git; a page about it is not the repository.",
        Next = "Add .git to the address, or take that of the archive (…/archive/main.tar.gz).",
    });

    public static SlipwayException GitFailed(string host, string said) => new(422, new SlipwayError("source_fetch_failed", $"The repository at {TypedName.Quote(host)} could not be fetched.")
    {
        Why = string.Join(' ', said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(2)),
        Next = "Check that the address and the branch are right and may be read; git ls-remote ADDRESS shows what is there.",
    });
}
