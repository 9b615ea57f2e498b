namespace Slipway.Control.Transfers;

/// <summary>The value of <see cref="Store.TransferRow.Kind"/>.</summary>
internal static class TransferKind
{
    /// <summary>A database to a file on the server's disk.</summary>
    public const string Backup = "backup";

    /// <summary>A file into a database, whose content it replaces.</summary>
    public const string Restore = "restore";

    /// <summary>A database into another one.</summary>
    public const string Copy = "copy";
}

/// <summary>The value of <see cref="Store.TransferRow.State"/>.</summary>
internal static class TransferState
{
    public const string Pending = "pending";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Canceled = "canceled";
}
