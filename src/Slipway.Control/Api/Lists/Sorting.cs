using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;

namespace Slipway.Control.Api.Lists;

/// <summary>
/// The attributes that a list can be ordered by, the first of which is its own order, and one page of it: cut, ordered and
/// counted by the database, so that a page costs the same however long the list is.
/// </summary>
/// <param name="id">Tells any two rows apart.</param>
internal sealed class Sorting<T>(Expression<Func<T, Guid>> id)
{
    private readonly List<SortKey<T>> _keys = [];

    public Sorting<T> Id() => Add(new SortKey<T, Guid>("id", id, null, text => (Guid.TryParse(text, out var value), value), value => value.ToString()));

    public Sorting<T> Number(string name, Expression<Func<T, int>> key) => Add(new SortKey<T, int>(
        name, key, id, text => (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value), value), value => value.ToString(CultureInfo.InvariantCulture)));

    /// <param name="isUnique">No two rows of the list have the same.</param>
    public Sorting<T> Text(string name, Expression<Func<T, string>> key, bool isUnique = false) =>
        Add(new SortKey<T, string>(name, key, isUnique ? null : id, text => (true, text), value => value));

    public Sorting<T> Time(string name, Expression<Func<T, DateTimeOffset>> key) => Add(new SortKey<T, DateTimeOffset>(
        name, key, id,
        text => (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value), value),
        value => value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)));

    /// <summary>What the request's <c>Range</c> asks for of <paramref name="rows"/>. Says in the answer's headers which part that is and where it goes on.</summary>
    /// <param name="newestFirst">The order where the caller names none.</param>
    /// <exception cref="SlipwayException">416: the list has no such range.</exception>
    public async Task<IReadOnlyList<T>> PageAsync(HttpContext context, IQueryable<T> rows, CancellationToken cancel, bool newestFirst = false)
    {
        var (range, key) = Asked(context, newestFirst);
        return Cut(context, range, key, await Wanted(rows, range, key).ToListAsync(cancel));
    }

    /// <summary>The same of a list that is in memory, because it is not the store's.</summary>
    public IReadOnlyList<T> Page(HttpContext context, IEnumerable<T> rows)
    {
        var (range, key) = Asked(context, newestFirst: false);
        return Cut(context, range, key, [.. Wanted(rows.AsQueryable(), range, key)]);
    }

    private (ListRange Range, SortKey<T> Key) Asked(HttpContext context, bool newestFirst)
    {
        var header = context.Request.Headers.Range.ToString();
        var range = ListRange.Parse(header);
        range = range with { Descending = range.Descending ?? newestFirst };
        var key = range.Attribute is null ? _keys[0] : _keys.Find(one => one.Name == range.Attribute)
            ?? throw ListRange.NotSatisfiable(header, $"This list can be ordered by {Names}.");
        context.Response.Headers.AcceptRanges = Names;
        return (range, key);
    }

    /// <summary>One more than is asked for: whether there is one says whether the list goes on.</summary>
    private static IQueryable<T> Wanted(IQueryable<T> rows, ListRange range, SortKey<T> key) =>
        key.Order(key.Within(rows, range), range.Descending is true).Take(range.Max + 1);

    private static List<T> Cut(HttpContext context, ListRange range, SortKey<T> key, List<T> page)
    {
        var goesOn = page.Count > range.Max;
        if (goesOn) page.RemoveAt(range.Max);
        if (page.Count == 0) return page;

        var options = $"; max={range.Max}, order={(range.Descending is true ? "desc" : "asc")}";
        context.Response.Headers.ContentRange = $"{key.Name} {key.At(page[0])}..{key.At(page[^1])}{options}";
        if (!goesOn) return page;
        context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.Headers["Next-Range"] = range.Descending is true
            ? $"{key.Name} {Written(range.From)}..]{key.At(page[^1])}{options}"
            : $"{key.Name} ]{key.At(page[^1])}..{Written(range.To)}{options}";
        return page;
    }

    private string Names => string.Join(", ", _keys.Select(key => key.Name));

    private static string Written(RangeEnd? end) => end is { } written ? (written.Excluded ? "]" : "") + written.Value : "";

    private Sorting<T> Add(SortKey<T> key)
    {
        _keys.Add(key);
        return this;
    }
}
