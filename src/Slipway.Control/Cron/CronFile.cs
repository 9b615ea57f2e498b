using System.Text.Json;
using System.Text.RegularExpressions;
using Cronos;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Builds;
using Slipway.Control.Instances;

namespace Slipway.Control.Cron;

/// <summary>Reads <c>cron</c> of app.json; everything that is wrong with it is a finding of preflight, all at once.</summary>
internal sealed partial class CronFile
{
    private const string File = "app.json";
    private const int MaxEntries = 50, MaxCommand = 4000, MaxSeconds = 7 * 24 * 3600;

    private static readonly string[] Keys = ["name", "command", "schedule", "timezone", "overlap", "missed", "size", "timeout"];

    private readonly List<CronEntry> _entries = [];
    private readonly ICollection<Finding> _findings;

    private CronFile(ICollection<Finding> findings) => _findings = findings;

    public static IReadOnlyList<CronEntry> Read(Survey survey)
    {
        if (!survey.Has(File) || survey.Files.ReadText(survey.At(File), survey.Findings) is not { } text) return [];
        var file = new CronFile(survey.Findings);
        file.Parse(text);
        if (file._entries.Count > 0) survey.Decide($"cron: {string.Join(", ", file._entries.Select(entry => $"{entry.Name} ({entry.Schedule}, {entry.TimeZone})"))}");
        return file._entries;
    }

    private void Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("cron", out var cron)) return;
            if (cron.ValueKind != JsonValueKind.Array) Wrong("cron", "is not a list.", """Write "cron": [{"command": "python manage.py clearsessions", "schedule": "0 3 * * *"}]""");
            else if (cron.GetArrayLength() > MaxEntries) Wrong("cron", $"has more than {MaxEntries} entries.");
            else
            {
                foreach (var (index, entry) in cron.EnumerateArray().Index()) Add($"cron[{index}]", entry);
            }
        }
        catch (JsonException e)
        {
            _findings.Add(new Finding("invalid_app_json", "It is not JSON.") { File = File, Line = (int?)e.LineNumber + 1, Why = e.Message });
        }
    }

    private void Add(string at, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Wrong(at, "is not an object with command and schedule.");
            return;
        }

        var before = _findings.Count;
        foreach (var property in json.EnumerateObject().Where(property => !Keys.Contains(property.Name)))
            Wrong($"{at}.{property.Name}", "is not known.", $"An entry has {string.Join(", ", Keys)}.");
        var command = Text(json, at, "command") ?? "";
        if (command.Length is 0 or > MaxCommand || command.Any(char.IsControl)) Wrong($"{at}.command", "is missing, longer than 4000 characters, or more than one line.");
        var entry = new CronEntry
        {
            Command = command,
            Name = Text(json, at, "name") ?? Free(NameOf(command)),
            Schedule = Text(json, at, "schedule") ?? "",
            TimeZone = Text(json, at, "timezone") ?? "UTC",
            Overlap = Choice<CronOverlap>(json, at, "overlap"),
            Missed = Choice<CronMissed>(json, at, "missed"),
            Size = Text(json, at, "size") ?? InstanceSize.Default.Name,
            TimeLimitSeconds = Seconds(json, at),
        };
        Check(at, entry);
        if (_findings.Count == before) _entries.Add(entry);
    }

    private void Check(string at, CronEntry entry)
    {
        if (!Name().IsMatch(entry.Name)) Wrong($"{at}.name", "is not 1 to 40 lower-case letters, digits and dashes, beginning with a letter.");
        if (_entries.Any(other => other.Name == entry.Name)) Wrong($"{at}.name", $"is {entry.Name}, which another entry has.");
        try
        {
            if (entry.Expression.GetNextOccurrence(DateTime.UnixEpoch) is null) Wrong($"{at}.schedule", $"{TypedName.Quote(entry.Schedule)} is never.");
        }
        catch (CronFormatException e)
        {
            Wrong($"{at}.schedule", $"{TypedName.Quote(entry.Schedule)} is not one: {e.Message}", "Five fields (minute hour day month weekday), such as \"0 3 * * *\" for 3:00 each day, or @hourly, @daily, @weekly, @monthly.");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(entry.TimeZone, out _))
            Wrong($"{at}.timezone", $"{TypedName.Quote(entry.TimeZone)} is not known here.", "Use a name such as Europe/Berlin; without one it is UTC.");
        if (InstanceSize.All.All(size => size.Name != entry.Size)) Wrong($"{at}.size", $"is none of {string.Join(", ", InstanceSize.All.Select(size => size.Name))}.");
    }

    private string? Text(JsonElement json, string at, string key)
    {
        if (!json.TryGetProperty(key, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString()!.Trim();
        Wrong($"{at}.{key}", "is not a text.");
        return null;
    }

    private T Choice<T>(JsonElement json, string at, string key) where T : struct, Enum
    {
        if (Text(json, at, key) is not { } text) return default;
        foreach (var value in Enum.GetValues<T>())
            if (Word(value) == text) return value;
        Wrong($"{at}.{key}", $"is none of {string.Join(", ", Enum.GetValues<T>().Select(Word))}.");
        return default;
    }

    /// <summary><c>kill-old</c></summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private int Seconds(JsonElement json, string at)
    {
        if (!json.TryGetProperty("timeout", out var value)) return new CronEntry { Name = "", Command = "", Schedule = "" }.TimeLimitSeconds;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var seconds) && seconds is > 0 and <= MaxSeconds) return seconds;
        Wrong($"{at}.timeout", $"is not a number of seconds from 1 to {MaxSeconds}.");
        return 1;
    }

    private void Wrong(string at, string what, string? next = null) => _findings.Add(new Finding("invalid_cron", $"{at} {what}") { File = File, Next = next });

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
