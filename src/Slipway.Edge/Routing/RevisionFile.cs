using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;

namespace Slipway.Edge.Routing;

/// <summary>The last good revision on disk, from which the edge serves after a restart, with or without slipwayd.</summary>
internal sealed class RevisionFile(ServerConfig config)
{
    private string Path => System.IO.Path.Combine(config.EdgeDirectory, "revision.json");

    /// <summary>Aside, flushed, renamed: whenever the power goes, one whole revision is there.</summary>
    public void Save(RoutingRevision revision)
    {
        var aside = Path + ".new";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, revision, ContractsJson.Default.RoutingRevision);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, Path, overwrite: true);
    }

    /// <returns>Null when there is none yet, or none that can be used; the latter is kept aside and told to <paramref name="complain"/>.</returns>
    public RoutingRevision? Load(Action<string> complain)
    {
        try
        {
            using var file = File.OpenRead(Path);
            var revision = JsonSerializer.Deserialize(file, ContractsJson.Default.RoutingRevision) ?? throw new JsonException("it holds only 'null'");
            RevisionRules.Check(revision, config);
            return revision;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or SlipwayException)
        {
            var why = e is SlipwayException { Error.Why: { } reason } ? reason : e.Message;
            complain($"{Path} is not a routing revision ({why}); it is kept as revision.bad.json, and slipwayd will send a new one.");
            File.Move(Path, System.IO.Path.Combine(config.EdgeDirectory, "revision.bad.json"), overwrite: true);
            return null;
        }
    }
}
