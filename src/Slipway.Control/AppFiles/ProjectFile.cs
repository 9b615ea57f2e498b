using Slipway.Contracts.Names;
using Slipway.Control.Builds;
using Tomlyn;
using Tomlyn.Model;

namespace Slipway.Control.AppFiles;

/// <summary>project.toml of Cloud Native Buildpacks, in both of its schemas: what of it has a meaning here.</summary>
/// <param name="BuildEnv">Variables that are there while the app is built; config vars go before them.</param>
/// <param name="Ignored">Tables and keys that mean nothing here.</param>
internal sealed record ProjectFile(IReadOnlyDictionary<string, string> BuildEnv, IReadOnlyList<string> Ignored)
{
    public const string FileName = "project.toml";

    /// <returns>Null when there is none; what is wrong with it is no reason not to build what other files say.</returns>
    public static ProjectFile? Find(Survey survey)
    {
        if (!survey.Has(FileName) || survey.Files.ReadText(survey.At(FileName), []) is not { } text) return null;
        var file = Parse(text);
        if (file is null) survey.Decide($"{FileName} is not TOML and is left alone.");
        if (file?.BuildEnv.Count > 0) survey.Decide($"{FileName}: {string.Join(", ", file.BuildEnv.Keys)} while it is built");
        if (file?.Ignored.Count > 0) survey.Decide($"{FileName}: {string.Join(", ", file.Ignored)} mean nothing to Slipway, which builds by what it finds.");
        return file;
    }

    /// <returns>Null when it is not TOML.</returns>
    public static ProjectFile? Parse(string text)
    {
        TomlTable? root;
        try
        {
            root = TomlSerializer.Deserialize<TomlTable>(text);
        }
        catch (TomlException)
        {
            return null;
        }

        if (root is null) return null;
        var env = new Dictionary<string, string>(StringComparer.Ordinal);
        var ignored = new List<string>();
        foreach (var (key, value) in root)
        {
            switch (key, value)
            {
                case ("_" or "project", _):
                    break; // name, version, license: for people
                case ("io", TomlTable io):
                    foreach (var (name, part) in io)
                    {
                        if (name == "buildpacks" && part is TomlTable table) Read(table, "io.buildpacks", "group", env, ignored);
                        else ignored.Add($"io.{name}");
                    }

                    break;
                case ("build", TomlTable build):
                    Read(build, "build", "buildpacks", env, ignored);
                    break;
                default:
                    ignored.Add(value is TomlTable { Count: 1 } only && only.First() is { Value: TomlTable } inner ? $"{key}.{inner.Key}" : key);
                    break;
            }
        }

        return new ProjectFile(env, ignored);
    }

    private static void Read(TomlTable table, string path, string groups, Dictionary<string, string> env, List<string> ignored)
    {
        foreach (var (key, value) in table)
        {
            // One schema has build.env in io.buildpacks, the other env in build.
            var variables = (key, value) switch
            {
                ("build", TomlTable build) => build.TryGetValue("env", out var inner) ? inner : null,
                ("env", _) => value,
                _ => null,
            };
            if (variables is IEnumerable<TomlTable> list)
            {
                foreach (var variable in list)
                    if (variable.TryGetValue("name", out var written) && written is string name && variable.TryGetValue("value", out var content) && content is string text && ConfigKey.TryParse(name, out _)) env[name] = text;
            }
            else ignored.Add(key == groups ? $"{path}.{groups}" : $"{path}.{key}");
        }
    }
}
