using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;

namespace Slipway.Runner.Oci;

/// <summary>The OCI runtime of this host, crun or runc, which take the same command line.</summary>
/// <param name="Why">Why this one, and what the other said when it was refused.</param>
internal sealed record OciRuntime(string Program, string Version, string Why, string StateRoot)
{
    public Task StartAsync(InstanceId id, CancellationToken cancel) => Verb("start", id.Value).RunAsync(cancel);

    /// <summary>Forgets a container, killing what is left of it. One that is not known is no error.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancel)
    {
        if (!Directory.Exists(Path.Combine(StateRoot, id))) return;
        var command = Verb("delete", "--force", id);
        var result = await command.TryRunAsync(cancel);
        if (result.ExitCode != 0 && Directory.Exists(Path.Combine(StateRoot, id))) throw command.Failed(result);
    }

    public IEnumerable<string> Known() =>
        Directory.Exists(StateRoot) ? Directory.EnumerateDirectories(StateRoot).Select(d => Path.GetFileName(d)!) : [];

    public Command Verb(string verb, params IReadOnlyList<string> arguments) => new(Program, ["--root", StateRoot, verb, .. arguments]);

    public static string StateRootOf(ServerConfig config) => Path.Combine(config.Run, "oci");
}
