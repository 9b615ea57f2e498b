using System.Text;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>PowerShell's <c>&gt;</c> wrote UTF-16, which pip and others read as a riddle.</summary>
internal sealed class Utf16File : Rule
{
    public override string Code => "wrong_encoding";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Preflight);

    public override Diagnosis? Look(Facts facts)
    {
        var files = facts.Findings.Where(finding => finding.Id == Code).Select(finding => finding.File!).Distinct().ToList();
        if (files.Count == 0) return null;
        var edits = files.Select(file => Utf8(facts.Source.Bytes(file)) is { } text ? facts.Source.Edit(file, text) : null).OfType<FileEdit>().ToList();
        return Found($"{string.Join(" and ", files)} {(files.Count == 1 ? "is" : "are")} not UTF-8") with
        {
            Cause = edits.Count > 0 ? "It is UTF-16, as Windows PowerShell writes it for 'pip freeze > requirements.txt'." : facts.Findings.First(finding => finding.Id == Code).Message,
            Evidence = [.. files.Select(file => new Evidence(EvidenceKind.File, $"{file}, its first bytes", [Convert.ToHexString(facts.Source.Bytes(file) is { } bytes ? bytes.AsSpan(0, Math.Min(24, bytes.Length)) : [])]) { File = file })],
            Fix = "Save it as UTF-8; in PowerShell: pip freeze | Out-File -Encoding utf8 requirements.txt",
            Action = edits.Count == files.Count ? new FixAction { Files = edits } : null,
        };
    }

    private static string? Utf8(byte[]? bytes) => bytes switch
    {
        [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2).ReplaceLineEndings("\n"),
        [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2).ReplaceLineEndings("\n"),
        [not 0, 0, not 0, 0, ..] => Encoding.Unicode.GetString(bytes).ReplaceLineEndings("\n"),
        _ => null,
    };
}
