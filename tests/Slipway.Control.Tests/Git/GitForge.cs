using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Control.Tests.Git;

/// <summary>Somebody else's repository, as a forge shows it to everybody: git's own http-backend behind a web server.</summary>
internal sealed class GitForge : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GitForge(string workTree)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(context => AnswerAsync(context, workTree));
    }

    public string Url => _app.Urls.Single() + "/lib.git";

    public static async Task<GitForge> StartAsync(string workTree)
    {
        var forge = new GitForge(workTree);
        await forge._app.StartAsync();
        return forge;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, string workTree)
    {
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "-c", "uploadpack.allowAnySHA1InWant=true", "http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new Dictionary<string, string?>
        {
            ["GIT_PROJECT_ROOT"] = workTree, ["GIT_HTTP_EXPORT_ALL"] = "1", ["PATH_INFO"] = context.Request.Path.Value!.Replace("/lib.git", "/.git", StringComparison.Ordinal),
            ["QUERY_STRING"] = context.Request.QueryString.Value!.TrimStart('?'), ["REQUEST_METHOD"] = context.Request.Method, ["CONTENT_TYPE"] = context.Request.ContentType,
            ["HTTP_CONTENT_ENCODING"] = context.Request.Headers.ContentEncoding, ["GIT_PROTOCOL"] = context.Request.Headers["Git-Protocol"],
        }) start.Environment[name] = value;
        using var git = Process.Start(start)!;
        await context.Request.Body.CopyToAsync(git.StandardInput.BaseStream);
        git.StandardInput.Close();
        using var answer = new MemoryStream();
        await git.StandardOutput.BaseStream.CopyToAsync(answer);
        var bytes = answer.ToArray();
        var head = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in System.Text.Encoding.ASCII.GetString(bytes, 0, head).Split("\r\n"))
        {
            if (line.StartsWith("Status: ", StringComparison.Ordinal)) context.Response.StatusCode = int.Parse(line[8..11], System.Globalization.CultureInfo.InvariantCulture);
            else context.Response.Headers[line.Split(": ", 2)[0]] = line.Split(": ", 2)[1];
        }

        await context.Response.Body.WriteAsync(bytes.AsMemory(head + 4));
    }
}
