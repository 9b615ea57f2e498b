namespace Slipway.Cli.Api;

/// <param name="Json">The server's own bytes: what <c>--json</c> prints.</param>
/// <param name="DeployId">The deploy that the request started, where it started one (config vars, rollback, scale).</param>
internal sealed record Answer<T>(T Value, ReadOnlyMemory<byte> Json, Guid? DeployId);
