using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Server;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Server;

/// <summary>The real slipwayd as a process of its own, on a server made for the test, on which nothing runs.</summary>
internal sealed class Slipwayd : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "slipwayd");

    private static int _servers;

    private readonly StringBuilder _log = new();
    private Process? _process;
    private EmptyRunner? _runner;
    private EmptyEdge? _edge;
    private int _clients;

    private Slipwayd(string folder)
    {
        Config = new ServerConfig
        {
            Name = "slw-test",
            Home = Path.Combine(folder, "home"),
            Run = Path.Combine(folder, "run"),
            Programs = Path.Combine(folder, "programs"),
            SubnetPrefix = $"127.{20 + Interlocked.Increment(ref _servers) % 200}", // so that the door for errors is where a test reaches it, and each server's its own
            ErrorsPort = FreePort(),
            ControlUser = Environment.UserName,
            EdgeUser = Environment.UserName,
            Group = Environment.UserName,
        };
        ConfigFile = Path.Combine(folder, "server.json");
        Folder = folder;
        Nobody = Client(null);
        Admin = Nobody;
    }

    public string Folder { get; }
    public string ConfigFile { get; }
    public ServerConfig Config { get; }

    private string AuthoritiesFile => Path.Combine(Folder, "authorities.pem");

    public HttpClient Nobody { get; }
    public HttpClient Admin { get; private set; }

    /// <param name="authorities">PEM of authorities that it trusts in place of the machine's.</param>
    public static async Task<Slipwayd> StartNewAsync(string? authorities = null)
    {
        var server = Create();
        if (authorities is not null) await File.WriteAllTextAsync(server.AuthoritiesFile, authorities);
        server.Admin = server.Client((await server.RunAsync("admin-token")).Output.Trim());
        await server.StartAsync();
        return server;
    }

    /// <summary>A server that was set up and not yet started.</summary>
    public static Slipwayd Create()
    {
        var server = new Slipwayd(Directory.CreateTempSubdirectory("slipway-test-").FullName);
        foreach (var directory in (string[])[server.Config.ControlDirectory, server.Config.Run, server.Config.LogsDirectory, Path.GetDirectoryName(server.Config.EdgeSocket)!])
            Directory.CreateDirectory(directory);
        Directory.CreateDirectory(Path.GetDirectoryName(server.Config.GitProgram)!);
        File.CreateSymbolicLink(server.Config.GitProgram, Path.Combine(AppContext.BaseDirectory, "slipway-git"));
        File.WriteAllText(server.ConfigFile, JsonSerializer.Serialize(server.Config, ContractsJson.Default.ServerConfig));
        return server;
    }

    public async Task StartAsync()
    {
        _runner ??= new EmptyRunner(Config.RunnerSocket);
        _edge ??= await EmptyEdge.StartAsync(Config.EdgeSocket);
        _process = Process.Start(StartInfo("serve"))!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var tries = 0; !await AnswersAsync(); tries++)
        {
            if (_process.HasExited || tries == 2400) throw new InvalidOperationException($"slipwayd did not start:\n{Log}");
            await Task.Delay(50);
        }
    }

    /// <summary>What it wrote to its log.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>kill -9</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>The files that it has mapped: programs and libraries.</summary>
    public Task<string> MapsAsync() => File.ReadAllTextAsync($"/proc/{_process!.Id}/maps");

    /// <summary>Runs slipwayd with another verb, to its end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(string verb)
    {
        using var process = Process.Start(StartInfo(verb))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    public HttpClient Client(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Config.ControlSocket), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
            AllowAutoRedirect = false,
            UseCookies = false,
        })
        { BaseAddress = new Uri("http://slipway.localhost:8080") };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", $"198.51.100.{Interlocked.Increment(ref _clients)}");
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async Task<HttpClient> NewMemberAsync(string email)
    {
        var made = await Admin.JsonAsync(HttpMethod.Post, "/slipway/accounts", new { email });
        return Client(made.GetProperty("token").GetString());
    }

    /// <returns>A new token of the admin's.</returns>
    public async Task<string> NewTokenAsync() => (await RunAsync("admin-token")).Output.Trim();

    public SlipwayStore Store()
    {
        var options = new DbContextOptionsBuilder<SlipwayStore>();
        options.UseSlipwayDatabase(Config.DatabaseFile());
        return new SlipwayStore(options.Options);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        if (_runner is not null) await _runner.DisposeAsync();
        if (_edge is not null) await _edge.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return (await Nobody.GetAsync("/health")).StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private ProcessStartInfo StartInfo(string verb)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[verb, "--config", ConfigFile]) start.ArgumentList.Add(argument);
        if (File.Exists(AuthoritiesFile)) start.Environment["SSL_CERT_FILE"] = AuthoritiesFile;
        return start;
    }

    private void Note(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }
}
