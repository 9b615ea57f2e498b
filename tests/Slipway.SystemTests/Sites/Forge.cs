using System.Diagnostics;
using System.Net;
using System.Text;
using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Sites;

/// <summary>A git server of this machine: the real git's http-backend behind a small web server.</summary>
internal sealed class Forge : IDisposable
{
    private static readonly Dictionary<string, string?> Identity = new()
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1", ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_AUTHOR_NAME"] = "Ada", ["GIT_AUTHOR_EMAIL"] = "ada@example.org", ["GIT_COMMITTER_NAME"] = "Ada", ["GIT_COMMITTER_EMAIL"] = "ada@example.org",
    };

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("slipway-forge-");
    private readonly HttpListener _listener = new();

    private Forge(string address, int port)
    {
        Port = port;
        Url = $"http://{address}:{port}";
        _listener.Prefixes.Add($"http://*:{port}/"); // an address in its place would have to be the one that clients ask for
        _listener.Start();
        _ = ServeAsync();
    }

    public string Url { get; }

    public int Port { get; }

    /// <summary>Without it nobody gets anything; null for a forge where all is public.</summary>
    public string? Password { get; init; }

    public static Forge Open(string address = "127.0.0.1", string? password = null)
    {
        using var free = new System.Net.Sockets.TcpListener(IPAddress.Any, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        return new Forge(address, port) { Password = password };
    }

    /// <summary>Makes a repository of a folder, or the next commit of its branch.</summary>
    /// <returns>Its address.</returns>
    public async Task<string> PublishAsync(Folder folder, string name, string branch = "main")
    {
        var bare = Path.Combine(_root.FullName, name + ".git");
        if (!Directory.Exists(bare)) await GitAsync("/", "init", "--quiet", "--bare", "--initial-branch=main", bare);
        if (!Directory.Exists(Path.Combine(folder.Path, ".git"))) await GitAsync(folder.Path, "init", "--quiet", "--initial-branch=main");
        await GitAsync(folder.Path, "add", "--all");
        await GitAsync(folder.Path, "commit", "--quiet", "--allow-empty", "-m", "as published");
        await GitAsync(folder.Path, "push", "--quiet", "--force", bare, $"HEAD:refs/heads/{branch}");
        return $"{Url}/{name}.git";
    }

    public void Dispose()
    {
        _listener.Close();
        _root.Delete(recursive: true);
    }

    private static async Task GitAsync(string folder, params string[] arguments) => (await Run.ProgramAsync("git", arguments, folder, Identity)).MustSucceed();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private bool IsAllowed(string? authorization) =>
        authorization?.Split(' ') is ["Basic", var login] && Encoding.UTF8.GetString(Convert.FromBase64String(login)).Split(':', 2) is [_, var password] && password == Password;

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (Password is not null && !IsAllowed(request.Headers["Authorization"]))
        {
            response.StatusCode = 401;
            response.Headers["WWW-Authenticate"] = "Basic realm=\"forge\"";
            response.Close();
            return;
        }

        using var git = Process.Start(new ProcessStartInfo("/usr/lib/git-core/git-http-backend")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
            Environment =
            {
                ["GIT_PROJECT_ROOT"] = _root.FullName, ["GIT_HTTP_EXPORT_ALL"] = "1", ["REQUEST_METHOD"] = request.HttpMethod, ["PATH_INFO"] = request.Url!.AbsolutePath,
                ["QUERY_STRING"] = request.Url.Query.TrimStart('?'), ["CONTENT_TYPE"] = request.ContentType ?? "", ["HTTP_CONTENT_ENCODING"] = request.Headers["Content-Encoding"] ?? "",
                ["GIT_PROTOCOL"] = request.Headers["Git-Protocol"] ?? "", ["GIT_CONFIG_NOSYSTEM"] = "1", ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            },
        })!;
        await request.InputStream.CopyToAsync(git.StandardInput.BaseStream);
        git.StandardInput.Close();
        using var output = new MemoryStream();
        await git.StandardOutput.BaseStream.CopyToAsync(output);
        var bytes = output.ToArray();
        var head = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in Encoding.ASCII.GetString(bytes, 0, Math.Max(head, 0)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
            if (name == "Status") response.StatusCode = int.Parse(value[..3], System.Globalization.CultureInfo.InvariantCulture);
            else if (name == "Content-Type") response.ContentType = value;
            else response.Headers[name] = value;
        }

        await response.OutputStream.WriteAsync(bytes.AsMemory(head + 4));
        response.Close();
    }
}
