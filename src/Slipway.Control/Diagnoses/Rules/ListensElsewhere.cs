using System.Net;
using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>Only for itself: 127.0.0.1 is the default of gunicorn, uvicorn, runserver, flask run.</summary>
internal sealed class ListensOnLoopback : ListensElsewhere
{
    public override string Code => "listens_on_loopback";

    protected override bool Is(IReadOnlyList<IPEndPoint> listening, int port) => listening.All(one => IPAddress.IsLoopback(one.Address));

    protected override Diagnosis Say(InstanceLook instance, string listening) => Found($"The app listens on {listening}, where only itself can reach it") with
    {
        Cause = $"Requests come to an instance from outside of it, and 127.0.0.1 is inside. Many servers listen there unless they are told otherwise. It must be 0.0.0.0:{instance.Port} ($PORT).",
    };
}

/// <summary>At a port that somebody wrote down, where $PORT names another.</summary>
internal sealed class ListensOnOtherPort : ListensElsewhere
{
    public override string Code => "listens_on_other_port";

    protected override bool Is(IReadOnlyList<IPEndPoint> listening, int port) => listening.Any(one => !IPAddress.IsLoopback(one.Address)) && listening.All(one => one.Port != port);

    protected override Diagnosis Say(InstanceLook instance, string listening) => Found($"The app listens on {listening}, not on $PORT") with
    {
        Cause = $"Which port it is to be is in the variable PORT ({instance.Port} here), and the app has another one written down.",
    };
}

/// <summary>It listens, and nobody can reach it: the kernel's own table of sockets says so.</summary>
internal abstract partial class ListensElsewhere : Rule
{
    private const string Right = "0.0.0.0:$PORT";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Boot);

    protected abstract bool Is(IReadOnlyList<IPEndPoint> listening, int port);

    protected abstract Diagnosis Say(InstanceLook instance, string listening);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Instance is not { Exit: null, Port: > 0, Listening.Count: > 0 } instance) return null;
        if (instance.ListensRight) return null;
        var listening = instance.Listening.Select(IPEndPoint.Parse).ToList();
        if (!Is(listening, instance.Port)) return null;
        var line = facts.Process("web");
        var corrected = line is null ? null : Corrected(facts, line.Match.Groups["command"].Value);
        var code = corrected is null ? PortInCode.Find(facts.Source, listening.Select(one => one.Port)) : null;
        return Say(instance, string.Join(" and ", listening)) with
        {
            Evidence = [Seen.Sockets(instance), .. line is null ? (Evidence[])[] : [facts.Source.At(line)], .. code is null ? (Evidence[])[] : [facts.Source.At(code)]],
            Fix = corrected is not null ? $"Write: web: {corrected}"
                : code is not null ? $"Take the port from the environment, and 0.0.0.0 as host, in {code.File}, line {code.Number}."
                : "Have the web process listen on 0.0.0.0 and the port in $PORT.",
            Action = corrected is null ? code is not null && PortInCode.Corrected(facts.Source, code) is { } edit ? new FixAction { Files = [edit] } : null : new FixAction { Files = [facts.Source.Edit(line!, line!.Text.Replace(line.Match.Groups["command"].Value, corrected, StringComparison.Ordinal))] },
        };
    }

    /// <summary>The command with the right address; null where the command does not say it.</summary>
    private static string? Corrected(Facts facts, string command)
    {
        // A server for development: the real one needs no more words.
        if (Runserver().IsMatch(command) && facts.Wsgi is { } wsgi) return Runserver().Replace(command, $"gunicorn {wsgi} --bind {Right}");
        if (Bind().Match(command) is { Success: true } bind) return command[..bind.Groups["address"].Index] + Right + command[(bind.Groups["address"].Index + bind.Groups["address"].Length)..];
        var changed = Host().Replace(command, "${option}0.0.0.0");
        changed = Port().Replace(changed, "${option}$$PORT");
        if (changed != command) return changed.Contains("0.0.0.0", StringComparison.Ordinal) ? changed : $"{changed} --host 0.0.0.0";
        return Server().Match(command) switch
        {
            { Success: true, Value: "gunicorn" or "hypercorn" } => $"{command} --bind {Right}",
            { Success: true, Value: "daphne" } => $"{command} --bind 0.0.0.0 --port $PORT",
            { Success: true } => $"{command} --host 0.0.0.0 --port $PORT",
            _ => null,
        };
    }

    [GeneratedRegex(@"python3?\s+(\S*/)?manage\.py\s+runserver\b[^&|;]*", RegexOptions.CultureInvariant)]
    private static partial Regex Runserver();

    [GeneratedRegex(@"(?:-b|--bind)[ =]?(?<address>[^\s'""]+:\d+|:\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Bind();

    [GeneratedRegex(@"(?<option>(?:--host|-h|-b|--bind)[ =])(?:127\.0\.0\.1|localhost)", RegexOptions.CultureInvariant)]
    private static partial Regex Host();

    [GeneratedRegex(@"(?<option>(?:--port|-p|--listen)[ =])\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Port();

    [GeneratedRegex(@"\b(?:gunicorn|hypercorn|uvicorn|daphne|waitress-serve|flask)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Server();
}
