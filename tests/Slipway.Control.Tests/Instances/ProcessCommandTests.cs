using Slipway.Contracts.Errors;
using Slipway.Control.Instances;

namespace Slipway.Control.Tests.Instances;

public sealed class ProcessCommandTests
{
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["PORT"] = "5000",
        ["ARGS"] = "--threads 4  --preload",
        ["EMPTY"] = "",
        ["SPACED"] = "a b",
        ["HOSTILE"] = "x; rm -rf / $(id) `id` 'q",
    };

    [Theory]
    [InlineData("gunicorn mysite.wsgi", "gunicorn|mysite.wsgi")]
    [InlineData("  gunicorn\t mysite.wsgi  ", "gunicorn|mysite.wsgi")]
    [InlineData("gunicorn -b 0.0.0.0:$PORT app:app", "gunicorn|-b|0.0.0.0:5000|app:app")]
    [InlineData("gunicorn -b :${PORT}0 app:app", "gunicorn|-b|:50000|app:app")]
    [InlineData("gunicorn --log-format='%(a)s {x}; $PORT'", "gunicorn|--log-format=%(a)s {x}; $PORT")]
    [InlineData("echo \"a; b & c $PORT\"", "echo|a; b & c 5000")]
    [InlineData("echo \"say \\\"hi\\\" for \\$5, C:\\\\x \\n\"", "echo|say \"hi\" for $5, C:\\x \\n")]
    [InlineData("echo one\\ word a\\;b", "echo|one word|a;b")]
    [InlineData("echo '' \"\" x", "echo|||x")]
    [InlineData("echo 'it'\"'\"'s'", "echo|it's")]
    [InlineData("serve $ARGS app", "serve|--threads|4|--preload|app")]
    [InlineData("serve \"$ARGS\"", "serve|--threads 4  --preload")]
    [InlineData("serve $EMPTY x$EMPTY \"$EMPTY\" $UNSET", "serve|x|")]
    [InlineData("serve a${SPACED}z", "serve|aa|bz")]
    [InlineData("serve $HOSTILE", "serve|x;|rm|-rf|/|$(id)|`id`|'q")]
    [InlineData("serve 100$ $", "serve|100$|$")]
    [InlineData("python -c 'import os; print(1)'", "python|-c|import os; print(1)")]
    [InlineData("run --flag=value a=b", "run|--flag=value|a=b")]
    [InlineData("python3 -m http.server", "python3|-m|http.server")]
    public void PlainLinesBecomeArguments(string line, string expected) =>
        Assert.Equal(expected.Split('|'), ProcessCommand.Parse(line, Environment));

    [Theory]
    [InlineData("python manage.py migrate && gunicorn mysite.wsgi")]
    [InlineData("gunicorn app:app --bind 0.0.0.0:${PORT:-8000}")]
    [InlineData("gunicorn app:app > /dev/null")]
    [InlineData("celery -A app worker; exit 0")]
    [InlineData("cat requirements.txt | wc -l")]
    [InlineData("serve $(hostname)")]
    [InlineData("serve \"$(hostname)\"")]
    [InlineData("serve `hostname`")]
    [InlineData("serve \"`hostname`\"")]
    [InlineData("ls *.py")]
    [InlineData("ls [ab].py ?.py")]
    [InlineData("ls ~/x")]
    [InlineData("echo {a,b}")]
    [InlineData("serve # with a remark")]
    [InlineData("DEBUG=1 gunicorn mysite.wsgi")]
    [InlineData("cd src")]
    [InlineData("exec gunicorn mysite.wsgi")]
    [InlineData("serve $1")]
    [InlineData("serve ${#PORT}")]
    [InlineData("serve $?")]
    [InlineData("one\ntwo")]
    [InlineData("serve &")]
    public void LinesWithShellSyntaxGoToTheShellWhole(string line) =>
        Assert.Equal(["/bin/sh", "-c", line], ProcessCommand.Parse(line, Environment));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("$UNSET")]
    [InlineData("echo 'open")]
    [InlineData("echo \"open")]
    [InlineData("echo open\\")]
    [InlineData("echo \0")]
    public void WhatCannotBeRunIsRefusedWithWhy(string line)
    {
        var e = Assert.Throws<SlipwayException>(() => ProcessCommand.Parse(line, Environment));
        Assert.Equal("invalid_command", e.Error.Id);
        Assert.NotNull(e.Error.Why);
    }

    /// <summary>The shell itself is the judge: what we resolve is what it would have passed on.</summary>
    [Theory]
    [InlineData("a 'b c' \"d $PORT\" e\\ f g${PORT}h '' \"\\$x \\\\ \\\" \\n\"")]
    [InlineData("x$ARGS\"$SPACED\"$SPACED'$PORT'")]
    [InlineData("$EMPTY a$EMPTY \"\"$EMPTY $ARGS")]
    [InlineData("--opt=\"two words\"'and more' 100$ a=b")]
    public async Task ArgumentsAreThoseThatAShellWouldMake(string words)
    {
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("printf '%s\\0' " + words);
        foreach (var (key, value) in Environment) start.Environment[key] = value;
        using var shell = System.Diagnostics.Process.Start(start)!;
        var said = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(said.Split('\0')[..^1], ProcessCommand.Parse("cmd " + words, Environment).Skip(1));
    }
}
