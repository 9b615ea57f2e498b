using Slipway.Control.Diagnoses.Rules;

namespace Slipway.Control.Diagnoses;

/// <summary>
/// Every rule, from causes to what follows from them: of two that match, the first is the root. A cause that only one thing
/// can have comes before one that many have.
/// </summary>
internal static class KnownRules
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        new Utf16File(),
        new ScriptLineEnds(),
        new ScriptNotExecutable(),
        new SystemLibrary(),
        new MisnamedRequirement(),
        new OutOfMemory(),
        new WorkerTimeout(),
        new HostRefused(),
        new RedirectLoop(),
        new ListensOnLoopback(),
        new ListensOnOtherPort(),
        new WorkBeforeListening(),
        new WaitsForAnswer(),
        new DatabaseAddress(),
        new MigrationsInConflict(),
        new TablesMissing(),
        new StaticManifest(),
        new TemplateMissing(),
        new VariableMissing(),
        new WrongModule(),
        new ModuleLetterCase(),
        new ModuleElsewhere(),
        new ModuleNotFound(),
        new NodeModuleMissing(),
        new ProgramMissing(),
        new PathNotWritable(),
        new NoAnswer(),
        new SlowStart(),
        new NoWebProcess(),
        new RequestTimeout(),
        new AppRaised(),
    ];
}
