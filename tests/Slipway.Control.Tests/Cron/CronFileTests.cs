using Slipway.Control.AppFiles;
using Slipway.Control.Builds;
using Slipway.Control.Cron;

namespace Slipway.Control.Tests.Cron;

/// <summary><c>cron</c> of app.json.</summary>
public sealed class CronFileTests
{
    [Fact]
    public void Without_entries_there_is_nothing()
    {
        Assert.Empty(Read("""{"name": "blog"}""").Entries);
    }

    [Fact]
    public void An_entry_needs_a_command_and_a_schedule_and_has_sane_defaults()
    {
        var (entries, findings) = Read("""{"cron": [{"command": "python manage.py clearsessions", "schedule": "0 3 * * *"}]}""");
        Assert.Empty(findings);
        var entry = Assert.Single(entries);
        Assert.Equal(("clearsessions", "UTC", CronOverlap.Skip, CronMissed.Run, "standard", 86400), (entry.Name, entry.TimeZone, entry.Overlap, entry.Missed, entry.Size, entry.TimeLimitSeconds));
    }

    [Fact]
    public void Everything_can_be_said()
    {
        var (entries, findings) = Read("""
            {
              // comments are fine
              "cron": [{"name": "report", "command": "php report.php", "schedule": "*/10 8-18 * * 1-5", "timezone": "Europe/Berlin",
                        "overlap": "kill-old", "missed": "skip", "size": "small", "timeout": 600}],
            }
            """);
        Assert.Empty(findings);
        Assert.Equal(new CronEntry
        {
            Name = "report", Command = "php report.php", Schedule = "*/10 8-18 * * 1-5", TimeZone = "Europe/Berlin",
            Overlap = CronOverlap.KillOld, Missed = CronMissed.Skip, Size = "small", TimeLimitSeconds = 600,
        }, Assert.Single(entries));
    }

    [Theory]
    [InlineData("python manage.py clearsessions --verbosity 0", "clearsessions")]
    [InlineData("bin/nightly.sh", "nightly-sh")]
    [InlineData("php artisan schedule", "schedule")]
    [InlineData("python -m reports.daily", "reports-daily")]
    [InlineData("python", "python")]
    [InlineData("42", "job")]
    public void A_name_comes_from_what_is_run(string command, string name) =>
        Assert.Equal(name, Assert.Single(Read($$"""{"cron": [{"command": "{{command}}", "schedule": "@daily"}]}""").Entries).Name);

    [Fact]
    public void Two_of_one_command_have_two_names()
    {
        var (entries, _) = Read("""{"cron": [{"command": "send", "schedule": "@daily"}, {"command": "send", "schedule": "@hourly"}]}""");
        Assert.Equal(["send", "send-2"], entries.Select(entry => entry.Name));
    }

    [Theory]
    [InlineData("""{"cron": [{"command": "a", "schedule": "0 25 * * *"}]}""", "cron[0].schedule '0 25 * * *' is not one")]
    [InlineData("""{"cron": [{"command": "a", "schedule": "0 0 30 2 *"}]}""", "cron[0].schedule '0 0 30 2 *' is never")]
    [InlineData("""{"cron": [{"command": "a", "schedule": "* * * * * *"}]}""", "cron[0].schedule")]
    [InlineData("""{"cron": [{"schedule": "@daily"}]}""", "cron[0].command is missing")]
    [InlineData("""{"cron": [{"command": "a", "schedule": "@daily", "timezone": "Mars/Olympus"}]}""", "cron[0].timezone 'Mars/Olympus' is not known")]
    [InlineData("""{"cron": [{"command": "a", "schedule": "@daily", "overlap": "both"}]}""", "cron[0].overlap is none of skip, queue, kill-old")]
    [InlineData("""{"cron": [{"command": "a", "schedule": "@daily", "when": 1}]}""", "cron[0].when is not known")]
    [InlineData("""{"cron": [{"command": "a", "schedule": "@daily", "size": "huge"}]}""", "cron[0].size is none of small, standard")]
    [InlineData("""{"cron": [{"command": "a", "schedule": "@daily", "timeout": 0}]}""", "cron[0].timeout is not a number of seconds")]
    [InlineData("""{"cron": [{"name": "A b", "command": "a", "schedule": "@daily"}]}""", "cron[0].name")]
    [InlineData("""{"cron": {}}""", "cron is not a list")]
    [InlineData("""{"cron": ["daily"]}""", "cron[0] is not an object")]
    [InlineData("{", "It is not JSON")]
    public void What_is_wrong_is_said_with_its_place(string json, string message)
    {
        var (entries, findings) = Read(json);
        Assert.Empty(entries);
        Assert.Contains(message, Assert.Single(findings).Message);
        Assert.Equal("app.json", findings[0].File);
    }

    [Fact]
    public void All_of_it_at_once()
    {
        var (_, findings) = Read("""{"cron": [{"command": "a", "schedule": "x"}, {"command": "b", "schedule": "@daily", "timezone": "y", "size": "z"}]}""");
        Assert.Equal(3, findings.Count);
    }

    private static (IReadOnlyList<CronEntry> Entries, IReadOnlyList<Finding> Findings) Read(string json)
    {
        var reading = AppFileReader.Parse(json);
        return (reading.File.Cron, [.. reading.Problems.Select(problem => problem.Finding)]);
    }
}
