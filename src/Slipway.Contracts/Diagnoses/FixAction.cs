using System.Text.Json.Serialization;

namespace Slipway.Contracts.Diagnoses;

/// <summary>
/// What <c>slipway fix</c> does: the parts that are there, in this order, and then a deploy. It only proposes: nothing is done
/// before a person has seen it and said yes.
/// </summary>
public sealed record FixAction
{
    /// <summary>Files of the source to change, in the folder that was deployed.</summary>
    public IReadOnlyList<FileEdit> Files { get; set; } = [];

    public IReadOnlyList<ConfigEdit> Config { get; set; } = [];

    /// <summary>A command of slipway's own, without that word and without <c>--app</c>: <c>addons create postgresql</c>.</summary>
    public IReadOnlyList<string> Command { get; set; } = [];
}

/// <summary>One file as it is to be.</summary>
/// <param name="Path">Below the source.</param>
/// <param name="Before">SHA-256 of the file that was deployed, hexadecimal; null where there is none. Another file is not touched.</param>
/// <param name="After">The whole new text, UTF-8; null where only <paramref name="Executable"/> changes.</param>
/// <param name="Executable">Whether it is to have its x-bit; null leaves that as it is.</param>
/// <param name="Diff">The change as a unified diff, for people.</param>
public sealed record FileEdit(string Path, string? Before, string? After, bool? Executable, IReadOnlyList<string> Diff);

[JsonConverter(typeof(SnakeCaseEnumConverter<ConfigSource>))]
public enum ConfigSource
{
    /// <summary><see cref="ConfigEdit.Value"/></summary>
    Given,

    /// <summary>Only the app's owner knows it: who applies the fix is asked.</summary>
    Asked,

    /// <summary>A new random one, made where the fix is applied.</summary>
    Random,

    /// <summary>The config var is to go.</summary>
    Unset,
}

/// <summary>One config var as it is to be.</summary>
public sealed record ConfigEdit(string Key, ConfigSource Source, string? Value = null);
