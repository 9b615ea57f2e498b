using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The code reads a variable of its environment that is not set.</summary>
internal sealed partial class VariableMissing : Rule
{
    public override string Code => "settings_env_missing";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build, Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if ((facts.Detail("variable") ?? Raised(facts)) is not { } name || facts.ConfigVars.Contains(name)) return null;
        var own = facts.Tracebacks.Select(one => one.Own).LastOrDefault(one => one is not null);
        var isOwn = Own().IsMatch(name);
        var example = facts.Source.Find(".env.example").Concat(facts.Source.Find(".env.sample")).FirstOrDefault();
        var documented = example is null ? null : facts.Source.Line(example, new Regex($@"^\s*{Regex.Escape(name)}\s*=", RegexOptions.CultureInvariant));
        return Found($"The variable {name} is not set") with
        {
            Cause = $"The code reads it from the environment, where the app has {(facts.ConfigVars.Count == 0 ? "no config vars" : $"the config vars {string.Join(", ", facts.ConfigVars)}")} and no {name}. A .env file of your own machine is not sent along.",
            Evidence = [.. own is null ? (Evidence[])[] : [facts.Source.At(own.Path!, own.Line)], .. documented is null ? (Evidence[])[] : [facts.Source.At(documented)], .. facts.Tracebacks.TakeLast(1).Select(Seen.Of)],
            Fix = $"slipway config set {name}=…{(isOwn ? ", with any long random value" : "")}",
            Action = new FixAction { Config = [new ConfigEdit(name, isOwn ? ConfigSource.Random : ConfigSource.Asked)] },
        };
    }

    private static string? Raised(Facts facts)
    {
        foreach (var one in facts.Tracebacks.Reverse())
        {
            if (one.Type == "KeyError" && one.Frames is [.., { File: var file }] && (file.EndsWith("/os.py", StringComparison.Ordinal) || file == "<frozen os>")) return one.Message.Trim('\'', '"');
            if (Said().Match(one.Message) is { Success: true } said) return said.Groups.Values.Skip(1).First(group => group.Success).Value;
        }

        return null;
    }

    /// <summary>A secret that only the app itself knows: any will do.</summary>
    [GeneratedRegex("SECRET_KEY$|_SALT$|^SALT$|SESSION_SECRET$|JWT_SECRET$|SIGNING_KEY$|COOKIE_SECRET$", RegexOptions.CultureInvariant)]
    private static partial Regex Own();

    [GeneratedRegex(@"Set the (\w+) environment variable|^(\w+) not found\. Declare it|[Ee]nvironment variable '?""?([A-Z][A-Z0-9_]+)'?""? (?:is )?(?:not set|missing|required|must be set)|[Mm]issing (?:required )?environment variable:? '?""?([A-Z][A-Z0-9_]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Said();
}
