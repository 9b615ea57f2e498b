using System.Runtime.InteropServices;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The command starts a program of the app's own that was made for another kind of processor, or another system. Its first bytes say so.</summary>
internal sealed class WrongArchitecture : Rule
{
    public override string Code => "wrong_architecture";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.ExitCode is null or 0) return null;
        foreach (var path in facts.CommandFiles)
        {
            if (facts.Source.Bytes(path) is not { } bytes || MadeFor(bytes) is not { } other) continue;
            return Found($"{path} is made for {other}, and this server is Linux on {Here}") with
            {
                Cause = "The kernel cannot run it. A program that was compiled on another machine runs only on machines like that one.",
                Evidence =
                [
                    new Evidence(EvidenceKind.File, path, [$"begins with {Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(20, bytes.Length)))}: {other}"]) { File = path },
                    .. facts.Instance is { Exit: not null } ended ? (Evidence[])[Seen.Exit(ended)] : [],
                ],
                Fix = $"Compile it for Linux on {Here} (Go: GOOS=linux GOARCH={(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64")} go build; Rust: --target), or have it compiled in the build, by a Dockerfile.",
            };
        }

        return null;
    }

    private static string Here => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x86-64";

    /// <returns>Null for what runs here, and for what is no program.</returns>
    private static string? MadeFor(byte[] bytes) => bytes switch
    {
        [0x7f, (byte)'E', (byte)'L', (byte)'F', _, 1, ..] when bytes.Length > 20 => (bytes[18] | bytes[19] << 8) switch
        {
            62 => Here == "x86-64" ? null : "Linux on x86-64",
            183 => Here == "arm64" ? null : "Linux on arm64",
            3 => "Linux on 32-bit x86",
            40 => "Linux on 32-bit ARM",
            243 => "Linux on RISC-V",
            var machine => $"Linux on another processor (ELF machine {machine})",
        },
        [0xcf, 0xfa, 0xed, 0xfe, ..] or [0xca, 0xfe, 0xba, 0xbe, ..] => "macOS",
        [(byte)'M', (byte)'Z', ..] => "Windows",
        _ => null,
    };
}
