using System.Text.RegularExpressions;
using Slipway.Control.Logs;

namespace Slipway.Control.Errors;

/// <summary>In which language a stack was printed.</summary>
internal enum StackKind
{
    Python,
    Node,
    Php,
}

/// <summary>Lines of one instance's log that are one failure's.</summary>
/// <param name="Before">The line before them, which often says what was asked for.</param>
internal sealed record LogBlock(StackKind Kind, string Instance, DateTimeOffset At, string Before, IReadOnlyList<string> Lines);

/// <summary>
/// Cuts the stacks out of an app's log as it comes, instance by instance. A block is whole when a line follows that is none of
/// its, or when nothing came for a while.
/// </summary>
internal sealed partial class LogBlocks
{
    private const string PythonHead = "Traceback (most recent call last):";

    private const int MostLines = 1000;

    /// <summary>A program prints its stack at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Begun> _instances = new(StringComparer.Ordinal);

    private sealed class Begun
    {
        public string Last { get; set; } = "";
        public StackKind? Kind { get; set; }
        public string Before { get; set; } = "";
        public List<string> Lines { get; } = [];
        public DateTimeOffset At { get; set; }

        /// <summary>Of Python: the line with the exception has come, and what follows may be more of its message or the next traceback.</summary>
        public bool Raised { get; set; }
    }

    public IReadOnlyList<LogBlock> Read(IEnumerable<SourcedLine> lines, DateTimeOffset now)
    {
        var whole = new List<LogBlock>();
        foreach (var line in lines)
        {
            if (!_instances.TryGetValue(line.Origin, out var begun)) _instances[line.Origin] = begun = new Begun();
            Add(begun, line, whole);
        }

        foreach (var (instance, begun) in _instances)
        {
            if (begun.At > now - Patience) continue;
            End(begun, instance, whole);
            _instances.Remove(instance); // it may be gone for good
        }

        return whole;
    }

    private static void Add(Begun begun, SourcedLine line, List<LogBlock> whole)
    {
        if (begun.Kind is not null && (begun.Lines.Count >= MostLines || !GoesOn(begun, line.Text))) End(begun, line.Origin, whole);
        if (begun.Kind is not null) begun.Lines.Add(line.Text);
        else Begin(begun, line.Text);
        (begun.Last, begun.At) = (line.Text, line.At);
    }

    private static void Begin(Begun begun, string text)
    {
        StackKind? kind = text.TrimEnd().EndsWith(PythonHead, StringComparison.Ordinal) ? StackKind.Python
            : text.Contains("PHP Fatal error:  Uncaught ", StringComparison.Ordinal) ? StackKind.Php
            : NodeFrame().IsMatch(text) && LogStacks.NodeHead().IsMatch(begun.Last) ? StackKind.Node
            : null;
        if (kind is null) return;
        (begun.Kind, begun.Before, begun.Raised) = (kind, begun.Last, false);
        begun.Lines.Clear();
        if (kind == StackKind.Node) begun.Lines.Add(begun.Last);
        begun.Lines.Add(text);
    }

    private static bool GoesOn(Begun begun, string text)
    {
        switch (begun.Kind)
        {
            case StackKind.Php:
                return !begun.Lines[^1].Contains("  thrown in ", StringComparison.Ordinal);
            case StackKind.Node:
                return text.StartsWith("    ", StringComparison.Ordinal) || text is "}" || text.Length == 0;
        }

        if (text.Length == 0 || char.IsWhiteSpace(text[0])) return true;
        if (Chained().IsMatch(text))
        {
            begun.Raised = false;
            return true;
        }

        if (text.EndsWith(PythonHead, StringComparison.Ordinal)) return !begun.Raised;
        if (begun.Raised) return false;
        return begun.Raised = true;
    }

    private static void End(Begun begun, string instance, List<LogBlock> whole)
    {
        if (begun.Kind is { } kind) whole.Add(new LogBlock(kind, instance, begun.At, begun.Before, [.. begun.Lines]));
        begun.Kind = null;
        begun.Lines.Clear();
    }

    [GeneratedRegex("^(During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):$", RegexOptions.CultureInvariant)]
    private static partial Regex Chained();

    [GeneratedRegex(@"^\s{4,}at \S", RegexOptions.CultureInvariant)]
    private static partial Regex NodeFrame();
}
