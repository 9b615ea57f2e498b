using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;

namespace Slipway.Control.Server;

/// <summary><c>slipwayd [admin-token] [--config FILE]</c></summary>
internal static class CommandLine
{
    public const string Serve = "serve";
    public const string AdminToken = "admin-token";

    public static (string Verb, string ConfigFile) Parse(string[] args)
    {
        var verb = Serve;
        var rest = args.AsSpan();
        if (rest is [Serve or AdminToken, ..])
        {
            verb = rest[0];
            rest = rest[1..];
        }

        return rest switch
        {
            [] => (verb, ServerConfig.DefaultPath),
            ["--config", var file] => (verb, file),
            _ => throw new SlipwayException(400, new SlipwayError("usage", "slipwayd was called with arguments that it does not know.")
            {
                Next = "Usage: slipwayd [serve | admin-token] [--config FILE]",
            }),
        };
    }
}
