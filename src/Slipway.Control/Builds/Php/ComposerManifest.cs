using System.Text.Json;

namespace Slipway.Control.Builds.Php;

/// <summary>What preflight reads of a composer.json.</summary>
/// <param name="Php">The version that it requires; null for any.</param>
/// <param name="HasPackages">It requires packages, or extensions: Composer says whether those are there.</param>
/// <param name="NeedsSource">Installing looks at folders of the source: packages in it, or classes found by scanning.</param>
internal sealed record ComposerManifest(string File, string? Php, bool HasPackages, bool NeedsSource)
{
    public static ComposerManifest? Read(Survey survey, string file)
    {
        if (survey.Files.ReadText(file, survey.Findings) is not { } text) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            var require = Member(json.RootElement, "require");
            var names = require is { ValueKind: JsonValueKind.Object } all ? all.EnumerateObject().Select(one => one.Name).ToList() : [];
            return new ComposerManifest(
                file,
                require is { ValueKind: JsonValueKind.Object } && Member(require.Value, "php") is { ValueKind: JsonValueKind.String } php ? php.GetString() : null,
                names.Any(name => name.Contains('/') || name.StartsWith("ext-", StringComparison.OrdinalIgnoreCase)),
                UsesFolders(json.RootElement));
        }
        catch (JsonException e)
        {
            survey.Report(new Finding("invalid_composer_json", "It is not valid JSON.") { File = file, Line = (int?)e.LineNumber + 1, Why = e.Message, Next = "Run: composer validate" });
            return null;
        }
    }

    private static bool UsesFolders(JsonElement root) =>
        Member(root, "autoload") is { } autoload && Member(autoload, "classmap") is not null
        || Member(root, "repositories") is { } repositories
        && (repositories.ValueKind == JsonValueKind.Array ? repositories.EnumerateArray() : repositories.ValueKind == JsonValueKind.Object ? repositories.EnumerateObject().Select(one => one.Value) : Enumerable.Empty<JsonElement>())
            .Any(repository => Member(repository, "type") is { ValueKind: JsonValueKind.String } type && type.GetString() is "path" or "artifact");

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
