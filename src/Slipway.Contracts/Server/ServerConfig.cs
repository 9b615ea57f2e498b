using System.Text.Json;
using Slipway.Contracts.Errors;

namespace Slipway.Contracts.Server;

/// <summary>
/// What every process of one Slipway server agrees on; written at install to <c>/etc/NAME/server.json</c>, owned by root.
/// Two servers on one machine (a real one and one under test) differ in <see cref="Name"/>, port and subnet.
/// The properties have setters because generated JSON code forgets the defaults of init-only ones.
/// </summary>
public sealed record ServerConfig
{
    public const string DefaultPath = "/etc/slipway/server.json";

    /// <summary>Names the cgroup, the nftables table, the bridge (<c>NAME0</c>, so at most 14 characters) and the folders.</summary>
    public string Name { get; set; } = "slipway";

    /// <summary>Persistent data; <c>/var/lib/NAME</c>.</summary>
    public string Home { get; set; } = "/var/lib/slipway";

    /// <summary>Sockets and other things that a reboot may lose; <c>/run/NAME</c>.</summary>
    public string Run { get; set; } = "/run/slipway";

    /// <summary>The installed programs, a folder each; <c>/usr/lib/NAME</c>.</summary>
    public string Programs { get; set; } = "/usr/lib/slipway";

    /// <summary>Port on which the edge serves HTTP.</summary>
    public int HttpPort { get; set; } = 8080;

    /// <summary>Port on which the edge serves HTTPS; 0: it does not.</summary>
    public int HttpsPort { get; set; }

    /// <summary>Port on which people reach the PostgreSQL databases that were exposed, over TLS; 0: none can be.</summary>
    public int PostgresPort { get; set; }

    /// <summary>Port on which sshd listens, for git over SSH and SFTP.</summary>
    public int SshPort { get; set; } = 2222;

    /// <summary>Unix user of sshd, and the name by which everybody logs in to it.</summary>
    public string SshUser { get; set; } = "git";

    /// <summary>Addresses on which the edge listens.</summary>
    public IReadOnlyList<string> ListenAddresses { get; set; } = ["0.0.0.0", "::"];

    /// <summary>Apps answer at <c>APP.Domain</c>, the API and dashboard at <c>slipway.Domain</c>.</summary>
    public string Domain { get; set; } = "localhost";

    /// <summary>First two octets of the instances' network: <c>10.83</c> means 10.83.0.0/16.</summary>
    public string SubnetPrefix { get; set; } = "10.83";

    /// <summary>The host's address in it, which instances take for their way out.</summary>
    public string Gateway => SubnetPrefix + ".0.1";

    /// <summary>
    /// Port of <see cref="Gateway"/> on which slipwayd takes the errors that apps send: the one port of the host that an instance
    /// reaches. 0: none.
    /// </summary>
    public int ErrorsPort { get; set; } = 7079;

    /// <summary>Uids [UidBase, UidBase + UidCount) belong to apps; the runner refuses any other.</summary>
    public int UidBase { get; set; } = 200_000;

    public int UidCount { get; set; } = 50_000;

    /// <summary>Uids [GuestUidBase, GuestUidBase + GuestUidCount) belong to the users of builds that have several, of all apps.</summary>
    public int GuestUidBase => UidBase + UidCount;

    /// <summary>With the build's own uid, as many as there are in a file system: <c>nobody</c> is 65534.</summary>
    public const int GuestUidCount = 65535;

    /// <summary>Unix user of slipwayd.</summary>
    public string ControlUser { get; set; } = "slipway";

    /// <summary>Unix user of slipway-edge.</summary>
    public string EdgeUser { get; set; } = "slipway-edge";

    /// <summary>Unix group of both: may read logs and open the sockets between the processes.</summary>
    public string Group { get; set; } = "slipway";

    public string LayersDirectory => Path.Combine(Home, "layers");
    public string StacksDirectory => Path.Combine(Home, "stacks");
    public string InstancesDirectory => Path.Combine(Home, "instances");
    public string VolumesDirectory => Path.Combine(Home, "volumes");

    /// <summary>One folder an app: <c>NAME.INSTANCE.log</c> of each instance, <c>router.log</c>, see <see cref="Logs.LogLine"/>.</summary>
    public string LogsDirectory => Path.Combine(Home, "logs");

    /// <summary>A pip index (PEP 503) on this machine's disk, mounted read-only into builds when the server's package index is <c>local</c>.</summary>
    public string LocalIndexDirectory => Path.Combine(Home, "index");

    public string ControlDirectory => Path.Combine(Home, "control");
    public string SourcesDirectory => Path.Combine(ControlDirectory, "sources");

    /// <summary>Bare git repositories, one an app, named by the app's id.</summary>
    public string GitDirectory => Path.Combine(ControlDirectory, "git");

    public string EdgeDirectory => Path.Combine(Home, "edge");

    /// <summary>Where slipwayd answers <see cref="GitProgram"/>; the folder is open to sshd's user.</summary>
    public string GitSocket => Path.Combine(Run, "git", "slipwayd.sock");

    /// <summary>What git and sshd run on slipwayd's behalf.</summary>
    public string GitProgram => Path.Combine(Programs, "git", "slipway-git");

    public string RunnerSocket => Path.Combine(Run, "runner.sock");
    public string ControlSocket => Path.Combine(Run, "control.sock");

    /// <summary>Where the edge brings connections that begin with <see cref="RendezvousPrefix"/>, which HTTP never does.</summary>
    public string RendezvousSocket => Path.Combine(Run, "rendezvous.sock");
    public const string RendezvousPrefix = "rendezvous/";

    public string EdgeSocket => Path.Combine(Run, "edge", "admin.sock");

    /// <summary>One folder an instance, seen inside it as <c>/run/slipway</c>; holds <c>web.sock</c>.</summary>
    public string InstanceSocketsDirectory => Path.Combine(Run, "instances");

    public string ControlHost => "slipway." + Domain;

    /// <summary>
    /// Further hosts of the API: this machine itself, or a tunnel to it. Heroku's client sends its token to no others than
    /// these and Heroku's own.
    /// </summary>
    public static IReadOnlyList<string> LoopbackHosts { get; } = ["localhost", "127.0.0.1"];

    public string Bridge => Name + "0";

    /// <exception cref="SlipwayException">The file is missing or is not what the processes agreed on.</exception>
    public static ServerConfig Load(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, ContractsJson.Default.ServerConfig)
                ?? throw new JsonException("it holds only 'null'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new SlipwayException(500, new SlipwayError("invalid_server_config", $"{path} cannot be read as Slipway's server configuration.")
            {
                Why = e.Message,
                Next = "Run bin/up: it writes the file anew.",
            }, e);
        }
    }
}
