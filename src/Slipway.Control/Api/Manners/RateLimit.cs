using System.Globalization;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;

namespace Slipway.Control.Api.Manners;

/// <summary>Says on every answer how many requests the caller's token has left, and refuses what is over.</summary>
internal sealed class RateLimit(RequestDelegate next, RequestBudgets budgets)
{
    /// <summary>Asking how many are left costs none.</summary>
    public const string Path = "/account/rate-limits";

    private static readonly SlipwayError Exceeded = new("rate_limit", "Your token has made all the requests that it may make for now.")
    {
        Why = $"Each token may make {RequestBudgets.Capacity} requests, and gets as many again within an hour.",
        Next = "Wait a minute; ask less often, or follow a stream where there is one.",
    };

    public Task InvokeAsync(HttpContext context)
    {
        if (Actor.Find(context) is not { TokenId: { } token }) return next(context);
        var isFree = context.Request.Path.Equals(Path, StringComparison.OrdinalIgnoreCase);
        var (remaining, isGranted) = isFree ? (budgets.Remaining(token), true) : budgets.Take(token);
        context.Response.Headers["RateLimit-Remaining"] = remaining.ToString(CultureInfo.InvariantCulture);
        if (isGranted) return next(context);
        context.Response.Headers.RetryAfter = "60";
        return ApiErrors.WriteAsync(context, 429, Exceeded);
    }
}
