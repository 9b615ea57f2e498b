using System.Linq.Expressions;
using Slipway.Contracts.Errors;

namespace Slipway.Control.Api.Lists;

/// <summary>An attribute that a list can be ordered by and cut at.</summary>
internal abstract class SortKey<T>(string name)
{
    public string Name { get; } = name;

    /// <exception cref="SlipwayException">416: what the caller wrote is not a value of it.</exception>
    public abstract IQueryable<T> Within(IQueryable<T> rows, ListRange range);

    public abstract IQueryable<T> Order(IQueryable<T> rows, bool descending);

    /// <summary>Where a row stands in the list: as the end of a range, exactly that.</summary>
    public abstract string At(T row);
}

/// <summary>
/// Where several rows may have the same value their ids decide, in the order and in the ends of ranges (<c>VALUE/ID</c>),
/// so that going through a list page by page misses none and repeats none, whatever is added meanwhile.
/// </summary>
/// <param name="id">Null when no two rows have the same value.</param>
/// <param name="parse">Null for what is not a value.</param>
internal sealed class SortKey<T, TKey>(
    string name, Expression<Func<T, TKey>> key, Expression<Func<T, Guid>>? id, Func<string, (bool Ok, TKey Value)> parse, Func<TKey, string> write) : SortKey<T>(name)
{
    private readonly Func<T, TKey> _keyOf = key.Compile();
    private readonly Func<T, Guid>? _idOf = id?.Compile();

    public override IQueryable<T> Order(IQueryable<T> rows, bool descending)
    {
        var ordered = descending ? rows.OrderByDescending(key) : rows.OrderBy(key);
        if (id is null) return ordered;
        return descending ? ordered.ThenByDescending(id) : ordered.ThenBy(id);
    }

    public override IQueryable<T> Within(IQueryable<T> rows, ListRange range)
    {
        if (range.From is { } from) rows = rows.Where(Beyond(from, Expression.GreaterThan));
        if (range.To is { } to) rows = rows.Where(Beyond(to, Expression.LessThan));
        return rows;
    }

    public override string At(T row) => _idOf is null ? write(_keyOf(row)) : $"{write(_keyOf(row))}/{_idOf(row)}";

    private Expression<Func<T, bool>> Beyond(RangeEnd end, Func<Expression, Expression, BinaryExpression> beyond)
    {
        var (value, tie) = Parse(end.Value);
        var row = key.Parameters[0];
        var (left, right) = (key.Body, Value(value));
        Expression condition = Compare(beyond, left, right);
        var same = Compare(Expression.Equal, left, right);
        if (tie is { } least && id is not null)
        {
            var ownId = new Swap(id.Parameters[0], row).Visit(id.Body)!;
            Expression behind = Compare(beyond, ownId, Value(least));
            if (!end.Excluded) behind = Expression.OrElse(behind, Compare(Expression.Equal, ownId, Value(least)));
            condition = Expression.OrElse(condition, Expression.AndAlso(same, behind));
        }
        else if (!end.Excluded)
        {
            condition = Expression.OrElse(condition, same);
        }

        return Expression.Lambda<Func<T, bool>>(condition, row);
    }

    private (TKey Value, Guid? Tie) Parse(string text)
    {
        Guid? tie = null;
        if (id is not null && text.LastIndexOf('/') is > 0 and var slash && Guid.TryParse(text.AsSpan(slash + 1), out var found)) (text, tie) = (text[..slash], found);
        var (ok, value) = parse(text);
        return ok ? (value, tie) : throw ListRange.NotSatisfiable($"{Name} {text}", $"It is not a value of '{Name}'.");
    }

    private static BinaryExpression Compare(Func<Expression, Expression, BinaryExpression> compare, Expression left, Expression right) =>
        left.Type == typeof(string)
            ? compare(Expression.Call(typeof(string), nameof(string.Compare), null, left, right), Expression.Constant(0))
            : compare(left, right);

    /// <summary>As a field, and not as a constant, it becomes a parameter of the SQL, which is then compiled once.</summary>
    private static MemberExpression Value<TValue>(TValue value) => Expression.Field(Expression.Constant(new Held<TValue> { Value = value }), nameof(Held<TValue>.Value));

    private sealed class Held<TValue>
    {
        public TValue? Value;
    }

    private sealed class Swap(Expression what, Expression by) : ExpressionVisitor
    {
        public override Expression? Visit(Expression? node) => node == what ? by : base.Visit(node);
    }
}
