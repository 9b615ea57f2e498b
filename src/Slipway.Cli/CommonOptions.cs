using System.CommandLine;
using System.CommandLine.Completions;
using Slipway.Cli.Apps;

namespace Slipway.Cli;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static readonly Option<string> App = new("--app", "-a")
    {
        Description = "The app. Else SLIPWAY_APP, else the one that this folder was deployed to.",
        HelpName = "NAME",
        CompletionSources = { _ => AppLink.KnownApps().Select(name => new CompletionItem(name)) },
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print the API's JSON." };

    public static readonly Option<string> Server = new("--server", "--url")
    {
        Description = "The server's URL. Else SLIPWAY_SERVER, else the server of the last login.",
        HelpName = "URL",
        Recursive = true,
    };

    public static readonly Option<bool> NoWait = new("--no-wait") { Description = "Do not follow the rollout." };

    public static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Show every line of the log." };

    public static readonly Option<string> Confirm = new("--confirm") { Description = "The app's name, instead of being asked for it.", HelpName = "NAME" };
}
