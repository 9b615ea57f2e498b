using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Builds;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The code asks for a table that no migration made: they were not run, or were never written.</summary>
internal sealed partial class TablesMissing : Rule
{
    private const string Migrate = "python manage.py migrate --noinput";

    public override string Code => "tables_missing";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Lines.Select(line => Missing().Match(line)).LastOrDefault(match => match.Success) is not { } missing) return null;
        var table = missing.Groups["table"].Value;
        var unwritten = facts.DjangoVersion is null ? null : AppWithoutMigrations(facts, table);
        var release = facts.ProcessTypes.GetValueOrDefault("release");
        var migrates = release?.Contains("migrate", StringComparison.Ordinal) == true;
        var line = facts.Process("release");
        return Found($"The database has no table {table}") with
        {
            Cause = unwritten is not null ? $"{unwritten}/models.py has models, and there is no folder {unwritten}/migrations: nothing makes their tables."
                : migrates ? "The migrations ran, and none of them makes it: it was not committed, or is left out by .gitignore."
                : $"Migrations do not run: the release command is {(release is null ? "empty" : $"'{release}'")}.",
            Evidence = [Seen.Lines(facts, text => Missing().IsMatch(text)), .. unwritten is not null ? (Evidence[])[facts.Source.At(unwritten + "/models.py", 1)] : [], .. line is null ? (Evidence[])[] : [facts.Source.At(line)]],
            Fix = unwritten is not null ? $"python manage.py makemigrations {unwritten.Split('/')[^1]}, commit what it writes, deploy again."
                : migrates ? "python manage.py makemigrations, commit what it writes, deploy again."
                : $"Have the release command run them: {Migrate}",
            Action = unwritten is null && !migrates && line is not null
                ? new FixAction { Files = [facts.Source.Edit(line, $"release: {Migrate} && {line.Match.Groups["command"].Value}")] }
                : null,
        };
    }

    /// <summary>Django calls a table after its app: <c>shop_order</c>.</summary>
    private static string? AppWithoutMigrations(Facts facts, string table) => facts.Source.Find("models.py")
        .Select(SourceFiles.FolderOf)
        .FirstOrDefault(folder => folder.Length > 0 && table.StartsWith(folder.Split('/')[^1] + "_", StringComparison.Ordinal) && !facts.Source.HasFolder(folder + "/migrations"));

    [GeneratedRegex("""no such table: (?<table>[\w.]+)|relation "(?<table>[^"]+)" does not exist|Table '(?<table>[^']+)' doesn't exist""", RegexOptions.CultureInvariant)]
    private static partial Regex Missing();
}
