using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Slipway.Control.Builds.Docker;

/// <summary>
/// Reads YAML of a stranger. Aliases are refused, so none multiplies; depth and size are counted before anything is built of
/// it, for the library nests calls as deep as the text.
/// </summary>
internal static class YamlText
{
    private const int MaxLength = 64 * 1024, MaxDepth = 16, MaxNodes = 2000;

    /// <returns>The document's top; null when it is empty, or something is wrong with it.</returns>
    public static YamlNode? Read(string path, string text, ICollection<Finding> findings)
    {
        if (text.Length > MaxLength) return Wrong(null, $"It is longer than {MaxLength >> 10} KiB.");
        try
        {
            if (Refuse(text) is var (line, why)) return Wrong(line, why);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents switch
            {
                [] => null,
                [var only] => only.RootNode,
                [_, var second, ..] => Wrong(LineOf(second.RootNode), "It has several documents."),
            };
        }
        catch (YamlException e)
        {
            return Wrong((int)e.Start.Line, e.Message.Split('\n')[0]);
        }

        YamlNode? Wrong(int? line, string message)
        {
            findings.Add(new Finding("invalid_yaml", message.TrimEnd('.') + ".") { File = path, Line = line, Next = "Correct it; YAML counts on indentation by spaces." });
            return null;
        }
    }

    public static int LineOf(YamlNode node) => (int)node.Start.Line;

    private static (int Line, string Why)? Refuse(string text)
    {
        var parser = new Parser(new StringReader(text));
        var (depth, nodes) = (0, 0);
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            var why = parser.Current is AnchorAlias || parser.Current is NodeEvent { Anchor.IsEmpty: false } ? "Anchors and aliases (& and *) are not read here: write what they stand for."
                : depth > MaxDepth ? $"It is nested deeper than {MaxDepth} levels."
                : ++nodes > MaxNodes ? $"It has more than {MaxNodes} parts."
                : null;
            if (why is not null) return ((int)parser.Current.Start.Line, why);
        }

        return null;
    }
}
