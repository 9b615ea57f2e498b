using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>A package is fetched from a git repository that is not public, and the build has no password for it, or a wrong one.</summary>
internal sealed partial class PrivateRepository : Rule
{
    private const string Token = "GIT_TOKEN";

    private static readonly string[] Lists = [".txt", ".in", "pyproject.toml", "Pipfile", "package.json", "composer.json"];

    public override string Code => "private_repository";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Failure?.Id != Code) return null;
        var place = Place().Match(facts.Detail("repository") ?? "") is { Success: true } match ? match.Groups["place"].Value : null;
        var line = place is null ? null : Line(facts.Source, place);
        var variable = line is not null && Variable().Match(line.Text) is { Success: true } named ? named.Groups[1].Value : null;
        // pip alone puts variables into what it reads; an address with ssh:// has no password.
        var fitted = variable is null && line is { File: var file } && file.EndsWith(".txt", StringComparison.Ordinal) && line.Match.Groups["login"] is { Success: true, Length: 0 } login ? line.Text.Insert(login.Index, $"oauth2:${{{Token}}}@") : null;
        return Found(place is null ? "A package comes from a git repository that is not public" : $"The git repository {place} is not public") with
        {
            Cause = variable is null ? "The build fetches it as anybody would, and is refused: keys and passwords of your own machine are not sent along."
                : facts.ConfigVars.Contains(variable) ? $"The password in the config var {variable} is not accepted: it has ended, or is not for this repository."
                : $"{line!.File} takes the password from the config var {variable}, which is not set.",
            Evidence = [.. line is null ? (Evidence[])[] : [facts.Source.At(line)], new Evidence(EvidenceKind.Log, "what git said", [.. (facts.Failure.Evidence ?? []).Take(8)])],
            Fix = variable is not null ? $"Make a token that may read the repository, and: slipway config set {variable}=…"
                : fitted is not null ? $"Make a token that may read the repository, name it there as ${{{Token}}}, and: slipway config set {Token}=…"
                : "Take the package from a package index, or commit it into the app. Of the lists of packages only a requirements.txt can name a token, in an https:// address: https://oauth2:${GIT_TOKEN}@….",
            // Only whoever owns the repository can make a token: they are asked for it.
            Action = (variable ?? (fitted is null ? null : Token)) is not { } asked ? null : new FixAction
            {
                Files = fitted is null ? [] : [facts.Source.Edit(line!, fitted)],
                Config = [new ConfigEdit(asked, ConfigSource.Asked)],
            },
        };
    }

    /// <summary>The line that names the repository; what stands between <c>https://</c> and it is its login.</summary>
    private static SourceLine? Line(Source source, string place)
    {
        var pattern = new Regex($@"(?:https?://(?<login>[^\s@/""']*@?))?{Regex.Escape(place)}", RegexOptions.CultureInvariant);
        return source.FindBySuffix(Lists).Select(file => source.Line(file, pattern)).FirstOrDefault(line => line is not null);
    }

    /// <summary><c>github.com/acme/private</c> of <c>https://****@github.com/acme/private.git/</c> and <c>git@github.com:acme/private.git</c></summary>
    [GeneratedRegex(@"^(?:\w+://)?(?:[^@/]*@)?(?<place>[^\s/]+[/:]\S+?)(?:\.git)?/?$", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    [GeneratedRegex(@"\$\{([A-Za-z_]\w*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
