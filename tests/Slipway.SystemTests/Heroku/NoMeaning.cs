namespace Slipway.SystemTests.Heroku;

/// <summary>The client's commands that have no meaning on a server of one's own, and why.</summary>
internal static class NoMeaning
{
    /// <summary>By command, or by all that begin so (<c>spaces:*</c>).</summary>
    public static IReadOnlyList<(string Command, string Why)> Commands { get; } =
    [
        ("autocomplete*", "completes the client's own command lines; asks no server"),
        ("commands", "lists the client's own commands; asks no server"),
        ("help", "explains the client's own commands; asks no server"),
        ("search", "searches the client's own commands; asks no server"),
        ("which", "explains the client's own commands; asks no server"),
        ("version", "says the client's own version; asks no server"),
        ("update", "updates the client itself; asks no server"),
        ("plugins*", "extends the client itself; asks no server"),
        ("repl", "a prompt for the client's other commands"),
        ("mcp*", "starts a server of the client's own for other programs"),
        ("accounts*", "keeps several logins in the client's own files; asks no server"),
        ("spaces*", "Private Spaces are Heroku's networks apart; here a server of its own is one"),
        ("status", "asks Heroku's status page about Heroku's own servers"),
        ("usage:addons", "counts what metered add-ons will cost; nothing is charged here"),
        ("telemetry*", "of Heroku's Fir generation alone"),
        ("pipelines:connect", "asks GitHub, and Heroku's own server for what it knows of it; slipway reviewapps enable --repo"),
        ("pipelines:diff", "asks Heroku's own server for repositories at GitHub, and GitHub for commits"),
        ("pipelines:open", "opens Heroku's own dashboard"),
        ("pipelines:setup", "asks GitHub, and Heroku's own server for what it knows of it"),
        ("local*", "runs a Procfile on your own machine; asks no server"),
    ];
}
