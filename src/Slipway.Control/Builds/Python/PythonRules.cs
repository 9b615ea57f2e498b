using System.Text.Json;
using Slipway.Control.Manifests;
using Tomlyn;
using Tomlyn.Model;

namespace Slipway.Control.Builds.Python;

/// <summary>Which Python the source asks for, in any of the places where one may ask, and whether the stack has it.</summary>
internal sealed class PythonRules(SourceFiles files, Version stack, ICollection<Finding> findings, ICollection<string> decisions)
{
    private string Have => $"{stack.Major}.{stack.Minor}";

    /// <param name="folders">Where to look, in this order.</param>
    public void Check(IReadOnlyList<string> folders, Manifest manifest)
    {
        if (manifest.Find("python") is { Value: string wanted } entry && PythonVersions.Matches(wanted, stack) == false)
            Unavailable(wanted, manifest.File!, entry.Line, $"Write python = \"{Have}\", or remove the line.");
        var asked = folders.SelectMany(folder => new[] { ".python-version", "runtime.txt" }.Select(name => SourceFiles.Join(folder, name)))
            .FirstOrDefault(files.Exists);
        if (asked is not null) CheckVersionFile(asked);
        foreach (var folder in folders)
        {
            if (SourceFiles.Join(folder, "pyproject.toml") is var pyproject && files.Exists(pyproject)) CheckPyproject(pyproject);
            if (SourceFiles.Join(folder, "Pipfile.lock") is var lockFile && files.Exists(lockFile)) CheckPipfileLock(lockFile);
        }

        if (findings.Count == 0) decisions.Add($"Python {stack}{(asked is null ? ", the stack's" : $", as {asked} asks")}");
    }

    private void CheckVersionFile(string file)
    {
        if (files.ReadText(file, findings) is not { } text) return;
        var lines = text.Split('\n').Select((line, i) => (Text: line.Trim(), Number: i + 1)).Where(l => l.Text.Length > 0 && l.Text[0] != '#').ToArray();
        if (lines is not [var (asked, number), ..])
        {
            findings.Add(new Finding("invalid_python_version", "It names no Python version.") { File = file, Next = $"Write {Have} in {file}, or remove the file." });
            return;
        }

        switch (PythonVersions.Matches(asked, stack))
        {
            case null:
                findings.Add(new Finding("invalid_python_version", $"{Contracts.Names.TypedName.Quote(asked)} is not a Python version.")
                {
                    File = file, Line = number, Next = $"Write it as {(file.EndsWith(".txt", StringComparison.Ordinal) ? $"python-{Have}" : Have)}.",
                });
                break;
            case false:
                Unavailable(asked, file, number, $"Write {(file.EndsWith(".txt", StringComparison.Ordinal) ? "python-" : "")}{Have} in {file}, or remove the file.");
                break;
        }
    }

    private void CheckPyproject(string file)
    {
        if (Toml.Read(files, file, findings) is not { } table) return;
        if (table.Table("project")?.Text("requires-python") is { } requires && !PythonVersions.Satisfies(requires, stack))
            Unavailable(requires, file, null, $"Widen requires-python in {file} so that it allows {Have}.");
        if (table.Table("tool")?.Table("poetry")?.Table("dependencies")?.Text("python") is { } poetry && !PythonVersions.Satisfies(poetry, stack))
            Unavailable(poetry, file, null, $"Widen 'python' under [tool.poetry.dependencies] in {file} so that it allows {Have}.");
    }

    private void CheckPipfileLock(string file)
    {
        if (files.ReadText(file, findings) is not { } text) return;
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.TryGetProperty("_meta", out var meta) && meta.TryGetProperty("requires", out var requires)
                && requires.TryGetProperty("python_version", out var version) && version.GetString() is { } asked
                && PythonVersions.Matches(asked, stack) == false)
                Unavailable(asked, file, null, $"Set python_version = \"{Have}\" in Pipfile and run: pipenv lock");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            findings.Add(new Finding("invalid_lock_file", "It is not what pipenv writes.") { File = file, Why = e.Message, Next = "Run: pipenv lock" });
        }
    }

    private void Unavailable(string asked, string file, int? line, string next) =>
        findings.Add(new Finding("python_version_unavailable", $"It asks for Python {asked}; this server's stack has {Have} ({stack}).")
        {
            File = file, Line = line, Why = "The stack is made of the server's Debian packages, which bring one Python.", Next = next,
        });
}

/// <summary>TOML, as far as preflight looks into it.</summary>
internal static class Toml
{
    public static TomlTable? Read(SourceFiles files, string path, ICollection<Finding> findings)
    {
        if (files.ReadText(path, findings) is not { } text) return null;
        try
        {
            return TomlSerializer.Deserialize<TomlTable>(text);
        }
        catch (TomlException e)
        {
            if (!findings.Any(f => f.File == path && f.Id == "invalid_toml"))
                findings.Add(new Finding("invalid_toml", e.Message) { File = path });
            return null;
        }
    }

    public static TomlTable? Table(this TomlTable table, string key) => table.TryGetValue(key, out var value) ? value as TomlTable : null;

    public static string? Text(this TomlTable table, string key) => table.TryGetValue(key, out var value) ? value as string : null;
}
