using System.Net;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Git;

/// <summary>
/// git over what sshd runs: slipway-git says whose a key is, then carries out the command that the client sent. sshd itself
/// is part of the whole server's stories.
/// </summary>
public sealed class SshStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private readonly Slipwayd _server = running.Slipwayd;
    private readonly TemporaryFolder _keys = new();
    private string _app = "";
    private WorkTree _tree = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await running.NewAppAsync();
        _tree = await WorkTree.CreateAsync();
    }

    public ValueTask DisposeAsync()
    {
        _tree.Dispose();
        _keys.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_key_is_added_listed_found_and_removed()
    {
        var (file, text) = await NewKeyAsync();
        var added = await _server.Admin.JsonAsync(HttpMethod.Post, "/account/keys", new { public_key = text });
        var fingerprint = added.GetProperty("fingerprint").GetString()!;
        Assert.Contains(fingerprint, (await _server.Admin.GetJsonAsync("/account/keys")).ToString());
        await _server.Admin.FailsAsync(HttpMethod.Post, "/account/keys", new { public_key = text }, HttpStatusCode.UnprocessableEntity, "key_taken");
        Assert.StartsWith("restrict,environment=\"SLIPWAY_SESSION=", await AskAsync(file));

        var other = await _server.NewMemberAsync($"{_app}-other@example.org");
        await other.FailsAsync(HttpMethod.Delete, "/account/keys/" + Uri.EscapeDataString(fingerprint), null, HttpStatusCode.NotFound, "not_found");
        await other.FailsAsync(HttpMethod.Post, "/account/keys", new { public_key = text }, HttpStatusCode.UnprocessableEntity, "key_taken");
        await _server.Admin.JsonAsync(HttpMethod.Delete, "/account/keys/" + Uri.EscapeDataString(fingerprint));
        Assert.Equal("", await AskAsync(file));
    }

    [Fact]
    public async Task An_account_that_is_gone_leaves_no_key_that_opens()
    {
        var email = $"{_app}-leaver@example.org";
        var member = await _server.NewMemberAsync(email);
        await member.JsonAsync(HttpMethod.Post, "/apps", new { name = _app + "-hers" });
        var (file, text) = await NewKeyAsync();
        await member.JsonAsync(HttpMethod.Post, "/account/keys", new { public_key = text });
        Assert.NotEqual("", await AskAsync(file));
        await _server.Admin.JsonAsync(HttpMethod.Delete, "/slipway/accounts/" + email);
        Assert.Equal("", await AskAsync(file));
    }

    [Fact]
    public async Task A_branch_goes_there_and_back()
    {
        var session = await LogInAsync(_server.Admin);
        var commit = await _tree.CommitAsync("manage.py", "# nothing");
        var (exit, _, said) = await GitAsync(session, "push", Url(), "main:feature");
        Assert.True(exit == 0, said);
        Assert.Contains("Branch 'feature' is kept, not deployed", said);
        Assert.Equal($"{commit}\trefs/heads/feature\n", (await GitAsync(session, "ls-remote", Url())).Output);
        (exit, _, said) = await GitAsync(session, "clone", "--quiet", "--branch", "feature", Url(), "copy");
        Assert.True(exit == 0, said);
    }

    [Fact]
    public async Task A_deploy_that_fails_refuses_the_push()
    {
        await _tree.CommitAsync("notes.txt", "no app at all");
        var (exit, _, said) = await GitAsync(await LogInAsync(_server.Admin), "push", Url(), "main");
        Assert.Equal(1, exit);
        Assert.Contains("main was not moved", said);
    }

    [Fact]
    public async Task Who_may_not_see_an_app_is_told_that_there_is_none()
    {
        await _tree.CommitAsync("manage.py", "# nothing");
        var stranger = await LogInAsync(await _server.NewMemberAsync($"{_app}-stranger@example.org"));
        var (_, _, said) = await GitAsync(stranger, "push", Url(), "main:feature");
        Assert.Contains($"There is no app '{_app}', or you may not see it.", said);
        (_, _, said) = await GitAsync("forged", "push", Url(), "main:feature");
        Assert.Contains("no valid token", said);
    }

    [Theory]
    [InlineData("sh -c id", "'sh -c id' is not a command of this server")]
    [InlineData("git-receive-pack '../../slipway.db'", "is not a command of this server")]
    [InlineData("git-receive-pack 'x'; id", "is not a command of this server")]
    [InlineData("git-receive-pack $(id)", "is not a command of this server")]
    [InlineData("git-upload-archive 'app.git'", "is not a command of this server")]
    [InlineData("git-receive-pack --help", "There is no app '--help'")]
    [InlineData(null, "Hello admin@localhost! Your key is known here.")]
    public async Task Nothing_else_is_run(string? command, string answer)
    {
        var session = await LogInAsync(_server.Admin);
        var start = new System.Diagnostics.ProcessStartInfo(_server.Config.GitProgram) { RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["ssh-session", _server.Config.GitSocket]) start.ArgumentList.Add(argument);
        start.Environment["SLIPWAY_SESSION"] = session;
        if (command is not null) start.Environment["SSH_ORIGINAL_COMMAND"] = command;
        using var run = System.Diagnostics.Process.Start(start)!;
        Assert.Contains(answer, await run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, run.ExitCode);
    }

    private async Task<(string File, string Text)> NewKeyAsync()
    {
        var file = Path.Combine(_keys.Path, Guid.NewGuid().ToString("n"));
        await Programs.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada@laptop", "-f", file);
        return (file, await File.ReadAllTextAsync(file + ".pub"));
    }

    /// <summary>What sshd is answered about a key.</summary>
    private async Task<string> AskAsync(string file)
    {
        var words = (await File.ReadAllTextAsync(file + ".pub")).Split(' ');
        return await Programs.RunAsync(_server.Config.GitProgram, "ssh-key", _server.Config.GitSocket, words[0], words[1]);
    }

    private async Task<string> LogInAsync(HttpClient account)
    {
        var (file, text) = await NewKeyAsync();
        await account.JsonAsync(HttpMethod.Post, "/account/keys", new { public_key = text });
        return (await AskAsync(file)).Split('"')[1]["SLIPWAY_SESSION=".Length..];
    }

    /// <summary>git with, in place of ssh, what sshd would run.</summary>
    private Task<(int Exit, string Output, string Errors)> GitAsync(string session, params string[] arguments)
    {
        var ssh = Path.Combine(_keys.Path, "ssh-" + Guid.NewGuid().ToString("n"));
        File.WriteAllText(ssh, $"#!/bin/sh\nshift\nSLIPWAY_SESSION='{session}' SSH_ORIGINAL_COMMAND=\"$*\" exec '{_server.Config.GitProgram}' ssh-session '{_server.Config.GitSocket}'\n");
        File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _tree.TryGitAsync(["-c", "core.sshCommand=" + ssh, "-c", "ssh.variant=simple", .. arguments]);
    }

    private string Url() => $"git@host:{_app}.git";
}
