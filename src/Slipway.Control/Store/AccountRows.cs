namespace Slipway.Control.Store;

internal sealed class AccountRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public required string Email { get; set; }

    /// <summary><c>admin</c> or <c>member</c>.</summary>
    public required string Role { get; set; }
    public string? Name { get; set; }

    /// <summary>Of <see cref="Access.Passwords"/>; null for an account that has none.</summary>
    public string? PasswordHash { get; set; }
    public DateTimeOffset? LastLoginAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class TokenRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }

    /// <summary>SHA-256 of the token (256 random bits, so no salt is needed), lower-case hex.</summary>
    public required string Hash { get; set; }

    /// <summary>First and last letters, by which its owner knows it again.</summary>
    public required string Hint { get; set; }

    /// <summary>What it may be used for, of <see cref="Access.Scopes"/>, with spaces between.</summary>
    public required string Scopes { get; set; }
    public required string Description { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
}

internal sealed class SshKeyRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }

    /// <summary><c>SHA256:…</c></summary>
    public required string Fingerprint { get; set; }

    /// <summary>Type, base64, comment.</summary>
    public required string PublicKey { get; set; }
    public required string Comment { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class TeamRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public required string Name { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class TeamMemberRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long TeamId { get; set; }
    public TeamRow? Team { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }

    /// <summary>One of <see cref="Access.TeamRole"/>.</summary>
    public required string Role { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>What an account may do with an app that it does not own.</summary>
internal sealed class CollaboratorRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }
    public Access.AppPermission Permissions { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>An app that its owner offered to somebody else.</summary>
internal sealed class AppTransferRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }
    public AppRow? App { get; set; }
    public long OwnerId { get; set; }
    public AccountRow? Owner { get; set; }
    public long RecipientId { get; set; }
    public AccountRow? Recipient { get; set; }

    /// <summary><c>pending</c>, <c>accepted</c>, <c>declined</c>.</summary>
    public required string State { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}
