using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cronos;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.AppFiles;
using Slipway.Control.Builds;
using Slipway.Control.Instances;
using Slipway.Control.Manifests;

namespace Slipway.Control.Cron;

/// <summary>Reads <c>cron</c> of app.json; everything that is wrong with it is a finding of preflight, all at once.</summary>
internal sealed partial class CronFile
{
    private const int MaxEntries = 50, MaxCommand = 4000, MaxSeconds = 7 * 24 * 3600;

    private static readonly string[] Keys = ["name", "command", "schedule", "timezone", "overlap", "missed", "size", "timeout"];

    private readonly List<CronEntry> _entries = [];
    private readonly ICollection<Finding> _findings;

    private CronFile(ICollection<Finding> findings) => _findings = findings;

    /// <param name="cron">The value of the key.</param>
    public static IReadOnlyList<CronEntry> Read(WrittenJson cron, ICollection<Finding> findings)
    {
        var file = new CronFile(findings);
        if (cron.Kind != JsonValueKind.Array) file.Wrong(cron, cron.Path, "is not a list.", """Write "cron": [{"command": "python manage.py clearsessions", "schedule": "0 3 * * *"}]""");
        else if (cron.Items.Count > MaxEntries) file.Wrong(cron, cron.Path, $"has more than {MaxEntries} entries.");
        else foreach (var entry in cron.Items) file.Add(entry);
        return file._entries;
    }

    private void Add(WrittenJson json)
    {
        if (json.Kind != JsonValueKind.Object)
        {
            Wrong(json, json.Path, "is not an object with command and schedule.");
            return;
        }

        var before = _findings.Count;
        foreach (var (key, value) in json.Members.Where(member => !Keys.Contains(member.Key)))
            Wrong(value, value.Path, "is not known.", Suggestion.For(key, Keys) is { } meant ? $"Did you mean '{meant}'?" : $"An entry has {string.Join(", ", Keys)}.");
        var command = Text(json, "command") ?? "";
        if (command.Length is 0 or > MaxCommand || command.Any(char.IsControl)) Wrong(json, "command", "is missing, longer than 4000 characters, or more than one line.");
        var entry = new CronEntry
        {
            Command = command,
            Name = Text(json, "name") ?? Free(NameOf(command)),
            Schedule = Text(json, "schedule") ?? "",
            TimeZone = Text(json, "timezone") ?? "UTC",
            Overlap = Choice<CronOverlap>(json, "overlap"),
            Missed = Choice<CronMissed>(json, "missed"),
            Size = Text(json, "size") ?? InstanceSize.Default.Name,
            TimeLimitSeconds = Seconds(json),
        };
        Check(json, entry);
        if (_findings.Count == before) _entries.Add(entry);
    }

    private void Check(WrittenJson json, CronEntry entry)
    {
        if (!Name().IsMatch(entry.Name)) Wrong(json, "name", "is not 1 to 40 lower-case letters, digits and dashes, beginning with a letter.");
        if (_entries.Any(other => other.Name == entry.Name)) Wrong(json, "name", $"is {entry.Name}, which another entry has.");
        try
        {
            if (entry.Expression.GetNextOccurrence(DateTime.UnixEpoch) is null) Wrong(json, "schedule", $"{TypedName.Quote(entry.Schedule)} is never.");
        }
        catch (CronFormatException e)
        {
            Wrong(json, "schedule", $"{TypedName.Quote(entry.Schedule)} is not one: {e.Message}", "Five fields (minute hour day month weekday), such as \"0 3 * * *\" for 3:00 each day, or @hourly, @daily, @weekly, @monthly.");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(entry.TimeZone, out _))
            Wrong(json, "timezone", $"{TypedName.Quote(entry.TimeZone)} is not known here.", "Use a name such as Europe/Berlin; without one it is UTC.");
        if (InstanceSize.All.All(size => size.Name != entry.Size)) Wrong(json, "size", $"is none of {string.Join(", ", InstanceSize.All.Select(size => size.Name))}.");
    }

    private string? Text(WrittenJson json, string key)
    {
        if (json.Find(key) is not { } value) return null;
        if (value.Kind == JsonValueKind.String) return value.Text.Trim();
        Wrong(json, key, "is not a text.");
        return null;
    }

    private T Choice<T>(WrittenJson json, string key) where T : struct, Enum
    {
        if (Text(json, key) is not { } text) return default;
        foreach (var value in Enum.GetValues<T>())
            if (Word(value) == text) return value;
        Wrong(json, key, $"is none of {string.Join(", ", Enum.GetValues<T>().Select(Word))}.");
        return default;
    }

    /// <summary><c>kill-old</c></summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private int Seconds(WrittenJson json)
    {
        if (json.Find("timeout") is not { } value) return new CronEntry { Name = "", Command = "", Schedule = "" }.TimeLimitSeconds;
        if (value.Kind == JsonValueKind.Number && int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= MaxSeconds) return seconds;
        Wrong(json, "timeout", $"is not a number of seconds from 1 to {MaxSeconds}.");
        return 1;
    }

    /// <param name="key">Of the entry; or the whole path of <paramref name="at"/> itself.</param>
    private void Wrong(WrittenJson at, string key, string what, string? next = null)
    {
        var (path, line) = key == at.Path ? (at.Path, at.Line) : ($"{at.Path}.{key}", at.Find(key)?.Line ?? at.Line);
        _findings.Add(new Finding("invalid_cron", $"{path} {what}") { File = AppFile.FileName, Line = line, Next = next });
    }

    /// <summary><c>clearsessions</c> of <c>python manage.py clearsessions</c>.</summary>
    private static string NameOf(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var telling = words.SkipWhile(word => Launchers().IsMatch(word)).DefaultIfEmpty(words.LastOrDefault() ?? "job").First();
        var name = NotInName().Replace(telling.Split('/')[^1].ToLowerInvariant(), "-").Trim('-');
        return name.Length == 0 || !char.IsAsciiLetterLower(name[0]) ? "job" : name[..Math.Min(name.Length, 30)].TrimEnd('-');
    }

    private string Free(string name)
    {
        var free = name;
        for (var number = 2; _entries.Any(entry => entry.Name == free); number++) free = $"{name}-{number}";
        return free;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotInName();

    [GeneratedRegex(@"\A(python[0-9.]*|(\./)?manage\.py|php|(\./)?artisan|node|npm|npx|run|sh|bash|-[a-z]+|[A-Z_]+=.*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Launchers();
}
