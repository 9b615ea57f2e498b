namespace Slipway.Control.Api.Manners;

/// <summary>Heroku has one error id for each status, and its clients look for those; ours say more, and stay beside it.</summary>
internal static class HerokuErrors
{
    public static string IdOf(int status, string own) => status switch
    {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        406 => "not_acceptable",
        409 => "conflict",
        410 => "gone",
        416 => "requested_range_not_satisfiable",
        422 => "invalid_params",
        429 => "rate_limit",
        _ => own,
    };
}
