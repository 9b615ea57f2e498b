using System.Security.Cryptography;
using System.Text;
using Slipway.Cli.Diagnoses;
using Slipway.Cli.Tests.Server;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Tests;

/// <summary>A fix touches the very file that was deployed, in the folder that was deployed, and nothing else.</summary>
public sealed class FixTests
{
    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static FileEdit Edit(string path, string? before, string? after, bool? executable = null) => new(path, before is null ? null : HashOf(before), after, executable, ["--- a", "+++ b"]);

    [Fact]
    public void A_file_is_changed_and_keeps_its_mode_and_a_new_one_is_made()
    {
        using var folder = new Folder("blog").With("run.sh", "old");
        File.SetUnixFileMode(folder["run.sh"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileChange.Plan(folder.Path, Edit("run.sh", "old", "new")).Apply();
        FileChange.Plan(folder.Path, Edit("deep/new.txt", null, "made")).Apply();
        Assert.Equal(("new", "made"), (File.ReadAllText(folder["run.sh"]), File.ReadAllText(folder["deep/new.txt"])));
        Assert.True(File.GetUnixFileMode(folder["run.sh"]).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal(["deep", "new.txt", "run.sh"], Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)).Order());
    }

    [Fact]
    public void The_x_bit_alone_can_be_what_changes()
    {
        using var folder = new Folder("blog").With("run.sh", "text");
        FileChange.Plan(folder.Path, Edit("run.sh", "text", null, executable: true)).Apply();
        Assert.True(File.GetUnixFileMode(folder["run.sh"]).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("text", File.ReadAllText(folder["run.sh"]));
    }

    [Theory]
    [InlineData("there.txt", "what was deployed")]
    [InlineData("gone.txt", "what was deployed")]
    [InlineData("there.txt", null)]
    [InlineData("../outside.txt", null)]
    [InlineData("/etc/outside.txt", null)]
    [InlineData("link/inside.txt", null)]
    public void Another_file_than_the_one_that_was_deployed_is_not_touched(string path, string? before)
    {
        using var folder = new Folder("blog").With("there.txt", "changed since").WithLink("link", "/tmp");
        var failure = Assert.Throws<Failure>(() => FileChange.Plan(folder.Path, Edit(path, before, "new")));
        Assert.Equal("fix_does_not_fit", failure.Error.Id);
        Assert.Equal("changed since", File.ReadAllText(folder["there.txt"]));
    }

    [Fact]
    public async Task A_failed_deploy_shows_the_diagnosis_in_its_one_order_and_no_control_characters()
    {
        await using var platform = await TestPlatform.StartAsync();
        var diagnosis = new Diagnosis("module_not_found", "PyYAML is not among the requirements")
        {
            Confidence = Confidence.Likely, Happened = "web.1 exited.", Cause = "The code imports yaml.", Fix = "Add it.", Page = "docs/diagnosis.md#module_not_found",
            Evidence = [new Evidence(EvidenceKind.File, "app.py:1", ["> 1 import yaml\e[2J"])],
            Action = new FixAction { Files = [new FileEdit("requirements.txt", null, "PyYAML\n", null, ["+PyYAML"])], Config = [new ConfigEdit("KEY", ConfigSource.Random)] },
        };
        platform.WithApp("blog").DeployScript.Add(
        [
            new(DateTimeOffset.UtcNow, DeployEventKind.StepStarted, "start", "Start v1"),
            new(DateTimeOffset.UtcNow, DeployEventKind.Failed, "start", "x") { Error = new SlipwayError("instance_exited", "web.1 exited. Nothing of it is live.") { Step = "start", Diagnosis = diagnosis } },
        ]);
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder("blog").With("app.py");
        var failed = await user.RunInAsync(folder, "deploy", "--app", "blog");
        Assert.Equal(ExitCode.DeployFailed, failed.ExitCode);
        string[] order = ["web.1 exited. Nothing of it is live.", "PyYAML is not among the requirements (likely)", "cause:", "app.py:1", "import yaml\uFFFD[2J", "fix:", "+PyYAML", "KEY=(a new random value)", "apply:", "slipway fix", "docs/diagnosis.md#module_not_found"];
        var at = order.Select(text => failed.Errors.IndexOf(text, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, at);
        Assert.Equal(at.Order(), at);
    }
}
