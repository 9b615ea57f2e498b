namespace Slipway.Control.Images;

/// <summary>What the configuration of an app's own image says, as far as the platform keeps to it.</summary>
/// <param name="Digest">Of the image's manifest, as registries and skopeo know it.</param>
/// <param name="Reference">What it was pulled by; null for one that was built here or came as a file.</param>
/// <param name="User">Whom it wants to run as. It runs as the app's own user all the same.</param>
/// <param name="Port">Where its web process listens, and so <c>$PORT</c>; null for the platform's own.</param>
/// <param name="StopSignal">Number of the signal that ends it; null for TERM.</param>
/// <param name="HealthPath">Path of the URL that its health check asks for.</param>
internal sealed record ContainerFacts(string Digest, string? Reference, string? User, int? Port, int? StopSignal, string? HealthPath);
