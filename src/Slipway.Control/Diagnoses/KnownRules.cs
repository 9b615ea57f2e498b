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
        new DebugLeftOn(),
        new ScriptLineEnds(),
        new ScriptNotExecutable(),
        new WrongArchitecture(),
        new SystemLibrary(),
        new MisnamedRequirement(),
        new PrivateRepository(),
        new OutOfMemory(),
        new InstanceDiskFull(),
        new WorkerTimeout(),
        new HostRefused(),
        new RedirectLoop(),
        new ListensOnLoopback(),
        new ListensOnOtherPort(),
        new WorkBeforeListening(),
        new WaitsForAnswer(),
        new DatabaseConnections(),
        new DatabaseAddress(),
        new NameNotResolved(),
        new CertificateRefused(),
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
        new WebsocketByWsgi(),
        new CsrfRefused(),
        new UploadTooLarge(),
        new RequestTimeout(),
        new AppRaised(),
    ];
}
