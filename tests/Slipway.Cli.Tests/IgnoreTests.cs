using Slipway.Cli.Sources;

namespace Slipway.Cli.Tests;

/// <summary>Our patterns mean what git's mean: each line below is asked of both.</summary>
public sealed class IgnoreTests
{
    private static readonly string[] Patterns =
    [
        "*.log", "!keep.log", "/root.txt", "build/", "doc/*.txt", "doc/**/*.pdf", "**/cache", "logs/**", "a/**/b", "**", "foo/**/", "/x/*", "temp?", "[abc].txt", "[!abc].md",
        "[a-c]x", "[^0-9]y", "[[:digit:]]*.dat", "[[:upper:]]z", @"\!bang", @"\#hash", @"star\*", "space ", @"space\ ", "#comment", "", " lead", "mid/dle", "mid/dle/", "a**b", "a/**b", "**a/b",
        "***", "*/", "/*", "/", "//", "[", "[]", "[]]", "[]-a]q", "[a-]q", @"[\]]q", "x[", "ünïcode*", "*.tar.gz", ".*", "!.env", "foo\r", "doc/", "!doc/", "a/b/c", "/a/b/", "*/c", "**/c/", "c/**", "A",
        "?", "??", @"\", @"a\", @"\a", "[a-c-e]w", "[z-a]w", "[[:alnum:]_]v", "[[:bogus:]]u", "[[:space:]]t", "dir/*", "!dir/keep", "*.[oa]", "**/foo/bar", "foo/bar/**", "foo*bar", "*/foo", "a?c/d", "[/]n", "a[/]n", "te*/d/*t",
    ];

    private static readonly string[] Paths =
    [
        "a", "b", "c", "A", "ab", "abc", "a.log", "keep.log", "d/keep.log", "root.txt", "d/root.txt", "build/x", "d/build/x", "build2", "doc/a.txt", "doc/d/a.txt", "doc/a.pdf", "doc/d/e/a.pdf",
        "cache", "d/cache", "cache/x", "logs/a", "logs/d/b", "a/b", "a/x/b", "a/x/y/b", "aXb", "a/Xb", "x/y", "x/y/z", "temp1", "temp", "temp12", "a.txt", "d.txt", "a.md", "d.md", "bx", "dx", "5y", "fy", "1.dat",
        "x1.dat", "Zz", "zz", "!bang", "#hash", "star*", "starry", "space", "space ", " lead", "lead", "mid/dle/x", "mid/dle", "d/mid/dle", "ünïcode.txt", "x.tar.gz", ".env", ".hidden/x", "foo", "foo/bar", "foo/bar/baz",
        "d/foo/bar", "d/foo", "foobar", "foo-x-bar", "a/b/c", "d/a/b/c", "c/d", "]", "]q", "-q", "aq", "[", "[]", "x[", "\\", "a\\", "aw", "bw", "-w", "ew", "zw", "_v", "9v", "ßv", "u", "_u", "dir/keep", "dir/x", "x.o", "d/x.a", "abc/d", "a/n", "an",
        "te/d/t", "tem/d/xt", "te/d/e/t", "ü", "üü", "漢", "a b", "d/e/f/g/h",
    ];

    public static TheoryData<string> EachPattern => [.. Patterns];

    [Theory]
    [MemberData(nameof(EachPattern))]
    public async Task One_pattern(string pattern) => await AgreesAsync([pattern]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Several_patterns_of_which_the_last_that_matches_decides(int seed)
    {
        var random = new Random(seed);
        await AgreesAsync([.. Enumerable.Range(0, 8).Select(_ => (random.Next(3) == 0 ? "!" : "") + Patterns[random.Next(Patterns.Length)])]);
    }

    private static async Task AgreesAsync(string[] lines)
    {
        using var folder = new Folder().With(".gitignore", string.Join('\n', lines) + "\n");
        var paths = Paths.ToList();
        foreach (var path in Paths)
        {
            // A path may be a folder of another one; where one is in the way, it is a folder.
            if (Paths.Any(other => other.StartsWith(path + "/", StringComparison.Ordinal))) Directory.CreateDirectory(folder[path]);
            else folder.With(path);
        }
        (await Run.ProgramAsync("/usr/bin/git", ["init", "--quiet"], folder.Path)).MustSucceed();
        var git = await Run.ProgramAsync("/usr/bin/git", ["-c", "core.excludesFile=/dev/null", "-c", "core.quotePath=false", "check-ignore", "-z", "--no-index", "--stdin"], folder.Path, input: string.Join('\0', paths) + "\0");
        var ignored = git.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).ToHashSet();

        var file = IgnoreFile.Read(folder.Path, folder[".gitignore"])!;
        Assert.All(paths, path => Assert.True(IsIgnored(file, folder, path) == ignored.Contains(path), $"{string.Join(" | ", lines)}: git says that '{path}' is {(ignored.Contains(path) ? "" : "not ")}ignored"));
    }

    /// <summary>As the walk does it: below a folder that is ignored nothing is looked at.</summary>
    private static bool IsIgnored(IgnoreFile file, Folder folder, string path)
    {
        var parts = path.Split('/');
        return Enumerable.Range(1, parts.Length).Any(count =>
        {
            var full = folder[string.Join('/', parts[..count])];
            return file.Ignores(full, Directory.Exists(full)) == true;
        });
    }
}
