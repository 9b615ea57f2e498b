using Slipway.Contracts.Names;
using Slipway.Control.AppFiles;

namespace Slipway.Control.Builds.Buildpacks;

/// <summary>The buildpacks that a source asks for, in their order.</summary>
/// <param name="Packs">A git URL, perhaps with <c>#ref</c>, or a folder of the app, beginning with <c>./</c>.</param>
internal sealed record BuildpackList(string File, IReadOnlyList<string> Packs)
{
    private const string ListFile = ".buildpacks";

    private static readonly string[] Schemes = ["https://", "http://", "git://", "ssh://"];

    /// <returns>Null when it asks for none, or only for Heroku's own: Slipway's kinds do what those do.</returns>
    public static BuildpackList? Read(Survey survey)
    {
        if (survey.FirstOf(ListFile) is { } list && survey.Files.ReadText(list, survey.Findings) is { } text)
            return Of(survey, list, text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'));
        // What is wrong with app.json is for preflight to say.
        if (AppFileReader.Find(survey.Files, survey.Top) is not { File.Buildpacks: { Count: > 0 } packs }) return null;
        return packs.All(pack => pack.StartsWith("heroku/", StringComparison.Ordinal)) ? null : Of(survey, survey.At(AppFile.FileName), packs);
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
