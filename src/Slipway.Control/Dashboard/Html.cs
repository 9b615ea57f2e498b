using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Slipway.Control.Dashboard;

/// <summary>
/// A piece of a page, made by <c>Html.Of($"…")</c>: the template's own text is markup, and every value in it is escaped
/// unless it is <see cref="Html"/> itself. Values belong between tags or inside a quoted attribute; types that have no
/// place there do not compile.
/// </summary>
internal readonly struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    public static Html Empty => default;

    public static Html Of(HtmlTemplate template) => new(template.ToString());

    /// <summary>Nothing when the condition does not hold; the template's values are not asked for then.</summary>
    public static Html If(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] HtmlTemplate template) =>
        condition ? Of(template) : Empty;

    public override string ToString() => _markup ?? "";
}

[InterpolatedStringHandler]
internal readonly ref struct HtmlTemplate
{
    private readonly StringBuilder _markup;

    public HtmlTemplate(int literalLength, int formattedCount) => _markup = new StringBuilder(literalLength + (formattedCount * 16));

    public HtmlTemplate(int literalLength, int formattedCount, bool condition, out bool isWanted)
        : this(condition ? literalLength : 0, condition ? formattedCount : 0) => isWanted = condition;

    public void AppendLiteral(string markup) => _markup.Append(markup);

    public void AppendFormatted(string? text)
    {
        if (text is not null) _markup.Append(HtmlEncoder.Default.Encode(text));
    }

    public void AppendFormatted(Uri? url) => AppendFormatted(url?.ToString());

    public void AppendFormatted(int number) => _markup.Append(CultureInfo.InvariantCulture, $"{number}");

    public void AppendFormatted(Html piece) => _markup.Append(piece.ToString());

    public void AppendFormatted(IEnumerable<Html> pieces)
    {
        foreach (var piece in pieces) AppendFormatted(piece);
    }

    public override string ToString() => _markup.ToString();
}
