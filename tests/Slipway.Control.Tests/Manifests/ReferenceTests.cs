using System.Reflection;
using Slipway.Control.Builds;
using Slipway.Control.Manifests;

namespace Slipway.Control.Tests.Manifests;

/// <summary>docs/slipway.toml is what people read and what is checked here: it has every key, and no other.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(
        typeof(ReferenceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Repository").Value!, "docs", "slipway.toml"));

    private static (Manifest Manifest, List<Finding> Findings) Read(IEnumerable<string> lines)
    {
        using var folder = new TemporaryFolder();
        folder.File("slipway.toml", string.Join('\n', lines));
        var findings = new List<Finding>();
        return (Manifest.Read(new SourceFiles(folder.Path), [""], findings), findings);
    }

    private static bool IsAlternative(string line) => line.Length > 1 && line[0] == '#' && char.IsAsciiLetter(line[1]);

    [Fact]
    public void The_reference_is_a_valid_file() => Assert.Empty(Read(Lines).Findings);

    [Fact]
    public void The_reference_and_the_table_have_the_same_keys()
    {
        var (manifest, _) = Read(Lines.Select(line => IsAlternative(line) ? line[1..] : line));
        var shown = manifest.Entries.Select(entry => entry.Key.Path).ToHashSet();
        Assert.Equal(ManifestKeys.All.Where(key => key.ShortFor is null).Select(key => key.Path).Order(), shown.Order());
    }

    [Fact]
    public void Each_alternative_is_valid_by_itself()
    {
        Assert.Contains(Lines, IsAlternative);
        for (var at = 0; at < Lines.Length; at++)
        {
            if (!IsAlternative(Lines[at])) continue;
            var table = Lines.Take(at).LastOrDefault(line => line.StartsWith('[')) ?? "";
            Assert.Empty(Read([table, Lines[at][1..]]).Findings);
        }
    }

    [Fact]
    public void Each_key_is_explained_above_it()
    {
        var text = string.Join('\n', Lines);
        Assert.All(ManifestKeys.All, key => Assert.False(string.IsNullOrWhiteSpace(key.Meaning)));
        Assert.All(AppKinds.All, kind => Assert.Contains(kind.Name, text));
        Assert.All(WebServers.All, server => Assert.Contains(server.Name, text));
        Assert.All(Slipway.Control.Instances.InstanceSize.All, size => Assert.Contains(size.Name, text));
    }
}
