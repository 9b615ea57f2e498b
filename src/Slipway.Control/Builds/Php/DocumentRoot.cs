using Slipway.Contracts.Names;

namespace Slipway.Control.Builds.Php;

/// <summary>Which folder of a PHP app the world sees.</summary>
internal static class DocumentRoot
{
    /// <summary>What Heroku's Procfiles start, with the document root as its argument.</summary>
    public const string HerokuServer = "heroku-php-apache2";

    private static readonly ProcessType Web = ProcessType.Parse("web");

    /// <summary>As frameworks name it: Laravel and Symfony; Drupal and Yii; CakePHP; and what hosts of web space do.</summary>
    private static readonly string[] Folders = ["public", "web", "webroot", "htdocs", "public_html", "www", "html", "docroot"];

    /// <summary>Every index.php where a document root may be, the app's own folder first.</summary>
    public static IReadOnlyList<string> Indexes(Survey survey) =>
        [.. new[] { "" }.Concat(Folders).Select(folder => survey.At(SourceFiles.Join(folder, "index.php"))).Where(survey.Files.Exists)];

    /// <returns>Below the app's folder; empty for that itself.</returns>
    public static string Find(Survey survey, bool hasComposer)
    {
        if (Named(survey) is { } named)
        {
            if (!survey.Files.FolderExists(survey.At(named)))
                survey.Report(new Finding("document_root_missing", $"The document root {TypedName.Quote(named)} is no folder of the source.") { File = survey.Procfile!.File, Next = $"Name a folder after {HerokuServer}, or remove the line." });
            survey.Decide($"Document root: {survey.At(named)}/, as {survey.Procfile!.File} says");
            return named;
        }

        var found = Folders.Where(folder => survey.Has(SourceFiles.Join(folder, "index.php"))).ToList();
        if (survey.Has("index.php") || found.Count == 0)
        {
            survey.Decide($"Document root: {(survey.Top.Length == 0 ? "the source itself" : survey.Top + "/")}{(found.Count > 0 ? $"; not {string.Join(", ", found)}, for there is an index.php above" : "")}");
            if (hasComposer && !survey.Has("index.php")) survey.Decide("There is no index.php");
            return "";
        }

        if (found.Count > 1)
            survey.Report(new Finding("several_document_roots", $"There is an index.php in {string.Join(" and in ", found.Select(folder => survey.At(folder) + "/"))}.")
            {
                Next = $"Say which one the world sees: a Procfile with the line 'web: {HerokuServer} {found[0]}'.",
            });
        survey.Decide($"Document root: {survey.At(found[0])}/, which has the index.php");
        return found[0];
    }

    /// <summary>The Procfile's processes; its web line only where it starts something else than Heroku's Apache, which is ours then.</summary>
    public static IReadOnlyDictionary<ProcessType, string> ProcessesOf(Survey survey) =>
        (survey.Procfile?.Types ?? new Dictionary<ProcessType, string>())
            .Where(type => type.Key != Web || survey.Procfile!.WebProgram != HerokuServer).ToDictionary();

    private static string? Named(Survey survey) =>
        survey.Procfile is { WebProgram: HerokuServer } procfile
        && procfile.Types[Web].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., var last] && !last.Contains(HerokuServer, StringComparison.Ordinal) && !last.StartsWith('-')
            ? Sources.SourcePath.Normalize(last.TrimEnd('/'), new Sources.SourceLimits()) ?? ""
            : null;
}
