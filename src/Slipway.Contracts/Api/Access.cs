using System.Text.Json.Serialization;

namespace Slipway.Contracts.Api;

// People, what they may do, and the tokens that show who they are: Heroku's fields.

/// <param name="Token">Whole in the answer that made it; afterwards its first and last letters.</param>
/// <param name="ExpiresIn">Seconds that it still holds; null for one that holds until it is taken back.</param>
public sealed record AccessToken(Guid Id, string Token, long? ExpiresIn);

public sealed record AuthorizationUser(Guid Id, string Email, string? FullName);

public sealed record Authorization
{
    public required Guid Id { get; init; }
    public required string Description { get; init; }
    public required AccessToken AccessToken { get; init; }

    // What Heroku has for programs of others; there are none here.
    public Reference? Client => null;
    public Reference? Grant => null;
    public AccessToken? RefreshToken => null;

    /// <summary><c>global</c>, <c>identity</c>, <c>read</c>, <c>write</c>, <c>read-protected</c>, <c>write-protected</c>.</summary>
    public required IReadOnlyList<string> Scope { get; init; }
    public required AuthorizationUser User { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="ExpiresIn">Seconds, as a number or, as Heroku's client sends them, as text; null for never.</param>
/// <param name="Scope">Null for all that the account may do.</param>
public sealed record CreateAuthorizationRequest(
    string? Description, [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] long? ExpiresIn, IReadOnlyList<string>? Scope);

public sealed record UpdateAuthorizationRequest(string? Description);

/// <summary>A browser that is logged in at the dashboard.</summary>
public sealed record Session(Guid Id, string Description, long? ExpiresIn, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record BeginLoginRequest(string? Description);

/// <summary>A login that waits for its browser.</summary>
/// <param name="BrowserUrl">Path of the page for the user.</param>
/// <param name="CliUrl">Path whose answer says how it went, to the bearer of <paramref name="Token"/>.</param>
public sealed record BrowserLogin(string BrowserUrl, string CliUrl, string Token);

/// <param name="Error">Why there is no token.</param>
public sealed record LoginAnswer(string? AccessToken, string? Error);

/// <param name="Password">10 to 200 characters.</param>
public sealed record SetPasswordRequest(string? Password);

/// <param name="Password">The one that the account has, to change it.</param>
public sealed record UpdateAccountRequest(string? Name, bool? AllowTracking, bool? Beta, string? Email, string? Password, string? NewPassword);

public sealed record TeamAppPermission(string Name, string Description);

public sealed record CollaboratingUser(Guid Id, string Email, bool Federated);

public sealed record Collaborator
{
    public required Guid Id { get; init; }
    public required Reference App { get; init; }
    public required CollaboratingUser User { get; init; }

    /// <summary><c>owner</c> or <c>collaborator</c>.</summary>
    public required string Role { get; init; }
    public required IReadOnlyList<TeamAppPermission> Permissions { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="User">Email address or id.</param>
/// <param name="Permissions">Names; null for view, deploy and operate.</param>
public sealed record CreateCollaboratorRequest(string? User, IReadOnlyList<string>? Permissions, bool? Silent);

public sealed record UpdateCollaboratorRequest(IReadOnlyList<string>? Permissions);

public sealed record Team
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The caller's: <c>admin</c>, <c>member</c>, <c>collaborator</c>; null for none, and for a viewer.</summary>
    public string? Role { get; init; }
    public string Type => "team";
    public bool Default => false;
    public int? MembershipLimit => null;
    public bool CreditCardCollections => false;
    public bool ProvisionedLicenses => false;
    public Reference? EnterpriseAccount => null;
    public Reference? IdentityProvider => null;
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record CreateTeamRequest(string? Name);

public sealed record TeamUser(Guid Id, string Email, string? Name);

public sealed record TeamMember
{
    public required Guid Id { get; init; }
    public required string Email { get; init; }
    public bool Federated => false;
    public Reference? IdentityProvider => null;

    /// <summary><c>admin</c>, <c>member</c>, <c>collaborator</c>; null for a viewer.</summary>
    public string? Role { get; init; }
    public bool TwoFactorAuthentication => false;
    public required TeamUser User { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Email">Of somebody who has an account.</param>
/// <param name="Role"><c>admin</c>, <c>member</c>, <c>viewer</c>, <c>collaborator</c>.</param>
public sealed record SetTeamMemberRequest(string? Email, string? Role);

public sealed record CreateTeamAppRequest(string? Name, string? Team, bool? Locked);

/// <param name="Owner">A team, or an account's email address: whom the app is handed to.</param>
public sealed record UpdateTeamAppRequest(bool? Locked, string? Owner);

/// <summary>An app of a team's: an app, and how the caller stands to it.</summary>
public sealed record TeamApp
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required bool Joined { get; init; }
    public required bool Locked { get; init; }
    public required Uri WebUrl { get; init; }
    public required Uri GitUrl { get; init; }
    public required AccountReference Owner { get; init; }
    public required Reference? Team { get; init; }
    public Reference? Space => null;
    public required Reference Stack { get; init; }
    public required Reference BuildStack { get; init; }
    public required Reference Region { get; init; }
    public bool? InternalRouting => null;
    public bool Maintenance { get; init; }
    public string? BuildpackProvidedDescription { get; init; }
    public long? SlugSize { get; init; }
    public long? RepoSize { get; init; }
    public DateTimeOffset? ReleasedAt { get; init; }
    public DateTimeOffset? ArchivedAt => null;
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public static TeamApp Of(App app, bool locked, bool joined) => new()
    {
        Id = app.Id, Name = app.Name.Value, Joined = joined, Locked = locked, WebUrl = app.WebUrl, GitUrl = app.GitUrl, Owner = app.Owner, Team = app.Team,
        Stack = app.Stack, BuildStack = app.BuildStack, Region = app.Region, Maintenance = app.Maintenance,
        BuildpackProvidedDescription = app.BuildpackProvidedDescription, SlugSize = app.SlugSize, RepoSize = app.RepoSize,
        ReleasedAt = app.ReleasedAt, CreatedAt = app.CreatedAt, UpdatedAt = app.UpdatedAt,
    };
}

/// <param name="State"><c>pending</c>, <c>accepted</c>, <c>declined</c>.</param>
public sealed record AppTransfer(
    Guid Id, Reference App, AccountReference Owner, AccountReference Recipient, string State, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="App">Name or id.</param>
/// <param name="Recipient">Email address or id.</param>
public sealed record CreateTransferRequest(string? App, string? Recipient, bool? Silent);

public sealed record AnswerTransferRequest(string? State);

/// <summary>Something that can be turned on and off, of an app, an account or a team.</summary>
public sealed record Feature
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string DisplayName { get; init; }
    public required string Description { get; init; }
    public required Uri DocUrl { get; init; }
    public required string FeedbackEmail { get; init; }
    public required bool Enabled { get; init; }

    /// <summary><c>general</c>, or <c>public</c> for what Heroku's client shows under <c>labs</c> alone.</summary>
    public required string State { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record UpdateFeatureRequest(bool? Enabled);
