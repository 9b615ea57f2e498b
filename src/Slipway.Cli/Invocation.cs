using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Account;
using Slipway.Cli.Api;
using Slipway.Cli.Apps;
using Slipway.Cli.Output;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli;

/// <summary>One run of one command: its arguments, where it writes, and the server that it talks to.</summary>
internal sealed class Invocation(ParseResult arguments, Screen screen) : IDisposable
{
    private readonly Lazy<Credentials> _credentials = new(Credentials.Load);
    private ApiClient? _api;

    public Screen Screen => screen;

    public bool Json => arguments.GetValue(CommonOptions.Json);

    public Credentials Credentials => _credentials.Value;

    /// <summary><c>--server</c>, else <c>SLIPWAY_SERVER</c>, else the server of the last login, else this machine's.</summary>
    public Uri Server =>
        ServerUrl.Parse(arguments.GetValue(CommonOptions.Server) ?? Variable("SLIPWAY_SERVER") ?? Credentials.Server ?? ServerUrl.Default);

    /// <summary><c>SLIPWAY_TOKEN</c>, else the one that <c>slipway login</c> saved for <see cref="Server"/>.</summary>
    public string? Token =>
        Variable("SLIPWAY_TOKEN") ?? Credentials.Logins.GetValueOrDefault(ServerUrl.Key(Server))?.Token;

    public ApiClient Api => _api ??= new ApiClient(Server, Token ?? throw NotLoggedIn());

    /// <summary><c>--app</c>, else <c>SLIPWAY_APP</c>, else the app that this folder (or one above it) was deployed to.</summary>
    public AppName App => NamedApp ?? AppLink.Find(Environment.CurrentDirectory, Server)?.App ?? throw NoApp();

    /// <summary>The app that the user named, if any.</summary>
    public AppName? NamedApp => (arguments.GetValue(CommonOptions.App) ?? Variable("SLIPWAY_APP")) is { } name ? Name<AppName>(name) : null;

    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    public T? Get<T>(Argument<T> argument) => arguments.GetValue(argument);

    /// <summary>Prints the server's JSON with <c>--json</c>, else what <paramref name="show"/> makes of it.</summary>
    public int Show<T>(Answer<T> answer, Action<T> show)
    {
        if (Json) PrintJson(answer.Json);
        else show(answer.Value);
        return ExitCode.Success;
    }

    public void PrintJson(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var indented = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(indented, new JsonWriterOptions { Indented = true })) document.WriteTo(writer);
        screen.Line(System.Text.Encoding.UTF8.GetString(indented.WrittenSpan));
    }

    /// <summary>Checks a name before it goes anywhere.</summary>
    public static T Name<T>(string? text) where T : struct, ITypedName<T>
    {
        try
        {
            return TypedName.Parse<T>(text);
        }
        catch (SlipwayException e)
        {
            throw new Failure(ExitCode.Usage, e.Error, e);
        }
    }

    public void Dispose() => _api?.Dispose();

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private Failure NotLoggedIn() => new(ExitCode.NotLoggedIn, new SlipwayError("not_logged_in", $"You are not logged in to {ServerUrl.Key(Server)}.")
    {
        Next = Credentials.Server is null ? "slipway login" : $"slipway login --server {ServerUrl.Key(Server)}",
    });

    private static Failure NoApp() => new(ExitCode.Usage, new SlipwayError("no_app", "Which app?")
    {
        Why = $"{Environment.CurrentDirectory} was not deployed from here, and neither --app nor SLIPWAY_APP names an app.",
        Next = "Add --app NAME (slipway apps lists them), or run it in the folder that you deployed.",
    });
}
