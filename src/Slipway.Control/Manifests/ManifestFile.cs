using Slipway.Contracts.Names;
using Slipway.Control.Builds;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Slipway.Control.Manifests;

/// <param name="Key">Never a short form.</param>
/// <param name="Path">With the user's own names: <c>processes</c>, <c>worker</c>, <c>size</c>.</param>
/// <param name="Value">A string, a <see cref="long"/>, or a list of strings, as the key says.</param>
/// <param name="Line">Counted from 1.</param>
internal sealed record ManifestEntry(ManifestKey Key, IReadOnlyList<string> Path, object Value, int Line);

/// <summary>Reads slipway.toml against <see cref="ManifestKeys"/>: everything that is wrong is found at once, each with its line and a remedy.</summary>
internal sealed class ManifestFile
{
    public const string Name = "slipway.toml";

    private readonly List<ManifestEntry> _entries = [];
    private readonly string _file;
    private readonly ICollection<Finding> _findings;

    private ManifestFile(string file, ICollection<Finding> findings) => (_file, _findings) = (file, findings);

    /// <param name="file">As findings name it.</param>
    public static IReadOnlyList<ManifestEntry> Parse(string file, string text, ICollection<Finding> findings)
    {
        var document = SyntaxParser.Parse(text, file);
        foreach (var message in document.Diagnostics)
            findings.Add(new Finding("invalid_toml", message.Message.TrimEnd('.') + ".") { File = file, Line = message.Span.Start.Line + 1 });
        if (document.HasErrors) return [];

        var reader = new ManifestFile(file, findings);
        reader.ReadAll([], document.KeyValues);
        foreach (var table in document.Tables)
        {
            var path = PartsOf(table.Name!);
            if (table is TableArraySyntax) reader.Report(table, "invalid_manifest", $"[[{string.Join('.', path)}]] makes a list of tables, and there are none here.", $"Write [{string.Join('.', path)}].");
            else if (reader.IsTable(path, table)) reader.ReadAll(path, table.Items);
        }

        return reader._entries;
    }

    private void ReadAll(IReadOnlyList<string> above, IEnumerable<KeyValueSyntax> items)
    {
        foreach (var item in items) Read([.. above, .. PartsOf(item.Key!)], item);
    }

    private void Read(IReadOnlyList<string> path, KeyValueSyntax item)
    {
        if (item.Value is InlineTableSyntax table)
        {
            if (IsTable(path, item)) ReadAll(path, table.Items.Select(entry => entry.KeyValue!));
        }
        else if (ManifestKeys.All.FirstOrDefault(key => key.Is(path)) is not { } key)
        {
            ReportUnknown(path, item);
        }
        else if (NamesAreValid(key, path, item) && ValueOf(key, path, item) is { } value)
        {
            Add(key, path, value, item);
        }
    }

    private void Add(ManifestKey key, IReadOnlyList<string> path, object value, SyntaxNode item)
    {
        if (key.ShortFor is { } whole)
        {
            key = ManifestKeys.All.Single(one => one.Path == whole);
            path = [.. path, whole.Split('.')[^1]];
        }

        if (_entries.FirstOrDefault(entry => entry.Path.SequenceEqual(path)) is { } before)
            Report(item, "invalid_manifest", $"'{Show(path)}' is there twice: in line {before.Line}, too.", "Remove one of them.");
        else
            _entries.Add(new ManifestEntry(key, path, value, LineOf(item)));
    }

    /// <summary>Something begins with this path, and its names are well formed.</summary>
    private bool IsTable(IReadOnlyList<string> path, SyntaxNode at)
    {
        if (ManifestKeys.All.FirstOrDefault(key => key.Matches(path) == path.Count && !key.Is(path)) is { } below) return NamesAreValid(below, path, at);
        if (ManifestKeys.All.FirstOrDefault(key => key.Is(path)) is { } key) ReportType(key, path, at, "a table");
        else ReportUnknown(path, at);
        return false;
    }

    private bool NamesAreValid(ManifestKey key, IReadOnlyList<string> path, SyntaxNode at)
    {
        foreach (var (name, check) in key.NamesIn(path))
            if (check(name) is { } problem)
            {
                Report(at, "invalid_manifest", $"'{Show(path)}': {problem}");
                return false;
            }

        return true;
    }

