using System.Runtime.InteropServices;
using Slipway.Contracts.Errors;

namespace Slipway.Edge.Native;

/// <summary>Users and groups of the machine, and becoming one of them for good.</summary>
internal static unsafe class Accounts
{
    private const int BufferSize = 16 * 1024;

    public static bool AmRoot => Libc.geteuid() == 0;

    /// <exception cref="SlipwayException">There is no such user.</exception>
    public static uint Uid(string user)
    {
        var buffer = stackalloc byte[BufferSize];
        Libc.Passwd entry;
        Libc.Passwd* found;
        return Libc.getpwnam_r(user, &entry, buffer, BufferSize, &found) == 0 && found is not null ? entry.Uid : throw Missing("user", user);
    }

    /// <exception cref="SlipwayException">There is no such group.</exception>
    public static uint Gid(string group)
    {
        var buffer = stackalloc byte[BufferSize];
        Libc.Group entry;
        Libc.Group* found;
        return Libc.getgrnam_r(group, &entry, buffer, BufferSize, &found) == 0 && found is not null ? entry.Gid : throw Missing("group", group);
    }

    /// <summary>Groups first, user last: once the user is changed the rest would be refused. All threads change (glibc sees to it).</summary>
    public static void Become(uint uid, uint gid)
    {
        if (Libc.setgroups(1, &gid) != 0 || Libc.setresgid(gid, gid, gid) != 0 || Libc.setresuid(uid, uid, uid) != 0)
            throw new InvalidOperationException($"Cannot become uid {uid}, gid {gid}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>A master started with CAP_NET_BIND_SERVICE instead of root does not pass it on to its worker.</summary>
    public static void ForgetAmbientCapabilities() => Libc.prctl(Libc.PR_CAP_AMBIENT, Libc.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);

    public static void Own(string path, uint uid, uint gid)
    {
        if (Libc.chown(path, uid, gid) != 0)
            throw new IOException($"Cannot give {path} to uid {uid}, gid {gid}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static SlipwayException Missing(string noun, string name) =>
        new(500, new SlipwayError("missing_account", $"The {noun} '{name}' named in the server configuration does not exist.")
        {
            Next = "Run bin/up: it makes the users and groups that Slipway runs as.",
        });
}
