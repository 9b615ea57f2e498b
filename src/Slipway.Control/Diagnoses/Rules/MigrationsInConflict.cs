using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>Two branches each wrote the next migration, or one that others build on was not committed.</summary>
internal sealed partial class MigrationsInConflict : Rule
{
    public override string Code => "migrations_conflict";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build, Stage.Release, Stage.Boot);

    public override Diagnosis? Look(Facts facts)
    {
        foreach (var line in facts.Lines)
        {
            if (TwoLeaves().Match(line) is { Success: true } two)
                return Found("Two migrations both claim to be the last") with
                {
                    Cause = $"{two.Groups["leaves"].Value}: they were written on two branches, each on top of the same one, and Django cannot tell which comes first.",
                    Evidence = [Seen.Lines(facts, text => TwoLeaves().IsMatch(text))],
                    Fix = "python manage.py makemigrations --merge, commit what it writes, deploy again.",
                };
            if (NoParent().Match(line) is { Success: true } none)
                return Found($"The migration {none.Groups["app"].Value}.{none.Groups["name"].Value} is not in the source") with
                {
                    Cause = $"{none.Groups["child"].Value} builds on it. It lies on your machine and was not committed, or was deleted after others were written on top of it.",
                    Evidence = [.. MigrationFile(facts, none.Groups["child"].Value) is { } file ? (Evidence[])[facts.Source.At(file, 1)] : [], Seen.Lines(facts, text => NoParent().IsMatch(text))],
                    Fix = "Commit all files of the migrations folder (is it in .gitignore?), deploy again.",
                };
        }

        return null;
    }

    /// <param name="migration"><c>shop.0002_price</c></param>
    private static string? MigrationFile(Facts facts, string migration) =>
        facts.Source.Find(migration.Split('.')[^1] + ".py").FirstOrDefault(file => file.Contains("/migrations/", StringComparison.Ordinal));

    [GeneratedRegex(@"Conflicting migrations detected; multiple leaf nodes in the migration graph: \((?<leaves>.+?)\)", RegexOptions.CultureInvariant)]
    private static partial Regex TwoLeaves();

    [GeneratedRegex(@"Migration (?<child>\S+) dependencies reference nonexistent parent node \('(?<app>\w+)', '(?<name>\w+)'\)", RegexOptions.CultureInvariant)]
    private static partial Regex NoParent();
}
