using Slipway.Contracts.Errors;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;
using Slipway.Edge.Forwarding;
using Slipway.Edge.StaticFiles;
using Slipway.Edge.Tls;
using Slipway.Edge.Traffic;

namespace Slipway.Edge.Routing;

/// <summary>The one reference that requests read, and the only way to change it.</summary>
internal sealed class CurrentRoutes(ServerConfig config, RouteTableBuilder builder, RevisionFile file, BackendRegistry backends, StaticFolders folders, CertificateFolder certificates, CertificateShelf shelf, WorkerCounters counters)
{
    private readonly Lock _publishing = new();
    private volatile RouteTable _table = builder.Build(RoutingRevision.Empty);

    private volatile TaskCompletionSource _changed = NewSignal();

    public RouteTable Table => _table;

    /// <summary>Ends when another table is served. To be read before the table, so that no change is missed.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Serves what is on disk when that is newer than what is served: at start, and when another worker has written since.</summary>
    public void LoadLastGood(Action<string> complain)
    {
        lock (_publishing)
        {
            if (file.Load(complain) is { } revision && revision.Number > _table.Revision.Number) Swap(revision);
        }
    }

    /// <summary>Checks, builds aside, saves, swaps: in this order, so that what is served is always on disk.</summary>
    /// <exception cref="SlipwayException">422 when it breaks a rule, 409 when it is older than what is served.</exception>
    public RoutingRevision Publish(RoutingRevision revision)
    {
        RevisionRules.Check(revision, config);
        CheckCertificates(revision);
        lock (_publishing)
        {
            var current = _table.Revision.Number;
            if (revision.Number < current)
            {
                throw new SlipwayException(409, new SlipwayError("stale_revision", $"Routing revision {revision.Number} is older than {current}, which the edge serves.")
                {
                    Next = $"GET /revision, and send the change with a number above {current}.",
                });
            }

            file.Save(revision);
            Swap(revision);
            shelf.KeepOnly(revision);
            return revision;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void CheckCertificates(RoutingRevision revision)
    {
        var missing = revision.Certificates.Select(certificate => certificate.Id).Where(id => !certificates.Has(id)).ToArray();
        if (missing.Length == 0) return;
        throw new SlipwayException(422, new SlipwayError("missing_certificates", $"Routing revision {revision.Number} names certificates that the edge does not have.")
        {
            Next = "PUT /certificates/ID first.",
            Evidence = missing,
        });
    }

    private void Swap(RoutingRevision revision)
    {
        var next = builder.Build(revision);
        _table = next;
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
        counters.KeepOnly(next.Routes.Select(r => r.Counters).OfType<AppCounters>());
        backends.KeepOnly(next.Routes.SelectMany(r => r.Backends.All));
        folders.KeepOnly([.. next.Routes.SelectMany(r => r.Mounts).Select(m => m.Folder), .. next.Routes.Select(r => r.Site?.Folder).OfType<IStaticFolder>()]);
    }
}