    private object? ValueOf(ManifestKey key, IReadOnlyList<string> path, KeyValueSyntax item)
    {
        switch (key.Type, item.Value)
        {
            case (ManifestType.Text, StringValueSyntax { Value: { } text }):
                return IsGood(key, path, item, text) ? text : null;
            case (ManifestType.Number, IntegerValueSyntax { Value: var number }):
                if (number >= key.Range.Min && number <= key.Range.Max) return number;
                Report(item, "invalid_manifest", $"'{Show(path)}' is {number}, and may be {key.Range.Min} to {key.Range.Max}.");
                return null;
            case (ManifestType.TextList, ArraySyntax { Items: var items }):
                var all = items.Select(entry => entry.Value).ToList();
                if (!all.All(entry => entry is StringValueSyntax)) break;
                var texts = all.Cast<StringValueSyntax>().Select(entry => entry.Value!).ToList();
                return texts.Select(text => IsGood(key, path, item, text)).ToList().TrueForAll(good => good) ? texts.Distinct().ToList() : null;
        }

        ReportType(key, path, item, item.Value switch
        {
            StringValueSyntax => "a text",
            IntegerValueSyntax => "a number",
            ArraySyntax => "a list",
            BooleanValueSyntax => "true or false",
            _ => "something else",
        });
        return null;
    }

    private bool IsGood(ManifestKey key, IReadOnlyList<string> path, SyntaxNode item, string text)
    {
        if (key.Check(text) is not { } problem) return true;
        Report(item, "invalid_manifest", $"'{Show(path)}': {problem}");
        return false;
    }

    private void ReportType(ManifestKey key, IReadOnlyList<string> path, SyntaxNode at, string found) =>
        Report(at, "invalid_manifest", $"'{Show(path)}' is {found}, and must be {key.Type switch
        {
            ManifestType.Text => "a text in quotes",
            ManifestType.Number => "a whole number",
            _ => "a list of texts, such as [\"one\", \"two\"]",
        }}.");

    private void ReportUnknown(IReadOnlyList<string> path, SyntaxNode at)
    {
        var depth = ManifestKeys.All.Max(key => key.Matches(path));
        var beside = ManifestKeys.All.Where(key => key.Matches(path) == depth).Select(key => key.Word(depth)).OfType<string>().Distinct().ToList();
        if (depth == path.Count || beside.Count == 0)
        {
            // Everything so far is known, or nothing can come here.
            Report(at, "unknown_key", $"'{Show(path)}' is no key of {Name}.", beside.Count == 0 ? null : $"Below it there are: {string.Join(", ", beside)}.");
            return;
        }

        var meant = Suggestion.For(path[depth], beside);
        Report(at, "unknown_key", $"'{Show(path)}' is no key of {Name}.{(meant is null ? "" : $" Did you mean '{string.Join('.', [.. path.Take(depth), meant])}'?")}",
            $"{(depth == 0 ? "The keys are" : $"In [{string.Join('.', path.Take(depth))}] there are")}: {string.Join(", ", beside)}. docs/slipway.toml explains each.");
    }

    private void Report(SyntaxNode at, string id, string message, string? next = null) =>
        _findings.Add(new Finding(id, message) { File = _file, Line = LineOf(at), Next = next });

    private static int LineOf(SyntaxNode node) => node.Span.Start.Line + 1;

    /// <summary>A path as one writes it in the file: <c>static."/assets/"</c>.</summary>
    public static string Show(IEnumerable<string> path) =>
        string.Join('.', path.Select(part => BareKeySyntax.IsBareKey(part) ? part : TypedName.Quote(part).Replace('\'', '"')));

    private static IReadOnlyList<string> PartsOf(KeySyntax key) => [TextOf(key.Key!), .. key.DotKeys.Select(item => TextOf(item.Key!))];

    private static string TextOf(BareKeyOrStringValueSyntax part) => part switch
    {
        BareKeySyntax bare => bare.Key!.Text!,
        StringValueSyntax text => text.Value!,
        _ => part.ToString(),
    };
}
