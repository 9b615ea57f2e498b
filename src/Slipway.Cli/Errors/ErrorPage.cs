using Slipway.Cli.Output;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Errors;

/// <summary>One error for the terminal: what is known of it, then the last time that it happened.</summary>
internal static class ErrorPage
{
    private const int BreadcrumbsShown = 15;

    public static void Write(Screen screen, AppError error, ErrorOccurrence? last)
    {
        screen.Line($"{screen.Bold($"#{error.Number}")} {screen.Red(Visible.Text(error.Title))}");
        screen.Line($"   {Visible.Text(error.Culprit)}");
        screen.Line($"   {ErrorCommands.StatusOf(error)}; {error.Count} times; first {ErrorCommands.At(error.FirstSeen)} in {Visible.Text(error.FirstRelease ?? "?")}, last {ErrorCommands.At(error.LastSeen)} in {Visible.Text(error.LastRelease ?? "?")} (UTC)");
        if (last is null)
        {
            screen.Note("None of its occurrences is kept: the app's errors take more room than they may.");
            return;
        }

        screen.Line();
        if (last.Request is { } request) screen.Line(screen.Cyan($"{request.Method} {Visible.Text(request.Url ?? "")}{(request.Query is { } query ? "?" + Visible.Text(query) : "")}".Trim()));
        foreach (var raised in last.Exceptions)
        {
            foreach (var frame in raised.Frames) WriteFrame(screen, frame);
            screen.Line(screen.Bold(Visible.Text($"{raised.Type}: {raised.Message}".TrimEnd(' ', ':'))));
            screen.Line();
        }

        if (last.Exceptions.Count == 0 && last.Message is { } message) screen.Line(Visible.Text(message) + "\n");
        Pairs(screen, "User", last.User);
        Pairs(screen, "Tags", last.Tags);
        if (last.Request is { Headers: var headers, Body: var body })
        {
            Pairs(screen, "Headers", headers);
            if (body is not null) screen.Line($"{screen.Bold("Body")}\n   {Visible.Text(body)}");
        }

        if (last.Breadcrumbs.Count > 0) screen.Line(screen.Bold("What led to it"));
        foreach (var crumb in last.Breadcrumbs.TakeLast(BreadcrumbsShown))
            screen.Line($"   {(crumb.At is { } at ? at.UtcDateTime.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) : "        ")}  {Visible.Text($"{crumb.Category} {crumb.Message} {crumb.Data}".Trim())}");
    }

    private static void WriteFrame(Screen screen, ErrorFrame frame)
    {
        var place = Visible.Text($"  {frame.File}{(frame.Line is { } line ? $":{line}" : "")}{(frame.Function is { } function ? $" in {function}" : "")}");
        screen.Line(frame.InApp ? place : screen.Dim(place));
        if (!frame.InApp || frame.Code is null) return;
        foreach (var above in frame.Before.TakeLast(2)) screen.Line(screen.Dim("      " + Visible.Text(above)));
        screen.Line(screen.Yellow("    > " + Visible.Text(frame.Code)));
        foreach (var below in frame.After.Take(2)) screen.Line(screen.Dim("      " + Visible.Text(below)));
        foreach (var (name, value) in frame.Variables) screen.Line(screen.Dim($"        {Visible.Text(name)} = {Visible.Text(value)}"));
    }

    private static void Pairs(Screen screen, string title, IReadOnlyDictionary<string, string> pairs)
    {
        if (pairs.Count == 0) return;
        screen.Line(screen.Bold(title));
        foreach (var (name, value) in pairs) screen.Line($"   {Visible.Text(name)}: {Visible.Text(value)}");
    }
}
