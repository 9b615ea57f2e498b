using Slipway.Contracts.Runner;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>The shared PostgreSQL server, and a database and role in it for each app that wants one.</summary>
internal sealed class Postgresql
{
    public const string Service = "postgresql";

    /// <summary>The app's database, made now if it has none.</summary>
    public Task<AddonRow> ProvisionAsync(long appId, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Drops the database and its role, then the row; absent: no error.</summary>
    public Task DeprovisionAsync(long addonId, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary><c>psql</c> as the app's own role, attached.</summary>
    /// <exception cref="Contracts.Errors.SlipwayException">404 <c>no_database</c> when the app has none.</exception>
    public Task<FrameStream> ShellAsync(long appId, TerminalSize? terminal, CancellationToken cancel) => throw new NotSupportedException();
}
