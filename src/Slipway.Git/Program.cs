using Slipway.Contracts.Git;
using Slipway.Git;

// git runs this as a hook, without an argument; sshd as its configuration says.
return args switch
{
    [] when Variable(GitVariables.Push) is { } token && Variable(GitVariables.Socket) is { } socket =>
        await Slipwayd.AskAsync(socket, new GitRequest(GitVerb.Push) { Push = new PushedRefs(token, Variable("GIT_QUARANTINE_PATH"), await ReadRefsAsync()) }),
    ["ssh-key", var socket, var type, var blob] =>
        await Slipwayd.AskAsync(socket, new GitRequest(GitVerb.Key) { Key = new PresentedKey(type, blob) }),
    ["ssh-session", var socket] =>
        await Slipwayd.AskAsync(socket, new GitRequest(GitVerb.Session)
        {
            Session = new SessionCommand(Variable(GitVariables.Session) ?? "", Variable("SSH_ORIGINAL_COMMAND"), Variable("GIT_PROTOCOL")),
        }),
    _ => Usage(),
};

static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

// A line is 'OLD NEW NAME'; git allows no space in any of them.
static async Task<IReadOnlyList<PushedRef>> ReadRefsAsync()
{
    var refs = new List<PushedRef>();
    while (await Console.In.ReadLineAsync() is { } line)
        if (line.Split(' ', 3) is [var old, var @new, var name]) refs.Add(new PushedRef(name, old, @new));
    return refs;
}

static int Usage()
{
    Console.Error.WriteLine("slipway-git is run by git and sshd on a Slipway server, for slipwayd. To push to an app: slipway git remote");
    return 2;
}
