namespace Slipway.Control.Store;

internal sealed class EventRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Actor { get; set; }
    public required string Action { get; set; }
    public required string Target { get; set; }

    /// <summary>App that it concerns; outlives the app, so it is no foreign key.</summary>
    public Guid? AppUuid { get; set; }
    public string? Before { get; set; }
    public string? After { get; set; }
    public required string Result { get; set; }
}

internal sealed class SettingRow
{
    public long Id { get; set; }
    public required string Key { get; set; }
    public required string Value { get; set; }
}
