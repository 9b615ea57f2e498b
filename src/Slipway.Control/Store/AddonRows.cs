namespace Slipway.Control.Store;

internal sealed class AddonRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }

    /// <summary>The app that owns it; others may have it attached.</summary>
    public long AppId { get; set; }
    public long ServerId { get; set; }

    /// <summary><c>postgresql</c>, <c>mariadb</c>, <c>redis</c></summary>
    public required string Service { get; set; }

    /// <summary>Name of one of its kind's plans.</summary>
    public required string Plan { get; set; }
    public required string Name { get; set; }

    /// <summary>One of <see cref="Addons.AddonState"/>.</summary>
    public required string State { get; set; }

    /// <summary>Where it is and how to get in: a sealed URL.</summary>
    public required string Url { get; set; }

    /// <summary>People reach it from outside, through <see cref="Addons.PostgresDoor"/>.</summary>
    public bool Exposed { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>An add-on as an app has it: the URL is its config var <c>NAME_URL</c>.</summary>
internal sealed class AddonAttachmentRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AddonId { get; set; }
    public long AppId { get; set; }

    /// <summary><c>DATABASE</c></summary>
    public required string Name { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A server that Slipway runs for add-ons: one that many share, or one of a single add-on.</summary>
internal sealed class AddonServerRow
{
    public long Id { get; set; }

    /// <summary>Also in a file on its volume: the two say together which data are its own.</summary>
    public Guid Uuid { get; set; }
    public required string Service { get; set; }

    /// <summary>The name under which its instance, volume and log are, in place of an app's: <c>slipway-postgres</c>.</summary>
    public required string Name { get; set; }

    /// <summary><see cref="Contracts.Runner.InstanceSpec.AddonAddress"/>.</summary>
    public int Address { get; set; }

    /// <summary>It has answered, so there may be data: an empty volume is from then on a lost one.</summary>
    public bool HasData { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A backup, a restore or a copy of a database: asked for, under way, or done.</summary>
internal sealed class TransferRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }

    /// <summary>The app that owns the database; the backups stay when only the database goes.</summary>
    public long AppId { get; set; }

    /// <summary>Counted in the app, from 1.</summary>
    public int Number { get; set; }

    /// <summary>One of <see cref="Transfers.TransferKind"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>One of <see cref="Transfers.TransferState"/>.</summary>
    public required string State { get; set; }

    /// <summary>Of a backup the source, else the target.</summary>
    public long? AddonId { get; set; }
    public long? SourceAddonId { get; set; }

    /// <summary>The backup that is restored, where it is one of this server's.</summary>
    public Guid? BackupUuid { get; set; }

    /// <summary>Where the backup is fetched from, where it is not: sealed, for such addresses are permissions.</summary>
    public string? SourceUrl { get; set; }
    public Guid? ScheduleUuid { get; set; }
    public required string FromName { get; set; }
    public required string ToName { get; set; }
    public long SourceBytes { get; set; }
    public long Bytes { get; set; }
    public int Warnings { get; set; }

    /// <summary>Lines, each with its time: <see cref="Transfers.TransferLog"/>.</summary>
    public required string Log { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>A backup a day.</summary>
internal sealed class TransferScheduleRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AddonId { get; set; }

    /// <summary>What the owner calls the database: <c>DATABASE_URL</c>.</summary>
    public required string Name { get; set; }
    public int Hour { get; set; }
    public required string Timezone { get; set; }

    /// <summary>The last day that was dealt with, in that time zone: <c>2026-06-01</c>.</summary>
    public string? LastDay { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}
