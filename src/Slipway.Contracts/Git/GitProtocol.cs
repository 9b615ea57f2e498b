using System.Text.Json.Serialization;

namespace Slipway.Contracts.Git;

// slipway-git is what git and sshd run on slipwayd's behalf. It decides nothing: it sends one GitRequest on slipwayd's git
// socket (frames, as the runner speaks them), its standard input in Stdin frames where the verb reads one (an empty frame is
// its end), writes Stdout and Stderr frames to where they say, and exits with the code of the Exit frame.

[JsonConverter(typeof(SnakeCaseEnumConverter<GitVerb>))]
public enum GitVerb
{
    /// <summary>git's pre-receive hook asks whether a push may go on. Exit 0: yes.</summary>
    Push,

    /// <summary>sshd asks who a key belongs to. Standard output is the line of an <c>authorized_keys</c> file; nothing for a stranger.</summary>
    Key,

    /// <summary>sshd let somebody in: carries out the command that they named. Reads standard input.</summary>
    Session,
}

public sealed record GitRequest(GitVerb Verb)
{
    public PushedRefs? Push { get; init; }
    public PresentedKey? Key { get; init; }
    public SessionCommand? Session { get; init; }
}

/// <param name="Token">Names the push to slipwayd, which knows whose it is.</param>
/// <param name="Quarantine">Folder in which git keeps the pushed objects until the hook has accepted them; null when the push brought none.</param>
public sealed record PushedRefs(string Token, string? Quarantine, IReadOnlyList<PushedRef> Refs);

/// <summary>One line of git's input to the hook.</summary>
/// <param name="Name"><c>refs/heads/main</c></param>
/// <param name="Old">Object name in hex; all zeros when the ref is new.</param>
/// <param name="New">All zeros when it is to be deleted.</param>
public sealed record PushedRef(string Name, string Old, string New)
{
    [JsonIgnore]
    public bool IsDeletion => New.All(digit => digit == '0');
}

/// <param name="Type"><c>ssh-ed25519</c></param>
/// <param name="Blob">Base64, as in a public key's file.</param>
public sealed record PresentedKey(string Type, string Blob);

/// <param name="Token">Who it is: what <see cref="GitVerb.Key"/> put into the session's environment.</param>
/// <param name="Command">As the client sent it (SSH_ORIGINAL_COMMAND); null when it wants a shell.</param>
/// <param name="Protocol">GIT_PROTOCOL of the client.</param>
public sealed record SessionCommand(string Token, string? Command, string? Protocol);

/// <summary>Payload of the Exit frame.</summary>
public sealed record GitExit(int Code);

/// <summary>Environment variables by which slipway-git is told what slipwayd started it for.</summary>
public static class GitVariables
{
    /// <summary>Path of the git socket.</summary>
    public const string Socket = "SLIPWAY_SOCKET";

    /// <summary>Of the hook: <see cref="PushedRefs.Token"/>.</summary>
    public const string Push = "SLIPWAY_PUSH";

    /// <summary>Of an SSH session: <see cref="SessionCommand.Token"/>.</summary>
    public const string Session = "SLIPWAY_SESSION";
}
