namespace Slipway.Contracts.Api;

public sealed record Pipeline
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required PipelineOwner Owner { get; init; }
    public required Reference Generation { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Type"><c>user</c></param>
public sealed record PipelineOwner(Guid Id, string Type);

public sealed record CreatePipelineRequest(string? Name);

public sealed record PipelineCoupling
{
    public required Guid Id { get; init; }
    public required Reference App { get; init; }
    public required Reference Pipeline { get; init; }

    /// <summary><c>test</c>, <c>review</c>, <c>development</c>, <c>staging</c>, <c>production</c>.</summary>
    public required string Stage { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="App">Name or id; likewise the pipeline.</param>
public sealed record CreateCouplingRequest(string? App, string? Pipeline, string? Stage);

public sealed record UpdateCouplingRequest(string? Stage);

/// <param name="In">Which apps are asked for: <c>{"in": {"id": ["…"]}}</c></param>
public sealed record AppFilterRequest(AppFilter? In);

public sealed record AppFilter(IReadOnlyList<Guid>? Id);

public sealed record NamedId(string? Id);

/// <summary>What a promotion goes from and to: <c>{"app": {"id": "…"}}</c>; names will do.</summary>
public sealed record PromotedApp(NamedId? App);

public sealed record CreatePromotionRequest(NamedId? Pipeline, PromotedApp? Source, IReadOnlyList<PromotedApp>? Targets);

public sealed record PipelinePromotion
{
    public required Guid Id { get; init; }
    public required Identity Pipeline { get; init; }
    public required PromotionSource Source { get; init; }

    /// <summary><c>pending</c> until every target is done, then <c>completed</c>.</summary>
    public required string Status { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

public sealed record PromotionSource(Identity App, Identity Release);

public sealed record PipelinePromotionTarget
{
    public required Guid Id { get; init; }
    public required Identity App { get; init; }
    public required Identity PipelinePromotion { get; init; }
    public Identity? Release { get; init; }

    /// <summary><c>pending</c>, <c>succeeded</c>, <c>failed</c>.</summary>
    public required string Status { get; init; }
    public string? ErrorMessage { get; init; }
}

public sealed record ReviewAppConfig
{
    public required Guid PipelineId { get; init; }
    public required Identity Pipeline { get; init; }

    /// <summary>The repository whose branches become review apps; null for none.</summary>
    public ReviewRepository? Repo { get; init; }
    public required bool AutomaticReviewApps { get; init; }
    public DeployTarget? DeployTarget { get; init; }
    public required bool DestroyStaleApps { get; init; }
    public required int StaleDays { get; init; }
    public required bool WaitForCi { get; init; }
    public string? BaseName { get; init; }
}

/// <param name="Id">A number, as forges have them; always the same for the same repository.</param>
/// <param name="FullName">Its address, without what it takes to read it.</param>
public sealed record ReviewRepository(int Id, string FullName);

public sealed record DeployTarget(string Id, string Type);

/// <param name="Repo">Address of the repository; <c>OWNER/NAME</c> is one of GitHub's.</param>
public sealed record ReviewAppConfigRequest(
    string? Repo, bool? AutomaticReviewApps, bool? DestroyStaleApps, int? StaleDays, bool? WaitForCi, string? BaseName);

/// <param name="Repository">Address of the repository; <c>OWNER/NAME</c> is one of GitHub's.</param>
public sealed record ConnectRepositoryRequest(string? Repository);

public sealed record RepositoryBranch(string Name);

public sealed record ReviewApp
{
    public required Guid Id { get; init; }
    public Reference? App { get; init; }
    public Identity? AppSetup { get; init; }
    public required string Branch { get; init; }
    public required AccountReference Creator { get; init; }
    public string? ErrorStatus { get; init; }
    public required ForkRepository ForkRepo { get; init; }
    public string? Message { get; init; }
    public required Identity Pipeline { get; init; }
    public int? PrNumber { get; init; }

    /// <summary><c>creating</c>, <c>created</c>, <c>deleting</c>, <c>deleted</c>, <c>errored</c>.</summary>
    public required string Status { get; init; }
    public required bool WaitForCi { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record ForkRepository(int? Id);

/// <param name="Pipeline">Name or id.</param>
/// <param name="SourceBlob">Null, or with the URL <c>resolve</c>: the branch of the pipeline's repository.</param>
/// <param name="Environment">Config vars beside those of all the pipeline's review apps.</param>
public sealed record CreateReviewAppRequest(string? Branch, string? Pipeline, SetupSource? SourceBlob, IReadOnlyDictionary<string, string?>? Environment, int? PrNumber);
