namespace Slipway.Contracts.Git;

// git runs slipway-git as the pre-receive hook of a push; it hands over what git told it and prints what it is answered:
// POST PushProtocol.Path + token on the control socket, PushedRefs in, PushLines out (one JSON object a line, as they happen).

public static class PushProtocol
{
    public const string Path = "/slipway/git/pushes/";

    /// <summary>Environment variable of the hook: names the push to slipwayd, which knows whose it is.</summary>
    public const string TokenVariable = "SLIPWAY_PUSH";

    /// <summary>Environment variable of the hook: path of the control socket.</summary>
    public const string SocketVariable = "SLIPWAY_SOCKET";
}

/// <param name="Quarantine">Folder in which git keeps the pushed objects until the hook has accepted them; null when the push brought none.</param>
public sealed record PushedRefs(string? Quarantine, IReadOnlyList<PushedRef> Refs);

/// <summary>One line of git's input to the hook.</summary>
/// <param name="Name"><c>refs/heads/main</c></param>
/// <param name="Old">Object name in hex; all zeros when the ref is new.</param>
/// <param name="New">All zeros when it is to be deleted.</param>
public sealed record PushedRef(string Name, string Old, string New)
{
    public bool IsDeletion => New.All(digit => digit == '0');
}

/// <summary>A line for the pusher, or the end: whether the push is accepted.</summary>
public sealed record PushLine(string? Text, bool? Accepted);
