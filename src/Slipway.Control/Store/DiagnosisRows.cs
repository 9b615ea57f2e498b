namespace Slipway.Control.Store;

internal sealed class DiagnosisRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }

    /// <summary>The deploy that failed; null for a diagnosis of the app as it ran.</summary>
    public long? DeployId { get; set; }
    public DeployRow? Deploy { get; set; }

    /// <summary>Version of the release that it is about.</summary>
    public int? Release { get; set; }
    public required string Code { get; set; }

    /// <summary>JSON of <see cref="Contracts.Diagnoses.Diagnosis"/>.</summary>
    public required string Body { get; set; }

    /// <summary>JSON of the <see cref="Diagnoses.Facts"/> that it was made of.</summary>
    public required string Facts { get; set; }
    public DateTimeOffset At { get; set; }
}
