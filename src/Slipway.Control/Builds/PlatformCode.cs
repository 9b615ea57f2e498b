using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Slipway.Contracts.Names;
using Slipway.Control.Sources;

namespace Slipway.Control.Builds;

/// <summary>Slipway's own Python code, which runs inside build containers: installed beside slipwayd, mounted as a source.</summary>
internal sealed class PlatformCode(SourceStore sources)
{
    private readonly ConcurrentDictionary<string, Digest> _dependencies = new();
    private Digest? _digest;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "python");

    /// <summary>Its digest: builds of another platform are told apart by it.</summary>
    public Digest Digest => _digest ?? throw new InvalidOperationException("The platform's Python code was not loaded yet.");

    /// <summary>Digest of the part that makes dependency layers of a kind: another one would make others of the same inputs.</summary>
    public Digest DependenciesDigest(AppKind kind) => _dependencies.GetOrAdd(kind.Name, HashDependenciesCode);

    /// <summary>Called once at start.</summary>
    public async Task LoadAsync(CancellationToken cancel) => _digest = (await sources.ImportFolderAsync(Folder, null, cancel)).Digest;

    private static Digest HashDependenciesCode(string kind)
    {
        var build = Path.Combine(Folder, "slipway_build");
        var own = Path.Combine(build, kind);
        var files = Directory.EnumerateFiles(build, "*.py")
            .Concat(Directory.EnumerateFiles(own, "dependencies*.py"))
            .Concat(Directory.Exists(Path.Combine(own, "dependencies")) ? Directory.EnumerateFiles(Path.Combine(own, "dependencies"), "*.py", SearchOption.AllDirectories) : []);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Order(StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(build, file)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}\n"));
        return Digest.FromHash(hash.GetHashAndReset());
    }
}
