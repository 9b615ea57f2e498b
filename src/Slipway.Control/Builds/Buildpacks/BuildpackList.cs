using System.Text.Json;
using Slipway.Contracts.Names;

namespace Slipway.Control.Builds.Buildpacks;

/// <summary>The buildpacks that a source asks for, in their order.</summary>
/// <param name="Packs">A git URL, perhaps with <c>#ref</c>, or a folder of the app, beginning with <c>./</c>.</param>
internal sealed record BuildpackList(string File, IReadOnlyList<string> Packs)
{
    private const string ListFile = ".buildpacks";
    private const string AppFile = "app.json";

    private static readonly string[] Schemes = ["https://", "http://", "git://", "ssh://"];

    /// <returns>Null when it asks for none, or only for Heroku's own: Slipway's kinds do what those do.</returns>
    public static BuildpackList? Read(Survey survey)
    {
        if (survey.FirstOf(ListFile) is { } list && survey.Files.ReadText(list, survey.Findings) is { } text)
            return Of(survey, list, text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'));
        if (survey.FirstOf(AppFile) is { } file && survey.Files.ReadText(file, survey.Findings) is { } json) return OfAppFile(survey, file, json);
        return null;
    }

    private static BuildpackList? OfAppFile(Survey survey, string file, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("buildpacks", out var packs) || packs.ValueKind != JsonValueKind.Array) return null;
            string[] urls = [.. packs.EnumerateArray().Select(pack => pack.ValueKind == JsonValueKind.Object && pack.TryGetProperty("url", out var url) ? url.GetString() : null).OfType<string>()];
            return urls.All(url => url.StartsWith("heroku/", StringComparison.Ordinal)) ? null : Of(survey, file, urls);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // what is wrong with app.json is for whoever reads all of it to say
        }
    }

    private static BuildpackList Of(Survey survey, string file, IEnumerable<string> packs)
    {
        var good = new List<string>();
        foreach (var pack in packs)
        {
            if (Schemes.Any(scheme => pack.StartsWith(scheme, StringComparison.Ordinal)) && !pack.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
                good.Add(pack);
            else if (pack.StartsWith("./", StringComparison.Ordinal) && Sources.SourcePath.Normalize(pack, new Sources.SourceLimits()) is { } folder && survey.Files.FolderExists(survey.At(folder)))
                good.Add("./" + folder);
            else
                survey.Report(new Finding("buildpack_unknown", $"{TypedName.Quote(pack)} is no buildpack.") { File = file, Next = "Name it by its git URL (https://…, with #branch or #tag behind it), or as a folder of the source: ./buildpack" });
        }

        return new BuildpackList(file, good);
    }
}
