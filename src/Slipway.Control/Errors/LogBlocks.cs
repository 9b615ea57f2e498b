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

    /// <returns>The block that this line shows to be whole; null for most lines.</returns>
    public LogBlock? Add(SourcedLine line)
    {
        if (!_instances.TryGetValue(line.Origin, out var begun)) _instances[line.Origin] = begun = new Begun();
        var whole = begun.Kind is not null && (begun.Lines.Count >= MostLines || !GoesOn(begun, line.Text)) ? End(begun, line.Origin) : null;
        if (begun.Kind is not null) begun.Lines.Add(line.Text);
        else Begin(begun, line.Text);
        (begun.Last, begun.At) = (line.Text, line.At);
        return whole;
    }

    /// <summary>The blocks that nothing followed for a while.</summary>
    public IReadOnlyList<LogBlock> TakeQuiet(DateTimeOffset now)
    {
        var whole = new List<LogBlock>();
        foreach (var (instance, begun) in _instances)
        {
            if (begun.At > now - Patience) continue;
            if (End(begun, instance) is { } block) whole.Add(block);
            _instances.Remove(instance); // it may be gone for good
        }

        return whole;
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

    private static LogBlock? End(Begun begun, string instance)
    {
        var block = begun.Kind is { } kind ? new LogBlock(kind, instance, begun.At, begun.Before, [.. begun.Lines]) : null;
        begun.Kind = null;
        begun.Lines.Clear();
        return block;
    }

    [GeneratedRegex("^(During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):$", RegexOptions.CultureInvariant)]
    private static partial Regex Chained();

    [GeneratedRegex(@"^\s{4,}at \S", RegexOptions.CultureInvariant)]
    private static partial Regex NodeFrame();
}
